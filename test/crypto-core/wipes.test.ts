// SPDX-License-Identifier: Apache-2.0
// forgetKey() leaves nothing that depends on the key: whatever was done before it, and however far, all that crypto-core holds is
// then the same for one key as for another. Lua's debug library shows all of it.
import { expect, it } from 'vitest';
import { describeWith, has, runLua, type Profile, type Vm } from '../tools.ts';
import { CIPHERS, nameOf } from './ciphers.ts';
import { unloaded } from './engines.ts';

/** Two cores do the same with two keys; prints what they then hold that differs. What calls gave out does not count. */
const SCRIPT = `
local function copy(t) local c = {} for k, v in pairs(t) do c[k] = v end return c end

-- Every number and string that functions keep, as text; tables in the order of their first use, so that two dumps compare. Globals
-- are not crypto-core's: on 5.3 whatever calls the firmware holds them all, and the firmware's keys with them.
local function dump(core, ignored)
  local out, seen = {}, { [_G] = true }
  for _, t in ipairs(ignored) do seen[t] = true end
  local function look(name, value)
    if type(value) == 'table' and not seen[value] then
      seen[value] = true
      local keys = {}
      for k in pairs(value) do keys[#keys + 1] = k end
      table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
      for _, k in ipairs(keys) do look(name .. '.' .. tostring(k), value[k]) end
    elseif type(value) == 'function' and not seen[value] then
      seen[value] = true
      local i = 1
      while true do
        local upvalue, held = debug.getupvalue(value, i)
        if not upvalue then break end
        look(name .. ':' .. upvalue, held)
        i = i + 1
      end
    elseif type(value) == 'number' or type(value) == 'string' then
      out[#out + 1] = name .. '=' .. value
    end
  end
  local names = {}
  for name in pairs(core) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do look(name, core[name]) end
  return out
end

local nonce, octets = {}, {}
for i = 0, 12 do nonce[i] = 3 * i end
for i = 0, 79 do octets[i] = 7 * i % 256 end

local ways = {
  function(core, key, t, out) core.ccmSealBegin(key, 0, nonce, t, 0, 20, t, 20, 40, 8) end,
  function(core, key, t, out)
    core.ccmSealBegin(key, 0, nonce, t, 0, 20, t, 20, 40, 8)
    core.step(99)
    core.ccmOpenBegin(key, 0, nonce, t, 0, 20, t, 20, 40, 8)
  end,
  function(core, key, t, out) core.ccmOpenBegin(key, 0, nonce, t, 0, 20, t, 20, 40, 8) end,
  function(core, key, t, out) core.cmacBegin(key, 0, t, 0, 40) end,
  function(core, key, t, out) core.kdfBegin(key, 0, t, 0, 40, out, 0) end,
}

local function used(core, way, blocks, key)
  local t, out = copy(octets), {}
  way(core, key, t, out)
  core.step(blocks)
  local before = dump(core, { t, out, core.mac })
  core.forgetKey()
  return before, dump(core, { t, out, core.mac })
end

local one, two = load(), load()

local held = 0
for number, way in ipairs(ways) do
  for blocks = 0, 13 do
    local before1, after1 = used(one, way, blocks, { [0] = 0x01234567, 0x12345678, -5, 77 })
    local before2, after2 = used(two, way, blocks, { [0] = 0x7654321, -0x6543210, 99, -1234567 })
    assert(#after1 == #after2 and #after1 > 50, 'too little is seen')
    for i = 1, #after1 do
      if after1[i] ~= after2[i] then print(number, blocks, after1[i], after2[i]) end
    end
    for i = 1, #before1 do
      if before1[i] ~= before2[i] then held = held + 1 end
    end
  end
end
-- The dumps do see keys where there are keys.
assert(held > 300, held)
print('end')
`;

/** One machine a profile: what is kept is the program's doing, not the machine's. */
const MACHINES: Readonly<Record<Profile, Vm>> = {
  lua53: has('lua53i') ? 'lua53i' : 'fengari',
  lua53w: 'lua5.3',
  lua51: 'lua5.1',
  lua51i: 'lua51i',
};

for (const cipher of CIPHERS) {
  for (const [profile, vm] of Object.entries(MACHINES) as [Profile, Vm][]) {
    describeWith(vm, `${nameOf(cipher)} on ${vm}`, () => {
      it('leaves nothing of a key', async () => {
        const script = `${await unloaded(profile, cipher)}${SCRIPT}`;
        expect(runLua(vm, { script })).toBe('end\n');
      });
    });
  }
}
