-- SPDX-License-Identifier: Apache-2.0
-- As measure.lua, for AES by the firmware: VM instructions of crypto-core itself, its calls into C, the octets of strings that it
-- and the firmware make to seal a frame.

-- Of one that has done no work: later it holds its caller's tables too. And the stack stays as large as that made it.
print('tables', 'octets', tablesOf(load()))
local before = collected()
local core = load()
print('RAM', 'octets', collected() - before)

-- `load` has tested the firmware. From here on it does no more than give a string of the right length, blocks filled up.
local padding = { [0] = '' }
for i = 1, 15 do padding[i] = ('\0'):rep(16 - i) end
crypto = {
  encrypt = function(_, _, data) return data .. padding[#data % 16] end,
  mask = function(message) return message end,
}
local own = { [crypto.encrypt] = vm.count(crypto.encrypt, '', '', ''), [crypto.mask] = vm.count(crypto.mask, '') }

-- Calls into C, those of the firmware included, and the instructions that the firmware has here.
local function callsOf(f, ...)
  local calls, instructions = 0, 0
  debug.sethook(function()
    local info = debug.getinfo(2, 'Sf')
    if own[info.func] then instructions = instructions + own[info.func] end
    if own[info.func] or info.what == 'C' then calls = calls + 1 end
  end, 'c')
  f(...)
  debug.sethook() -- counts itself
  return calls - 1, instructions
end

local work = workOf(core, loadAes())
for i = 2, #ORDER do
  local name = ORDER[i]
  local job, first = work[name], work[name:gsub('open', 'seal')]
  first[1](unpack(first, 2))
  local calls, instructions = callsOf(unpack(job))
  print(name, 'calls', calls)
  first[1](unpack(first, 2))
  print(name, 'instructions', vm.count(unpack(job)) - instructions)
end

-- A string that is still there is not made again, so let all differ. The firmware makes one a call.
crypto = {
  encrypt = function(_, _, data)
    if #data % 16 > 0 then return data .. padding[#data % 16] end
    return data:reverse()
  end,
  mask = function(message) return message:reverse() end,
}
local key, nonce, frame = { [0] = 1, 2, 3, 4 }, {}, {}
for i = 0, 12 do nonce[i] = i end
for i = 0, 124 do frame[i] = i end
local function frames(n)
  for i = 1, n do
    key[3], nonce[12], frame[0] = i, i, i
    core.ccmSealBegin(key, 0, nonce, frame, 0, 27, frame, 27, 90, 8)
    core.step(1000)
  end
end
collectgarbage()
collectgarbage('stop')
frames(20)
before = collectgarbage('count')
frames(200)
print('allocated', 'octets', math.floor((collectgarbage('count') - before) * 1024 / 200))
