// SPDX-License-Identifier: Apache-2.0
// The figures of docs/crypto-core.md are budgets: measured on one machine a profile, never exceeded, and never far from true.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeWith, runLua, type Profile, type Vm } from '../tools.ts';
import { bundle } from './engines.ts';

const PAGE = readFileSync(new URL('../../docs/crypto-core.md', import.meta.url), 'utf8');

/** The table whose head names the profiles: what is measured, and a figure for each profile. */
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
print(seal, open, vm.count(core.step, 1), expanded, start)`;

const MACHINES: readonly [Profile, Vm][] = [
  ['lua53', 'fengari'],
  ['lua53w', 'lua5.3'],
  ['lua51', 'lua5.1'],
  ['lua51i', 'lua51i'],
];

/** The bundle as a function, to be measured while it makes its tables. */
const unloaded = async (profile: Profile): Promise<string> =>
  (await bundle(profile))
    .replace('local core = (function()', 'local function load()')
    .replace(/end\)\(\)\s*$/, 'end\n');

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
