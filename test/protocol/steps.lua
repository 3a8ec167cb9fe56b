-- SPDX-License-Identifier: Apache-2.0
-- Repeats the recorded steps of an image and counts the VM instructions of each. Before it: `load`, which gives a fresh module;
-- `data`, a line a step: inbox words | octets in hex; `wanted`, the number of a step, or 0. Result: how many steps there are, all
-- their instructions, those of the longest one, and its number; or how the instructions of the wanted one fall on the functions of
-- the image, each by the line that it begins in.

local INIT, RECEIVE, COMMAND, PRELOAD, RETAINED = 0, 2, 6, 7, 8

-- Numbers of `text` into `to`, from 0 on.
local function fill(text, pattern, base, to)
  local at = 0
  for piece in string.gmatch(text, pattern) do
    to[at] = tonumber(piece, base)
    at = at + 1
  end
end

local shares = {}
local function share()
  local of = debug.getinfo(2, 'S')
  if of.short_src == 'image' then shares[of.linedefined] = (shares[of.linedefined] or 0) + 1 end
end

local mote = load()
local number, total, most, longest = 0, 0, 0, 0
for words, received in string.gmatch(data, '([^|\n]*)|([^|\n]*)\n') do
  number = number + 1
  fill(words, '-?%d+', 10, mote.inbox)
  local op = mote.inbox[0]
  if op == RECEIVE then fill(received, '%x%x', 16, mote.rxFrame) end
  if op == COMMAND then fill(received, '%x%x', 16, mote.rxLine) end
  if op == INIT or op == PRELOAD or op == RETAINED or wanted ~= 0 and number ~= wanted then
    -- The first three are the bench's own: before a mote runs, it is given its seed and what its flash and its retained memory hold.
    mote.step()
  elseif wanted == 0 then
    local spent = vm.count(mote.step)
    total = total + spent
    if spent > most then
      most = spent
      longest = number
    end
  else
    debug.sethook(share, '', 1)
    mote.step()
    debug.sethook()
    local parts = {}
    for line, spent in pairs(shares) do parts[#parts + 1] = line .. ':' .. spent end
    return table.concat(parts, ' ')
  end
end
return number .. ' ' .. total .. ' ' .. most .. ' ' .. longest
