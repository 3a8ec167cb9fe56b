-- SPDX-License-Identifier: Apache-2.0
-- An image for the tests of the engines: it answers each op with what came, and can fail and hang.
local function zeros(count)
  local t = {}
  for i = 0, count - 1 do t[i] = 0 end
  return t
end

local inbox, outbox = zeros(80), zeros(512)
local rxFrame, txFrame, rxLine = zeros(128), zeros(128), zeros(256)
local used

local function put(...)
  for _, value in ipairs({ ... }) do
    outbox[used] = value
    used = used + 1
  end
end

local function step()
  used = 0
  local op = inbox[0]
  if op == 0 then -- INIT: the clocks and the seed
    put(5, inbox[1], inbox[2], inbox[3], inbox[4], inbox[5], inbox[6])
  elseif op == 1 then -- START: extreme words
    put(7, 65535, 65534, -2147483647 - 1, 2147483647, 8, 3)
  elseif op == 2 then -- RECEIVE: the frame reversed
    local length = inbox[3]
    for i = 0, length - 1 do txFrame[i] = rxFrame[length - 1 - i] end
    put(1, length, 5, inbox[4], 0, 0, 0, 0, 0)
  elseif op == 3 then
    error('the toy fails, as it was told')
  elseif op == 5 then
    while true do op = op + 1 end
  elseif op == 6 then -- COMMAND: the line
    for i = 0, inbox[3] - 1 do put(6, rxLine[i]) end
  elseif op == 7 then -- PRELOAD: the record
    put(4, inbox[3], inbox[4])
    for i = 0, inbox[4] - 1 do put(inbox[5 + i]) end
  end
  return used
end

return { inbox = inbox, outbox = outbox, rxFrame = rxFrame, txFrame = txFrame, rxLine = rxLine, step = step }
