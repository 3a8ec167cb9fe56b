-- SPDX-License-Identifier: Apache-2.0
-- Repeats the recorded steps of an image, compares what comes out, and counts the octets that each step asks for. Before it:
-- `image`, the module; `data`, a line a step: inbox words | octets in hex | outbox words | sent frame in hex; `leak`, whether
-- each step shall ask for a table more. Result: steps, octets of the first half, octets of the second, the greediest step.

-- Where a part of the mailbox is: a table and the index of its first entry.
local function part(name)
  local found = image[name]
  if type(found) == 'number' then return image.memory, found end
  return found, 0
end

local inbox, inboxAt = part('inbox')
local outbox, outboxAt = part('outbox')
local txFrame, txFrameAt = part('txFrame')
local RECEIVE, COMMAND = 2, 6
local used, litter
local imageStep = image.step

local function step()
  used = imageStep()
end
if leak then
  step = function()
    used = imageStep()
    litter = {}
  end
end

-- Octets that one call asks for. A stock Lua tells what it holds; with its collector stopped that is what was asked for.
local allocated = vm and vm.allocated or function(f)
  local before = collectgarbage('count')
  f()
  return (collectgarbage('count') - before) * 1024
end
-- fengari cannot tell.
if not pcall(collectgarbage, 'count') then allocated = function(f) f() return 0 end
else collectgarbage('stop') end

-- Numbers of `text` into `to`, from `at` on: words in decimal, or octets of two hexadecimal digits.
local WORD, OCTET = { '-?%d+', 10 }, { '%x%x', 16 }
local function fill(text, kind, to, at)
  for piece in string.gmatch(text, kind[1]) do
    to[at] = tonumber(piece, kind[2])
    at = at + 1
  end
end

-- Compares them. Gives how many they are.
local function expect(what, number, text, kind, from, first)
  local at = 0
  for piece in string.gmatch(text, kind[1]) do
    if from[first + at] ~= tonumber(piece, kind[2]) then
      error('step ' .. number .. ': expected ' .. what .. ' ' .. text .. ', got ' .. tostring(from[first + at]) .. ' at ' .. at, 0)
    end
    at = at + 1
  end
  return at
end

local steps = 0
for _ in string.gmatch(data, '\n') do steps = steps + 1 end

local number, halves, most, greedy = 0, { 0, 0 }, 0, 0
for words, received, out, sent in string.gmatch(data, '([^|\n]*)|([^|\n]*)|([^|\n]*)|([^|\n]*)\n') do
  number = number + 1
  fill(words, WORD, inbox, inboxAt)
  if inbox[inboxAt] == RECEIVE then fill(received, OCTET, part('rxFrame')) end
  if inbox[inboxAt] == COMMAND then fill(received, OCTET, part('rxLine')) end
  local asked = allocated(step)
  local expected = expect('the outbox', number, out, WORD, outbox, outboxAt)
  if expected ~= used then error('step ' .. number .. ': expected ' .. expected .. ' words in the outbox, got ' .. used, 0) end
  expect('the frame', number, sent, OCTET, txFrame, txFrameAt)
  local half = number + number > steps and 2 or 1
  halves[half] = halves[half] + asked
  if half == 2 and asked > most then
    most = asked
    greedy = number
  end
end
if number ~= steps then error('expected ' .. steps .. ' steps, got ' .. number, 0) end
return steps, halves[1], halves[2], greedy
