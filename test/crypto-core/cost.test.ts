// SPDX-License-Identifier: Apache-2.0
// The figures of docs/crypto-core.md are budgets: measured on one machine a profile, never exceeded, and never far from true.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileLua } from '../../compiler/compile-lua.ts';
import type { Cipher } from '../../compiler/choose.ts';
import { describeWith, runLua, type Profile, type Vm } from '../tools.ts';
import { unloaded } from './engines.ts';

const PAGE = readFileSync(new URL('../../docs/crypto-core.md', import.meta.url), 'utf8');

/** The first table whose head names the profiles: what is measured, and a figure for each profile. */
function figures(profile: Profile): Map<string, number> {
  const lines = PAGE.split('\n');
  const head = lines.findIndex((line) => line.includes('| lua53 |'));
  const cells = (line: string): string[] => line.split('|').map((cell) => cell.trim());
  const column = cells(lines[head] ?? '').indexOf(profile);
  const rows = lines.slice(head + 2, lines.indexOf('', head));
  return new Map(rows.map(cells).map((row) => [row[1] ?? '', Number((row[column] ?? '').replaceAll(',', ''))]));
}

/** Prints what the rows of the table say, in their order. */
const INSTRUCTIONS = `
local key, other, nonce, text = { [0] = 1, 2, 3, 4 }, { [0] = 5, 6, 7, 8 }, {}, {}
for i = 0, 12 do nonce[i] = i end
for i = 0, 91 do text[i] = i end
local function whole(begin, k) begin(k, 0, nonce, text, 0, 20, text, 20, 64, 8) core.step(1000) end
whole(core.ccmSealBegin, key)
local seal = vm.count(whole, core.ccmSealBegin, key)
local open = vm.count(whole, core.ccmOpenBegin, key)
local expanded = vm.count(whole, core.ccmSealBegin, other) - seal
core.cmacBegin(key, 0, text, 0, 16)
core.prepareKey()
print(seal, open, vm.count(core.step, 1), expanded, start)`;

const MACHINES: readonly [Profile, Vm][] = [
  ['lua53', 'fengari'],
  ['lua53w', 'lua5.3'],
  ['lua51', 'lua5.1'],
  ['lua51i', 'lua51i'],
];

function check(row: string, measured: number, figure: number | undefined): void {
  const message = `${row}: measured ${measured}, docs/crypto-core.md says ${figure}`;
  expect(measured, message).toBeLessThanOrEqual(figure ?? 0);
  expect(measured, message).toBeGreaterThan((figure ?? 0) * 0.95);
}

for (const [profile, vm] of MACHINES) {
  describeWith(vm, `instructions of ${profile}`, () => {
    it('are those of the documentation', async () => {
      const script = `${await unloaded(profile)}
        local core
        local start = vm.count(function() core = load() end)
        ${INSTRUCTIONS}`;
      const measured = runLua(vm, { script }).trim().split('\t').map(Number);
      const rows = [...figures(profile)].slice(0, 5);
      expect(measured.length).toBe(5);
      expect(measured.length).toBe(5);
      rows.forEach(([row, figure], i) => check(row, measured[i] as number, figure));
    });
  });
}

for (const [profile, vm] of [
  ['lua53', 'lua53i'],
  ['lua51', 'lua51f'],
  ['lua51i', 'lua51i'],
] as const) {
  describeWith(vm, `RAM of ${profile}`, () => {
    it('is that of the documentation', async () => {
      const script = `${await unloaded(profile)}
        collectgarbage() collectgarbage()
        local before = vm.bytes()
        core = load()
        collectgarbage() collectgarbage()
        print(vm.bytes() - before)`;
      check('RAM', Number(runLua(vm, { script })), figures(profile).get('RAM'));
    });
  });
}

for (const [profile, vm] of [
  ['lua53', 'lua53i'],
  ['lua53w', 'lua5.3'],
  ['lua51', 'lua51f'],
  ['lua51i', 'lua51i'],
] as const) {
  describeWith(vm, `calls into C of ${profile}`, () => {
    it('are those of the documentation', async () => {
      const script = `${await unloaded(profile)}
        local core = load()
        local n, nonce, text = 0, {}, {}
        for i = 0, 12 do nonce[i] = i end
        for i = 0, 91 do text[i] = i end
        for turn = 1, 2 do -- the first of them expands the key
          n = 0
          debug.sethook(function() if debug.getinfo(2, 'S').what == 'C' then n = n + 1 end end, 'c')
          core.ccmSealBegin({ [0] = 1, 2, 3, 4 }, 0, nonce, text, 0, 20, text, 20, 64, 8)
          core.step(1000)
          debug.sethook() -- counts itself
        end
        print(n - 1)`;
      expect(Number(runLua(vm, { script }))).toBe(figures(profile).get('calls into C (`bit.*`) of the sealing above'));
    });
  });
}

/** One block, tables and key ready, on the machine that counts for a profile; and the octets that crypto-core takes there. */
async function measureCipher(profile: Profile, vm: Vm, cipher: Cipher): Promise<{ block: number; ram: number }> {
  const source = "export { encrypt, loadKey } from '../../crypto-core/aes.ts';";
  const { lua } = await compileLua({ entry: 'test/crypto-core/block.ts', source, profile, cipher });
  const script = `local function load() ${lua} end
    collectgarbage() collectgarbage()
    local before = vm.bytes()
    local aes = load()
    collectgarbage() collectgarbage()
    local ram = vm.bytes() - before
    local words = { [0] = 1, 2, 3, 4 }
    aes.loadKey(words, 0)
    local seen = {}
    for i = 1, 50 do
      local n = vm.count(aes.encrypt, words[0], words[1], words[2], words[3], words)
      assert(seen[1] == nil or seen[1] == n, 'blocks differ')
      seen[1] = n
    end
    print(seen[1], ram)`;
  const [block, ram] = runLua(vm, { script }).trim().split('\t').map(Number) as [number, number];
  return { block, ram };
}

/** VM instructions a block may have, whatever the documentation says. */
const LIMITS: Record<string, Partial<Record<Profile, number>>> = {
  'fast expanded': { lua53: 650, lua51: 830, lua51i: 830 },
  'fast on-the-fly': { lua53: 920 },
  'compact expanded': { lua53: 1130, lua51: 1220, lua51i: 1300 },
  'flash expanded': { lua53: 1730 },
};

/** Rows of the table below "By trade-off", without their quotes. */
const TRADES = PAGE.slice(PAGE.indexOf('### By trade-off'))
  .split('\n\n')[2]!
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

for (const [profile, vm] of [
  ['lua53', 'lua53i'],
  ['lua51', 'lua51f'],
  ['lua51i', 'lua51i'],
] as const) {
  describeWith(vm, `blocks of ${profile}`, () => {
    it.each(TRADES.slice(2).map((row): [string, string, string[]] => [row[1]!, row[2]!, row]))(
      '%s, %s cost what the documentation says, for every block',
      async (aes, schedule, row) => {
        const { block } = await measureCipher(profile, vm, { aes, schedule } as Cipher);
        const figure = Number(row[TRADES[0]!.indexOf(profile)]!.replaceAll(',', ''));
        check(`${aes}, ${schedule}`, block, figure);
        expect(block).toBeLessThanOrEqual(LIMITS[`${aes} ${schedule}`]?.[profile] ?? Infinity);
      },
    );

    it('keep their tables within bounds', async () => {
      const ram = async (aes: Cipher['aes']): Promise<number> =>
        (await measureCipher(profile, vm, { aes, schedule: 'expanded' })).ram;
      const none = await ram('flash');
      const float = profile === 'lua51';
      expect((await ram('fast')) - none).toBeLessThanOrEqual(float ? 12_600 : 8_500);
      expect((await ram('compact')) - none).toBeLessThanOrEqual(float ? 3_200 : 2_200);
    });
  });
}

/** Seal and open of 64 octets with 20 of associated data and a tag of 8, whatever the documentation says. */
it.each([
  ['lua53', 8400],
  ['lua51', 10600],
  ['lua51i', 10600],
] as const)('%s seals within its limit by the documentation, and opens with two hundredths more', (profile, limit) => {
  const [seal, open] = [...figures(profile).values()] as [number, number];
  expect(seal).toBeLessThanOrEqual(limit);
  expect(open).toBeLessThanOrEqual(seal * 1.02);
});
