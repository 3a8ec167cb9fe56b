-- SPDX-License-Identifier: Apache-2.0
-- Runs one mote's image in a native Lua (5.1, 5.3, 5.4) and speaks to the bench over standard input and output.
-- Request: u16 length, u16 inbox words, the words, then the octets of rxFrame or rxLine. Answer: u16 length, u16 outbox
-- words, the words, then all of txFrame. Numbers are little-endian. Standard error carries the traceback of a failure.

local image, budget = arg[1], tonumber(arg[2])
local unpack = table.unpack or unpack
local char, floor, input, output = string.char, math.floor, io.stdin, io.stdout
local RECEIVE, COMMAND = 2, 6
local STRIDE = 1000000

-- The images for 5.1 use `bit`, a library on Debian and a module of the firmware on a mote.
if _VERSION == 'Lua 5.1' then bit = require('bit') end

local left
debug.sethook(function()
  left = left - STRIDE
  if left < 0 then error('the step does not end') end
end, '', STRIDE)

local function word(text, at)
  local a, b, c, d = text:byte(at, at + 3)
  if d > 127 then d = d - 256 end
  return a + b * 256 + c * 65536 + d * 16777216
end

local function octets(value)
  return char(value % 256, floor(value / 256) % 256, floor(value / 65536) % 256, floor(value / 16777216) % 256)
end

local function short(value)
  return char(value % 256, floor(value / 256))
end

-- Where a part of the mailbox is: a table and the index of its first entry.
local function part(mote, name)
  local found = mote[name]
  if type(found) == 'number' then return mote.memory, found end
  return found, 0
end

local function serve(mote)
  local inbox, inboxAt = part(mote, 'inbox')
  local outbox, outboxAt = part(mote, 'outbox')
  local txFrame, txFrameAt = part(mote, 'txFrame')
  local step = mote.step
  while true do
    local size = input:read(2)
    if not size then return end
    local low, high = size:byte(1, 2)
    local request = input:read(low + high * 256)
    low, high = request:byte(1, 2)
    local words = low + high * 256
    for i = 0, words - 1 do inbox[inboxAt + i] = word(request, 3 + 4 * i) end
    local op = inbox[inboxAt]
    local to = op == RECEIVE and 'rxFrame' or op == COMMAND and 'rxLine'
    if to then
      local octetsOf, first = part(mote, to)
      local at = 3 + 4 * words
      for i = at, #request do octetsOf[first + i - at] = request:byte(i) end
    end

    left = budget
    local used = step()
    local parts = { short(used) }
    for i = 0, used - 1 do parts[#parts + 1] = octets(outbox[outboxAt + i]) end
    parts[#parts + 1] = char(unpack(txFrame, txFrameAt, txFrameAt + 127))
    local answer = table.concat(parts)
    output:write(short(#answer), answer)
    output:flush()
  end
end

local fine, trace = xpcall(function()
  left = budget
  serve(assert(loadfile(image))())
end, debug.traceback)
if not fine then
  io.stderr:write(tostring(trace), '\n')
  os.exit(1)
end
