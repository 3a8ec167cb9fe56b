// SPDX-License-Identifier: Apache-2.0
// What npm run bench:crypto counts is what docs/performance.md says; what it times has all the rows that the page promises.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { boardNames, readBoard } from '../../compiler/boards.ts';
import { PROFILE_NAMES } from '../../compiler/profiles.ts';
import { ROOT } from '../../compiler/roots.ts';
import { CIPHERS, nameOf } from '../crypto-core/ciphers.ts';
import { describeWith, has, runLua, VMS } from '../tools.ts';
import { countProfile } from './counted.ts';
import { COUNTED_ON } from './measure.ts';
import { readPart } from './page.ts';
import { NOBLE, OURS, OURS_KEPT, SEALERS } from './peers.ts';
import { median, timeRounds } from './rounds.ts';
import { forPage } from './table.ts';
import { luaTimes, peerTimes } from './timed.ts';
import { deviceCost } from './weights.ts';

// Each profile compiles sixteen chunks, on a machine that may do other things too.
vi.setConfig({ testTimeout: 240_000 });

const BRIEF = { rounds: 1, milliseconds: 1 };

for (const profile of PROFILE_NAMES) {
  describeWith(COUNTED_ON[profile], `figures of ${profile}`, () => {
    it('are those of docs/performance.md; no work allocates but native; boards of the bench cost least', async () => {
      const { figures, least } = await countProfile(profile);
      expect(readPart('counted')).toContain(forPage(figures));
      const allocated = figures.rows.map((row) => row[figures.head.indexOf('allocated')]);
      const expected = CIPHERS.map(({ aes }) => (aes === 'native' ? expect.stringMatching(/^[\d,]+ a frame$/) : '0'));
      expect(allocated.slice(0, CIPHERS.length)).toEqual(expected);
      const boards = boardNames().map((name) => readBoard(name));
      const onHost = boards.filter(({ driver, lua }) => driver === 'bench' && lua === profile);
      expect(onHost.map(nameOf)).toEqual(onHost.map(() => least));
    });
  });
}

for (const vm of ['lua53i', 'lua51f', 'lua51i'] as const) {
  describeWith(vm, `vm.opcodes of ${vm}`, () => {
    it('counts instructions by kind, and calls of C functions with their arguments', () => {
      const script = `
        local bxor, byte = bit.bxor, string.byte
        local function add(a) return a + 1 end
        local function f(a, b)
          local x = bxor(a, b, byte('a'))
          for i = 1, 3 do x = x * add(i) end
        end
        local sum, kinds = 0, vm.opcodes(f, 3, 4)
        for name, n in pairs(kinds) do
          if type(name) == 'string' and name ~= 'arguments' then sum = sum + n end
        end
        print(kinds.MUL, kinds.ADD, kinds.CALL, kinds.RETURN, kinds.FORLOOP, kinds.SUB)
        print(kinds[bxor], kinds[byte], kinds.arguments, sum == vm.count(f, 3, 4))
        local before = vm.micros()
        for i = 1, 100000 do add(i) end
        print(pcall(vm.opcodes, error, 'no'))
        print(vm.micros() > before)`;
      expect(runLua(vm, { script }).split('\n')).toEqual([
        '3\t3\t5\t4\t4\tnil',
        '1\t1\t4\ttrue',
        'false\tno',
        'true',
        '',
      ]);
    });
  });
}

describe('the model of a device', () => {
  it('weighs what was executed', () => {
    // A call of bit.bxor with two arguments that are moved to their places, as measured: 543, 399 and 379.
    const call = { MOVE: 3, CALL: 1, bit: 1, arguments: 2 };
    expect(deviceCost('lua51', call)).toBeCloseTo(543, -1);
    expect(deviceCost('lua51i', call)).toBeCloseTo(399, -1);
    expect(deviceCost('lua53', call)).toBeCloseTo(379, -1);
    // f(), as measured: 342.
    expect(deviceCost('lua51', { MOVE: 1, CALL: 1, RETURN: 1 })).toBe(342);
    expect(deviceCost('lua51', { MOD: 2, ADD: 1 })).toBe(1280);
  });

  it('refuses what has no weight', () => {
    expect(() => deviceCost('lua53', { NEWTABLE: 2 })).toThrow(
      'NEWTABLE: expected an instruction that has a weight in weights.ts, executed 2 times',
    );
  });
});

describe('timing', () => {
  it('takes the median', () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([4, 1, 9, 2])).toBe(3);
  });

  it('tells more work from less', () => {
    let sum = 0;
    const add = (times: number) => () => {
      for (let i = 0; i < times; i++) sum += Math.sqrt(i);
      return sum;
    };
    const found = timeRounds(
      new Map([
        ['much', add(20_000)],
        ['little', add(20)],
      ]),
      BRIEF,
    );
    expect(found.get('much')).toBeGreaterThan(found.get('little')!);
  });

  it('shows crypto-core beside its peers on V8, all of which give the same octets', async () => {
    const { rows, notes } = await peerTimes(BRIEF);
    const names = [OURS, NOBLE, ...SEALERS, OURS_KEPT].sort();
    expect(
      rows
        .slice(1)
        .map(([name]) => name!)
        .sort(),
    ).toEqual(names);
    expect(notes).toHaveLength(1 + SEALERS.length);
    for (const name of names) expect(readPart('timed')).toContain(`| ${name} |`);
  });

  it('shows every Lua machine at hand', async () => {
    const { rows } = await luaTimes(BRIEF, () => {});
    const all = PROFILE_NAMES.flatMap((profile) => VMS[profile].map((vm) => [profile, vm] as const));
    expect(rows.map(([profile, vm]) => `${profile} ${vm}`).sort()).toEqual(
      all
        .filter(([, vm]) => has(vm))
        .map((pair) => pair.join(' '))
        .sort(),
    );
    for (const row of rows) for (const cell of row.slice(2)) expect(cell).toMatch(/^[\d.,]+$/);
    for (const pair of all) expect(readPart('timed')).toContain(`| ${pair.join(' | ')} |`);
  });
});

it('npm run bench:crypto refuses options that cannot be', () => {
  const command = join(ROOT, 'dist/test/performance/bench-crypto.js');
  const run = spawnSync(process.execPath, [command, '--rounds', '0'], { encoding: 'utf8' });
  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toContain("option '--rounds <n>' argument '0' is invalid. expected a whole number of at least 1.");
});
