-- SPDX-License-Identifier: Apache-2.0
-- Runs jobs in a Lua machine, one a line of standard input: kind key nonce aad aadPlace text tagLength anyNonce steps, '-'
-- for nothing. aadPlace: '-' a table of its own, 'before' the text in its table, or the 'same' place as the text.
-- Prints a line for each: outcome data blocks. `core` is the bundle. Plain Lua that 5.1 to 5.4 read alike.
-- Operands lie behind a margin of nothing (nil), so that a stray read raises an error, and a stray write shows.

local MARGIN = 3

local function octets(hex, margin)
  local t, n = {}, margin
  for pair in hex:gmatch('%x%x') do
    t[n] = tonumber(pair, 16)
    n = n + 1
  end
  return t, n - margin
end

local function hex(t, at, length)
  local digits = {}
  for i = 1, length do digits[i] = ('%02x'):format(t[at + i - 1]) end
  return table.concat(digits)
end

local function words(digits, margin)
  local t, w = octets(digits, 0), {}
  for i = 0, #digits / 8 - 1 do w[margin + i] = core.getWord(t, 4 * i) end
  return w
end

local function hexOfWords(w, at)
  local t = {}
  for i = 0, 3 do core.putWord(t, 4 * i, w[at + i]) end
  return hex(t, 0, 16)
end

local function count(t)
  local n = 0
  for _ in pairs(t) do n = n + 1 end
  return n
end

local OUTCOMES = { [1] = 'done', [2] = 'failed', [4] = 'refused' }

local function run(kind, key, nonce, aad, aadPlace, text, tagLength, anyNonce, steps)
  local before = core.blocks()
  local n, nonceLength = octets(nonce, 0)
  local a, aadLength = octets(aad, MARGIN)
  local shared = aadPlace == 'before' and aadLength or 0
  local at = MARGIN + shared
  local t, length = octets((aadPlace == 'before' and aad or '') .. text, MARGIN)
  length = length - shared
  if aadPlace ~= '-' then a = t end
  local k, out = words(key, MARGIN), {}
  if kind == 'cmac' then
    core.cmacBegin(k, MARGIN, t, at, length)
  elseif kind == 'kdf' then
    core.kdfBegin(k, MARGIN, t, at, length, out, 1)
  else
    local direction = kind == 'seal' and 0 or 1
    if kind == 'open' then length = length - tagLength end
    if anyNonce or nonceLength ~= 13 then
      core.ccmBegin(direction, k, MARGIN, n, nonceLength, a, MARGIN, aadLength, t, at, length, tagLength)
    else
      local begin = kind == 'seal' and core.ccmSealBegin or core.ccmOpenBegin
      begin(k, MARGIN, n, a, MARGIN, aadLength, t, at, length, tagLength)
    end
  end

  local sizes = {}
  for size in steps:gmatch('%d+') do sizes[#sizes + 1] = tonumber(size) end
  local result, turn = 0, 0
  while result == 0 do
    result = core.step(sizes[turn % #sizes + 1])
    turn = turn + 1
  end

  local done = result == 1
  local behind = (kind == 'open' or kind == 'seal' and done) and tagLength or 0
  assert(count(t) == shared + length + behind, kind .. ' wrote outside its text')
  assert(shared == 0 or hex(t, MARGIN, shared) == aad, kind .. ' wrote to associated data')
  assert(count(out) == (kind == 'kdf' and done and 4 or 0), 'kdf wrote outside its four words')

  local data
  if kind == 'cmac' and done then data = hexOfWords(core.mac, 0)
  elseif kind == 'kdf' and done then data = hexOfWords(out, 1)
  else data = hex(t, at, length + (kind == 'seal' and behind or 0)) end
  print(OUTCOMES[result] or 'step() returned ' .. tostring(result), data == '' and '-' or data, core.blocks() - before)
end

local line = io.read('*l')
while line do
  local kind, key, nonce, aad, aadPlace, text, tagLength, anyNonce, steps =
    line:match('(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)')
  run(kind, key, nonce, aad, aadPlace, text, tonumber(tagLength), anyNonce == 'true', steps)
  line = io.read('*l')
end
