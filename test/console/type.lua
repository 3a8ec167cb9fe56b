-- SPDX-License-Identifier: Apache-2.0
-- Types at an image's console as typist.ts does, in the machine itself, and counts the octets that its steps ask for. Before it:
-- `image`, the module; `data`: a line of words for each step that starts it, an empty line, then what is typed, a line in hexadecimal
-- each; `sizes`, arguments of the ops out; `pause`, lines after which a second passes. Result: sum of all that came out, steps, octets
-- asked for in the first and in the second half of the lines, octets held after a quarter of them and at the end.

local SENT, ALARM_DUE, POSTED, COMMAND = 3, 4, 5, 6
local SEND, POST, STORE, FAULT, TEXT = 1, 3, 4, 9, 13
local PIECE = 16

-- Where a part of the mailbox is: a table and the index of its first entry.
local function part(name)
  local found = image[name]
  if type(found) == 'number' then return image.memory, found end
  return found, 0
end

local inbox, inboxAt = part('inbox')
local outbox, outboxAt = part('outbox')
local rxLine, rxLineAt = part('rxLine')

local a, b, steps, used = 1, 0, 0, 0
local posts, sending, seconds = 0, false, 0
local asked, half = { 0, 0 }, 1

local function call()
  used = image.step()
end

local function step(op, count)
  inbox[inboxAt] = op
  inbox[inboxAt + 1] = seconds * 1000
  inbox[inboxAt + 2] = seconds
  asked[half] = asked[half] + vm.allocated(call)
  steps = steps + 1
  local at = 0
  while at < used do
    local op = outbox[outboxAt + at]
    local size = sizes[op]
    if op == STORE then size = size + outbox[outboxAt + at + 2] end
    if op == TEXT then size = size + outbox[outboxAt + at + 1] end
    if op == FAULT then error('step ' .. steps .. ': fault ' .. outbox[outboxAt + at + 1], 0) end
    if op == SEND then sending = true end
    if op == POST then posts = posts + 1 end
    for i = at, at + size do
      a = (a + outbox[outboxAt + i] % 65521) % 65521
      b = (b + a) % 65521
    end
    at = at + 1 + size
  end
end

local function settle()
  local turns = 0
  while posts > 0 or sending do
    turns = turns + 1
    if turns > 20000 then error('expected the image to be quiet after 20,000 turns', 0) end
    if sending then
      sending = false
      inbox[inboxAt + 3] = 1
      step(SENT)
    else
      posts = posts - 1
      step(POSTED)
    end
  end
end

-- Each collection halves Lua's table of strings, if it is too large for those that are left.
local function held()
  local before, now = 0, vm.bytes()
  while before ~= now do
    collectgarbage()
    before, now = now, vm.bytes()
  end
  return now
end

-- A collection makes Lua's stack as small as it can be, and the next step asks for it again: there is none but in held().
collectgarbage('stop')
local started = false
local total, number, first = 0, 0, 0
for _ in string.gmatch(data, '\n') do total = total + 1 end
for line in string.gmatch(data, '([^\n]*)\n') do
  number = number + 1
  if first == 0 and 4 * number > total then first = held() end
  if half == 1 and 2 * number > total then half = 2 end
  if not started then
    if line == '' then
      started = true
      settle()
    else
      local i = 0
      local op
      for word in string.gmatch(line, '-?%d+') do
        if i == 0 then op = tonumber(word) else inbox[inboxAt + 2 + i] = tonumber(word) end
        i = i + 1
      end
      step(op)
    end
  else
    for piece in string.gmatch(line, string.rep('%x?', 2 * PIECE)) do
      local count = 0
      for octet in string.gmatch(piece, '%x%x') do
        rxLine[rxLineAt + count] = tonumber(octet, 16)
        count = count + 1
      end
      inbox[inboxAt + 3] = count
      if count > 0 then step(COMMAND) end
    end
    settle()
    if number % pause == 0 then
      seconds = seconds + 1
      step(ALARM_DUE)
      settle()
    end
  end
end
return a .. ',' .. b, steps, asked[1], asked[2], first, held()
