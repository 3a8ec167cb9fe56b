// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Words } from '../../crypto-core/tables.ts';
import { MAX_NODES, NODE_WORDS, RECORD_NODE } from '../../firmware/records.ts';

/** Storage with nothing in it. */
async function fresh() {
  vi.resetModules();
  return import('../../board-defs/bench/storage.ts');
}
const table = (words: readonly number[]): Words => Int32Array.from(words) as unknown as Words;

describe('storage', () => {
  it('keeps the latest of each record, whatever lengths they had before', async () => {
    const write = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer(), { minLength: 1, maxLength: 64 }));
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 60 }), async (writes) => {
        const { storageRead, writeRecord } = await fresh();
        const model = new Map<number, number[]>();
        for (const [record, words] of writes) {
          expect(writeRecord(record, table([0, 0, ...words]), 2, words.length)).toBe(true);
          model.set(record, words);
        }
        for (let record = 1; record <= 9; record++) {
          const words = model.get(record);
          for (const count of [1, 20, 64, words?.length ?? 1]) {
            const into = new Int32Array(80).fill(0x5a5a5a5a);
            expect(storageRead(record, into as unknown as Words, 5, count)).toBe(words?.length === count);
            const expected = new Int32Array(80).fill(0x5a5a5a5a);
            if (words?.length === count) expected.set(words, 5);
            expect(into).toEqual(expected);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('holds a base station of the most nodes, and 250 words more', async () => {
    const { storageRead, writeRecord } = await fresh();
    const node = (i: number): number[] => Array.from({ length: NODE_WORDS }, (_, k) => i * 100 + k);
    for (let i = 0; i < MAX_NODES; i++) expect(writeRecord(RECORD_NODE + i, table(node(i)), 0, NODE_WORDS)).toBe(true);
    for (let i = 0; i < 5; i++) expect(writeRecord(1 + i, table(new Array<number>(50).fill(i)), 0, 50)).toBe(true);
    const into = new Int32Array(NODE_WORDS);
    for (let i = 0; i < MAX_NODES; i++) {
      expect(storageRead(RECORD_NODE + i, into as unknown as Words, 0, NODE_WORDS)).toBe(true);
      expect([...into]).toEqual(node(i));
    }
  });

  it('refuses what it has no room for, and loses nothing by it', async () => {
    const { storageRead, writeRecord } = await fresh();
    const full = table(new Array<number>(64).fill(1));
    let record = 1;
    while (writeRecord(record, full, 0, 64)) record += 1;
    expect(record).toBe(1 + Math.floor(2560 / 66));
    const into = new Int32Array(64) as unknown as Words;
    expect(storageRead(record, into, 0, 64)).toBe(false);
    for (let i = 1; i < record; i++) expect(storageRead(i, into, 0, 64)).toBe(true);
    // One that is there may be written again.
    expect(writeRecord(3, table(new Array<number>(64).fill(2)), 0, 64)).toBe(true);
    expect([storageRead(3, into, 0, 64), into[0], into[63]]).toEqual([true, 2, 2]);
  });
});
