// SPDX-License-Identifier: Apache-2.0
// What the codecs make of the same thousands of cases, on V8 and in every Lua.
import { beforeAll, describe, expect, it } from 'vitest';
import { compileLua } from '../../compiler/compile-lua.ts';
import { describeOn, runLua, VMS, type Profile } from '../tools.ts';
import * as entry from './entry.ts';

/** Cases in a batch, so that a difference is found in a handful of cases; and batches. */
const CASES = { headers: [50, 40], hostile: [25, 40], fragments: [4, 25], queued: [10, 25], sealed: [3, 20] } as const;
type Batch = keyof typeof CASES;
const BATCHES = Object.keys(CASES) as Batch[];

/** One line a batch: its name and number, the fold of its results, how many cases were accepted. */
function onV8(): string[] {
  return BATCHES.flatMap((name) => {
    const [count, times] = CASES[name];
    return Array.from({ length: times }, (_, i) => `${name} ${i} ${entry[name](i, 1, count)} ${entry.accepted()}`);
  });
}

const SCRIPT = BATCHES.map((name) => {
  const [count, times] = CASES[name];
  return `for i = 0, ${times - 1} do print(('${name} %d %d %d'):format(i, mac.${name}(i, 1, ${count}), mac.accepted())) end`;
}).join('\n');

/** Octets that stay after a batch which has run before (the first one grows Lua's stack); nothing is collected meanwhile. */
const HEAP = BATCHES.map((name) => {
  const [count] = CASES[name];
  return `collectgarbage() collectgarbage('stop')
    do
      local before = 0
      for i = 1, 8 do mac.${name}(i, 1, ${count}) end
      before = collectgarbage('count')
      for i = 4, 8 do mac.${name}(i, 1, ${count}) end
      local grown = (collectgarbage('count') - before) * 1024
      print(('${name} %d'):format(grown))
    end`;
}).join('\n');

describe('the load', () => {
  it('is neither all refused nor all accepted', () => {
    for (const name of ['headers', 'hostile', 'fragments', 'queued', 'sealed'] as const) {
      const [count, times] = CASES[name];
      const counts = Array.from({ length: times }, (_, i) => (entry[name](i, 1, count), entry.accepted()));
      const total = counts.reduce((a, b) => a + b, 0);
      expect(total, name).toBeGreaterThan((count * times) / 10);
    }
  });
});

for (const profile of Object.keys(VMS) as Profile[]) {
  let lua = '';
  beforeAll(async () => {
    lua = (await compileLua({ entry: 'test/mac/entry.ts', profile })).lua;
  });

  describeOn(profile, 'the codecs', (vm) => {
    it('give what they give on V8, case by case', () => {
      const script = `local mac = (function()\n${lua}\nend)()\n${SCRIPT}`;
      expect(runLua(vm, { script }).trimEnd().split('\n')).toEqual(onV8());
    });

    // fengari has nothing to ask: its heap is JavaScript's.
    if (vm === 'fengari') return;
    it('allocate nothing', () => {
      const script = `local mac = (function()\n${lua}\nend)()\n${HEAP}`;
      expect(runLua(vm, { script })).toBe(BATCHES.map((name) => `${name} 0\n`).join(''));
    });
  });
}
