// SPDX-License-Identifier: Apache-2.0
// After its tables are made, crypto-core asks for no memory: not an octet in a thousand rounds.
import { lauxlib as lauxlib53, lua as lua53, lualib as lualib53 } from 'lua-wasm-bindings/dist/lua.53.js';
import { lauxlib as lauxlib54, lua as lua54, lualib as lualib54 } from 'lua-wasm-bindings/dist/lua.54.js';
import { describe, expect, it } from 'vitest';
import { describeWith, runLua, VMS, type Profile, type Vm } from '../tools.ts';
import { nameOf, SOFTWARE } from './ciphers.ts';
import { bundle } from './engines.ts';

/** Two keys in turn, so that each is expanded anew; steps of three blocks; every operation, and a forgery. */
const ROUND = `
local keys, nonce, text, out = {}, {}, {}, {}
for i = 0, 7 do keys[i] = i end
for i = 0, 12 do nonce[i] = i end
for i = 0, 127 do text[i] = i end
for i = 0, 3 do out[i] = 0 end
local function finish()
  local result
  repeat result = core.step(3) until result ~= 0
  return result
end
local function round(n)
  for i = 1, n do
    local key = i % 2 * 4
    core.ccmSealBegin(keys, key, nonce, text, 0, 20, text, 20, 64, 8)
    finish()
    core.ccmOpenBegin(keys, key, nonce, text, 0, 20, text, 20, 64, 8)
    assert(finish() == 1)
    core.ccmOpenBegin(keys, key, nonce, text, 0, 20, text, 20, 5, 4)
    assert(finish() == 2)
    core.cmacBegin(keys, key, text, 0, 20)
    finish()
    core.kdfBegin(keys, key, text, 0, 16, out, 0)
    finish()
    if i % 50 == 0 then core.forgetKey() end
    -- leak
  end
end
-- Octets that n rounds add to the heap; integer builds count in kilobytes.
local function growth(n)
  local before = collectgarbage('count')
  round(n)
  return (collectgarbage('count') - before) * 1024
end
-- The first call makes the Lua stack and its list of calls grow; a collection would shrink them again.
collectgarbage()
collectgarbage('stop')
tostring(growth(50)) -- as deep in the stack as print(growth(1000)) below
`;

describe.each([['5.3', lua53, lauxlib53, lualib53] as const, ['5.4', lua54, lauxlib54, lualib54] as const])(
  'memory on Lua %s in WebAssembly',
  (_, lua, lauxlib, lualib) => {
    const evaluate = (code: string): number => {
      const L = lauxlib.luaL_newstate();
      lualib.luaL_openlibs(L);
      const status = lauxlib.luaL_dostring(L, code);
      const text = lua.lua_tostring(L, -1);
      lua.lua_close(L);
      if (status !== 0) throw new Error(text);
      return Number(text);
    };

    it('does not grow in a thousand rounds', async () => {
      expect(evaluate((await bundle('lua53w')) + ROUND + 'return growth(1000)')).toBe(0);
    });

    it('is seen to grow by one empty table a round', async () => {
      const leaky = ROUND.replace('-- leak', 'local _ = {}');
      expect(evaluate((await bundle('lua53w')) + leaky + 'return growth(1000)')).toBeGreaterThan(16_000);
    });
  },
);

const MACHINES = Object.entries(VMS).flatMap(([profile, vms]) =>
  // fengari's memory is JavaScript's and cannot be measured.
  vms.filter((vm) => vm !== 'fengari').map((vm) => ({ profile: profile as Profile, vm })),
);

for (const { profile, vm } of MACHINES) {
  describeWith(vm, `memory on ${vm}`, () => {
    it('does not grow in a thousand rounds', async () => {
      const script = `${await bundle(profile)}${ROUND}print(growth(1000))`;
      expect(Number(runLua(vm, { script }))).toBe(0);
    });
  });
}

/** The 32-bit machines count what is asked of the allocator, to the octet. */
const EXACT: ReadonlySet<Vm> = new Set(['lua53i', 'lua51f', 'lua51i'] as const);

for (const { profile, vm } of MACHINES.filter(({ vm: name }) => EXACT.has(name))) {
  describeWith(vm, `the allocator on ${vm}`, () => {
    it.each(SOFTWARE.map((cipher) => [nameOf(cipher), cipher] as const))(
      'is asked for nothing by %s',
      async (_, cipher) => {
        const script = `${await bundle(profile, cipher)}${ROUND}
        vm.allocated(round, 50) -- one level deeper than before
        print(vm.allocated(round, 1000), vm.allocated(function() local _ = {} end) > 0)`;
        expect(runLua(vm, { script })).toBe('0\ttrue\n');
      },
    );
  });
}
