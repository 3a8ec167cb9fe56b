// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it } from 'vitest';
import * as core from '../../crypto-core/index.ts';
import { chain, mask } from '../../crypto-core/job.ts';
import { makeBytes, makeWords, type Words } from '../../crypto-core/tables.ts';
import { describeEngines, type Job } from './engines.ts';
import { ccmBlocks, derived, maced, sealed } from './oracle.ts';

/** All ways to write n as a sum of steps: 2^(n - 1). */
function cuts(n: number): number[][] {
  if (n === 0) return [[]];
  return Array.from({ length: n }, (_, i) => cuts(n - i - 1).map((rest) => [i + 1, ...rest])).flat();
}

const KEY = '808182838485868788898a8b8c8d8e8f';
const message: Job = {
  kind: 'seal',
  key: KEY,
  nonce: '31'.repeat(13),
  aad: '41'.repeat(17),
  text: '51'.repeat(20),
  tagLength: 8,
};

describeEngines('a job', (run) => {
  it('gives one result for every way of cutting it', async () => {
    const n = ccmBlocks(message); // 8: B_0, 2 of associated data, 2 of text twice, the tag
    const jobs: [Job, string][] = [
      [message, sealed(message)],
      [{ ...message, kind: 'open', text: sealed(message) }, message.text],
      [{ ...message, tagLength: 0 }, sealed({ ...message, tagLength: 0 })],
      [{ kind: 'cmac', key: KEY, text: message.text }, maced(message)],
      [{ kind: 'kdf', key: KEY, text: message.text }, derived(message)],
    ];
    for (const [job, data] of jobs) {
      const got = await run(cuts(n).map((steps) => ({ ...job, steps })));
      expect(got.length).toBe(128);
      expect(new Set(got.map(({ outcome, data: found }) => `${outcome} ${found}`))).toEqual(new Set([`done ${data}`]));
    }
  });

  it('may be empty', async () => {
    const empty: Job = { ...message, text: '', aad: '', tagLength: 0 };
    expect(await run([empty, { ...empty, kind: 'open' }])).toEqual(
      [0, 0].map((blocks) => ({ outcome: 'done', data: '', blocks })),
    );
  });
});

describe('the engine', () => {
  const key = Int32Array.from([1, 2, 3, 4]) as unknown as Words;
  const nonce = makeBytes(13);
  const text = makeBytes(64);
  const out = makeWords(4);
  const seal = (textLength = 16): void => core.ccmSealBegin(key, 0, nonce, text, 0, 0, text, 0, textLength, 8);

  beforeEach(() => {
    core.forgetKey();
    core.wipeBytes(text, 0, 64);
  });

  it('is idle before a job and after its outcome was told', () => {
    expect(core.step(1)).toBe(core.JOB_IDLE);
    seal();
    expect([core.step(99), core.step(99), core.step(0)]).toEqual([core.JOB_DONE, core.JOB_IDLE, core.JOB_IDLE]);
  });

  it('tells a refusal once', () => {
    seal(-1);
    expect([core.step(1), core.step(1)]).toEqual([core.JOB_REFUSED, core.JOB_IDLE]);
    core.cmacBegin(key, 0, text, 0, -1);
    expect([core.step(1), core.step(1)]).toEqual([core.JOB_REFUSED, core.JOB_IDLE]);
    core.ccmSealBegin(key, 0, nonce, text, 0, -1, text, 0, 4, 8);
    expect(core.step(1)).toBe(core.JOB_REFUSED);
  });

  it('stays where it is without blocks to do', () => {
    seal();
    const before = core.blocks();
    expect([core.step(0), core.step(-5), core.blocks()]).toEqual([core.JOB_RUNNING, core.JOB_RUNNING, before]);
    expect(core.step(99)).toBe(core.JOB_DONE);
  });

  it('is done with its last block, not with the step after it', () => {
    seal(20);
    expect([core.step(5), core.step(1)]).toEqual([core.JOB_RUNNING, core.JOB_DONE]);
    core.ccmSealBegin(key, 0, nonce, text, 0, 0, text, 0, 20, 0);
    expect([core.step(1), core.step(1)]).toEqual([core.JOB_RUNNING, core.JOB_DONE]);
    core.cmacBegin(key, 0, text, 0, 20);
    expect([core.step(2), core.step(1)]).toEqual([core.JOB_RUNNING, core.JOB_DONE]);
  });

  it('counts every block, also those of a job that is given up', () => {
    const before = core.blocks();
    seal();
    core.step(2);
    core.cmacBegin(key, 0, text, 0, 16);
    core.step(99);
    expect(core.blocks() - before).toBe(2 + 2);
  });

  it('takes a new job in place of the one under way', () => {
    seal();
    core.step(2);
    core.kdfBegin(key, 0, text, 0, 9, out, 0);
    while (core.step(1) === core.JOB_RUNNING);
    const expected = derived({ kind: 'kdf', key: '00000001000000020000000300000004', text: '00'.repeat(9) });
    const octets = makeBytes(16);
    for (let i = 0; i < 4; i++) core.putWord(octets, 4 * i, out[i]);
    expect(Buffer.from(octets as unknown as Uint8Array).toString('hex')).toBe(expected);
  });

  it('reads key and nonce when a job begins', () => {
    const [k, n, one, two] = [makeWords(4), makeBytes(13), makeBytes(16), makeBytes(16)];
    core.ccmSealBegin(k, 0, n, one, 0, 0, one, 0, 8, 8);
    while (core.step(1) === core.JOB_RUNNING);
    core.ccmSealBegin(k, 0, n, two, 0, 0, two, 0, 8, 8);
    k[0] = -1;
    n[0] = 255;
    while (core.step(1) === core.JOB_RUNNING);
    expect(two).toEqual(one);
  });

  it('derives a key over the key it came from', () => {
    const k = Int32Array.from([1, 2, 3, 4]) as unknown as Words;
    core.kdfBegin(key, 0, text, 0, 20, out, 0);
    core.step(99);
    core.kdfBegin(k, 0, text, 0, 20, k, 0);
    core.step(99);
    expect(k).toEqual(out);
  });

  it('leaves the MAC alone in other jobs, and a derived key nowhere but in its place', () => {
    core.cmacBegin(key, 0, text, 0, 20);
    core.step(99);
    const made = [...(core.mac as unknown as Int32Array)];
    seal();
    core.step(99);
    core.kdfBegin(key, 0, text, 0, 20, out, 0);
    core.step(99);
    expect([...(core.mac as unknown as Int32Array)]).toEqual(made);
    expect(chain).toEqual(makeWords(4));
    expect(core.equalWords(mask, 0, out, 0, 4)).toBe(false);
  });

  it('forgets: the job ends, the working blocks are zero, L has to be made again', () => {
    core.cmacBegin(key, 0, text, 0, 16);
    core.step(99);
    seal();
    core.step(3);
    core.forgetKey();
    expect([chain, mask]).toEqual([makeWords(4), makeWords(4)]);
    expect(core.step(9)).toBe(core.JOB_IDLE);
    const before = core.blocks();
    core.cmacBegin(key, 0, text, 0, 16);
    core.step(99);
    expect(core.blocks() - before).toBe(2);
  });
});
