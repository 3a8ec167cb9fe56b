// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes, Words } from '../../crypto-core/tables.ts';
import { putPart, equalWords, getPart, getWord, putWord, wipeBytes, wipeWords } from '../../crypto-core/words.ts';

const bytes = (...values: number[]): Bytes => Uint8Array.from(values) as unknown as Bytes;
const words = (...values: number[]): Words => Int32Array.from(values) as unknown as Words;
const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const RUNS = { seed: 197, numRuns: 200 };

describe('words', () => {
  it('reads and writes big-endian, signed', () => {
    const b = bytes(9, 0x80, 0, 0, 1, 9);
    expect(getWord(b, 1)).toBe(-0x7fffffff);
    putWord(b, 1, -2);
    expect(b).toEqual(bytes(9, 255, 255, 255, 254, 9));
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(int32, (word) => {
        const b = bytes(0, 0, 0, 0);
        putWord(b, 0, word);
        return getWord(b, 0) === word && Buffer.from(b as unknown as Uint8Array).readInt32BE() === word;
      }),
      RUNS,
    );
  });

  it('takes what lies behind the end for zero', () => {
    const b = bytes(0x81, 0x82, 0x83, 0x84, 0x85);
    expect([-7, -1, 0, 1, 2, 3, 4, 5].map((count) => getPart(b, 0, count) >>> 0)).toEqual([
      0, 0, 0, 0x81000000, 0x81820000, 0x81828300, 0x81828384, 0x81828384,
    ]);
  });

  it('writes no more octets than there is room for', () => {
    const written = [-7, 0, 1, 2, 3, 4, 5].map((count) => {
      const b = bytes(1, 2, 3, 4, 5);
      putPart(b, 0, count, -0x01020304);
      return [...(b as unknown as Uint8Array)];
    });
    expect(written).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
      [254, 2, 3, 4, 5],
      [254, 253, 3, 4, 5],
      [254, 253, 252, 4, 5],
      [254, 253, 252, 252, 5],
      [254, 253, 252, 252, 5],
    ]);
  });

  it('compares as many words as it is told, every bit of them', () => {
    fc.assert(
      fc.property(fc.array(int32, { minLength: 1, maxLength: 6 }), fc.nat(), (values, bit) => {
        const a = words(7, ...values, 7);
        const b = words(...values, 8);
        const count = values.length;
        if (!equalWords(a, 1, b, 0, count) || equalWords(a, 1, b, 0, count + 1)) return false;
        b[bit % count] = b[bit % count] ^ (1 << (bit % 32));
        return !equalWords(a, 1, b, 0, count);
      }),
      RUNS,
    );
    expect(equalWords(words(1), 0, words(2), 0, 0)).toBe(true);
  });

  it('wipes what it is told and nothing else', () => {
    const b = bytes(1, 2, 3, 4);
    wipeBytes(b, 1, 2);
    expect(b).toEqual(bytes(1, 0, 0, 4));
    const w = words(-1, -2, -3, -4);
    wipeWords(w, 2, 1);
    expect(w).toEqual(words(-1, -2, 0, -4));
  });
});
