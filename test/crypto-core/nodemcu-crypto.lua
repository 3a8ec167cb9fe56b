-- SPDX-License-Identifier: Apache-2.0
-- NodeMCU's `crypto` module in Lua, on `library`, crypto-core as a library: blocks filled up with zeros, an initial vector of zeros
-- unless one is given, errors for what it does not know. `calls` counts.

calls = { encrypt = 0, mask = 0 }

local function octets(s, t)
  for i = 1, #s do t[i - 1] = s:byte(i) end
end

local known = {}

local function xor(a, b)
  local sum, bit, pair = 0, 1, 256 * a + b
  if known[pair] then return known[pair] end
  while a > 0 or b > 0 do
    if a % 2 ~= b % 2 then sum = sum + bit end
    a, b, bit = (a - a % 2) / 2, (b - b % 2) / 2, 2 * bit
  end
  known[pair] = math.floor(sum)
  return known[pair]
end

local function encrypt(mode, key, data, iv)
  assert(mode == 'AES-ECB' or mode == 'AES-CBC', 'unknown cipher: ' .. mode)
  assert(#key == 16, 'crypto op failed')
  local words, bytes, out = {}, {}, {}
  octets(key, bytes)
  for i = 0, 3 do words[i] = library.getWord(bytes, 4 * i) end
  local last = {}
  octets((iv or '') .. ('\0'):rep(16), last)
  for at = 1, #data, 16 do
    octets((data:sub(at, at + 15) .. ('\0'):rep(15)):sub(1, 16), bytes)
    if mode == 'AES-CBC' then
      for i = 0, 15 do bytes[i] = xor(bytes[i], last[i]) end
    end
    library.aesEncrypt(words, 0, bytes, 0)
    for i = 0, 15 do
      last[i] = bytes[i]
      out[#out + 1] = string.char(bytes[i])
    end
  end
  return table.concat(out)
end

crypto = {
  encrypt = function(...)
    calls.encrypt = calls.encrypt + 1
    return encrypt(...)
  end,
  mask = function(message, mask)
    calls.mask = calls.mask + 1
    assert(#mask > 0, 'invalid argument: mask')
    local out = {}
    for i = 1, #message do
      out[i] = string.char(xor(message:byte(i), mask:byte((i - 1) % #mask + 1)))
    end
    return table.concat(out)
  end,
}
