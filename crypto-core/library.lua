-- SPDX-License-Identifier: Apache-2.0
-- Strings for programs that need not save memory; `core` is the compiled library, whose functions take tables and allocate
-- nothing. Plain Lua, 5.1 to 5.4 and both number models of NodeMCU. docs/crypto-core.md.

local unpack = unpack or table.unpack

local key, nonce, aad, text = {}, {}, {}, {}

-- An argument that is no string, or has a length that is not allowed.
local function refuse(name, allowed, got)
  error(name .. ': expected ' .. allowed .. ', got ' .. got, 4)
end

local function check(name, value, least, most)
  local allowed = least == most and 'a string of ' .. least .. ' octets' or
    'a string of ' .. least .. ' to ' .. most .. ' octets'
  if type(value) ~= 'string' then refuse(name, allowed, type(value)) end
  if #value < least or #value > most then refuse(name, allowed, #value .. ' octets') end
end

local function checkTagLength(value)
  local isRight = type(value) == 'number' and value >= 4 and value <= 16 and value % 2 == 0
  if not isRight then refuse('tagLength', '4, 6, 8, 10, 12, 14 or 16', tostring(value)) end
end

local function put(s, t)
  for i = 1, #s do t[i - 1] = s:byte(i) end
end

-- Few at a time: unpack puts all it gives on the stack.
local function get(t, length)
  local parts = {}
  for at = 0, length - 1, 64 do
    parts[#parts + 1] = string.char(unpack(t, at, at + 63 < length and at + 63 or length - 1))
  end
  return table.concat(parts)
end

local function setKey(value)
  check('key', value, 16, 16)
  put(value, text)
  for i = 0, 3 do key[i] = core.getWord(text, 4 * i) end
end

local function wiped(result)
  for i = 0, 3 do key[i] = 0 end
  core.forgetKey()
  text = {}
  return result
end

local LONGEST = { [13] = 65535, [12] = 16777215 }

-- @return JOB_DONE or JOB_FAILED; `text` holds the result
local function ccm(direction, keyString, nonceString, aadString, textString, textName, tagLength)
  check('nonce', nonceString, 7, 13)
  checkTagLength(tagLength)
  check('aad', aadString, 0, 2147483641)
  local behind = direction == core.CCM_OPEN and tagLength or 0
  check(textName, textString, behind, (LONGEST[#nonceString] or 2147483631 - behind) + behind)
  setKey(keyString)
  put(nonceString, nonce)
  put(aadString, aad)
  put(textString, text)
  local length = #textString - behind
  core.ccmBegin(direction, key, 0, nonce, #nonceString, aad, 0, #aadString, text, 0, length, tagLength)
  return core.step(2147483647), length
end

core.ccm = {
  seal = function(keyString, nonceString, aadString, plaintext, tagLength)
    local _, length = ccm(core.CCM_SEAL, keyString, nonceString, aadString, plaintext, 'plaintext', tagLength)
    return wiped(get(text, length + tagLength))
  end,
  open = function(keyString, nonceString, aadString, sealed, tagLength)
    local outcome, length = ccm(core.CCM_OPEN, keyString, nonceString, aadString, sealed, 'sealed', tagLength)
    return wiped(outcome == core.JOB_DONE and get(text, length) or nil)
  end,
}

core.aes = {
  encrypt = function(keyString, block)
    check('block', block, 16, 16)
    setKey(keyString)
    put(block, text)
    core.aesEncrypt(key, 0, text, 0)
    return wiped(get(text, 16))
  end,
}

core.cmac = {
  tag = function(keyString, message)
    check('message', message, 0, 2147483631)
    setKey(keyString)
    put(message, text)
    core.cmacBegin(key, 0, text, 0, #message)
    core.step(2147483647)
    for i = 0, 3 do core.putWord(text, 4 * i, core.mac[i]) end
    return wiped(get(text, 16))
  end,
}

return core
