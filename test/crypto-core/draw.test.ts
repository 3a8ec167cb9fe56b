// SPDX-License-Identifier: Apache-2.0
// The step of a random number generator beside the engine: what it gives, what becomes of its key, and that a job does not notice.
import { createCipheriv } from 'node:crypto';
import { expect, it } from 'vitest';
import { drawBlock } from '../../crypto-core/aes.ts';
import { cmacBegin, forgetKey, JOB_DONE, JOB_RUNNING, mac, step } from '../../crypto-core/index.ts';
import type { Bytes, Words } from '../../crypto-core/tables.ts';

const table = (words: readonly number[]): Words => Int32Array.from(words) as unknown as Words;
const listed = (words: Words): number[] => [...(words as unknown as Int32Array)];

function encrypted(key: Words, last: number): number[] {
  const octets = Buffer.alloc(16);
  listed(key).forEach((word, i) => octets.writeInt32BE(word, 4 * i));
  const block = Buffer.alloc(16);
  block[15] = last;
  const out = createCipheriv('aes-128-ecb', octets, null).setAutoPadding(false).update(block);
  return [0, 4, 8, 12].map((at) => out.readInt32BE(at));
}

it('gives E(1), and then has the key E(0)', () => {
  const key = table([1, -2, 0x7fffffff, 4]);
  const out = table([0, 0, 0, 0]);
  for (let i = 0; i < 5; i++) {
    const [block, next] = [encrypted(key, 1), encrypted(key, 0)];
    drawBlock(key, out);
    expect(listed(out)).toEqual(block);
    expect(listed(key)).toEqual(next);
  }
});

it('changes no job, wherever it comes', () => {
  const secret = table([5, 6, 7, 8]);
  const message = new Uint8Array(100).map((_, i) => i) as unknown as Bytes;
  const results = new Set<string>();
  for (let at = -1; at < 9; at++) {
    forgetKey();
    cmacBegin(secret, 0, message, 0, 100);
    const pool = table([9, 9, 9, at]);
    for (let i = 0; ; i++) {
      if (i === at) drawBlock(pool, table([0, 0, 0, 0]));
      const state = step(1);
      if (state === JOB_RUNNING) continue;
      expect(state).toBe(JOB_DONE);
      // L is still at hand: no block more than without.
      expect(i).toBe(7);
      break;
    }
    results.add(String(listed(mac)));
  }
  expect(results.size).toBe(1);
});
