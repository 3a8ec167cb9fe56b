-- SPDX-License-Identifier: Apache-2.0
-- Repeats the recorded steps of an image and counts the VM instructions of each. Before it: `load`, which gives a fresh module;
-- `data`, a line a step: inbox words | octets in hex; `most`, how many of the longest steps are wanted. Result: a line of the
-- number of steps and of all instructions, then one for each of the longest: instructions, number, and how they fall on the
-- functions of the image, each by the line that it begins in.

local RECEIVE, COMMAND = 2, 6

-- Numbers of `text` into `to`, from 0 on.
local function fill(text, pattern, base, to)
  local at = 0
  for piece in string.gmatch(text, pattern) do
    to[at] = tonumber(piece, base)
    at = at + 1
  end
end

-- Calls visit(number, step) for each step.
local function replay(visit)
  local mote = load()
  local number = 0
  for words, received in string.gmatch(data, '([^|\n]*)|([^|\n]*)\n') do
    number = number + 1
    fill(words, '-?%d+', 10, mote.inbox)
    local to = mote.inbox[0] == RECEIVE and mote.rxFrame or mote.inbox[0] == COMMAND and mote.rxLine
    if to then fill(received, '%x%x', 16, to) end
    visit(number, mote.step)
  end
  return number
end

local counts, order, total = {}, {}, 0
local steps = replay(function(number, step)
  local spent = vm.count(step)
  counts[number], order[number] = spent, number
  total = total + spent
end)
table.sort(order, function(a, b) return counts[a] > counts[b] end)

local wanted, found = {}, {}
for i = 1, math.min(most, steps) do wanted[order[i]] = true end
replay(function(number, step)
  if not wanted[number] then return step() end
  local shares = {}
  debug.sethook(function()
    local of = debug.getinfo(2, 'S')
    if of.short_src == 'image' then shares[of.linedefined] = (shares[of.linedefined] or 0) + 1 end
  end, '', 1)
  step()
  debug.sethook()
  local parts = {}
  for line, spent in pairs(shares) do parts[#parts + 1] = line .. ':' .. spent end
  found[number] = table.concat(parts, ' ')
end)

local lines = { steps .. ' ' .. total }
for i = 1, math.min(most, steps) do lines[i + 1] = counts[order[i]] .. ' ' .. order[i] .. ' ' .. found[order[i]] end
return table.concat(lines, '\n')
