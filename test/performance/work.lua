-- SPDX-License-Identifier: Apache-2.0
-- The work that is measured, on any Lua. `workOf(core, aes)` gives lists of a function and its arguments, by name.

-- A frame of 127 octets: 27 of header (long addresses, key index), 90 of payload, 8 of tag, 2 of FCS.
local function workOf(core, aes)
  local key, nonce, block = { [0] = 1, 2, 3, 4 }, {}, { [0] = 5, 6, 7, 8 }
  for i = 0, 12 do nonce[i] = i end
  local function bytes(length)
    local t = {}
    for i = 0, length - 1 do t[i] = i end
    return t
  end
  local text, frame = bytes(92), bytes(125)
  local done, step, encrypt = core.JOB_DONE, core.step, aes.encrypt
  local seal, open = core.ccmSealBegin, core.ccmOpenBegin
  local function whole(begin, t, header, payload)
    begin(key, 0, nonce, t, 0, header, t, header, payload, 8)
    if step(1000) ~= done then error('not done') end
  end
  aes.loadKey(key, 0)
  return {
    block = { encrypt, 1, 2, 3, 4, block },
    seal = { whole, seal, text, 20, 64 },
    open = { whole, open, text, 20, 64 },
    ['frame seal'] = { whole, seal, frame, 27, 90 },
    ['frame open'] = { whole, open, frame, 27, 90 },
  }
end

-- What is opened here was sealed just before.
local ORDER = { 'block', 'seal', 'open', 'frame seal', 'frame open' }
local unpack = unpack or table.unpack
