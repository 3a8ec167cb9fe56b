// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { describeEngines, type Job } from './engines.ts';
import { cmacJobs, maced, samples } from './oracle.ts';
import { cmacVectors } from './vectors.ts';

const blocksOf = ({ text }: Job): number => Math.max(1, Math.ceil(text.length / 32));

describeEngines('CMAC', (run) => {
  it('gives every published answer', async () => {
    expect(cmacVectors.length).toBe(4);
    const got = await run(cmacVectors.map(({ key, message }) => ({ kind: 'cmac', key, text: message })));
    expect(got.map(({ data }) => data)).toEqual(cmacVectors.map(({ tag }) => tag));
  });

  it('computes L once for a key: the second MAC costs a block less', async () => {
    const key = cmacVectors[0]?.key as string;
    const other: Job = { kind: 'cmac', key: '00'.repeat(16), text: '' };
    const jobs = [other, ...cmacVectors.map(({ message }): Job => ({ kind: 'cmac', key, text: message }))];
    const got = await run(jobs);
    expect(got.map(({ blocks }, i) => blocks - blocksOf(jobs[i] as Job))).toEqual([1, 1, 0, 0, 0]);
  });

  it('agrees with @noble/ciphers', async () => {
    const cases = samples(cmacJobs, 300);
    expect(await run(cases)).toEqual(
      cases.map((job) => ({ outcome: 'done', data: maced(job), blocks: blocksOf(job) + 1 })),
    );
  });

  it('agrees at every length around a block', async () => {
    const cases = Array.from({ length: 50 }, (_, i): Job => ({
      kind: 'cmac',
      key: 'd1'.repeat(16),
      text: '9b'.repeat(i),
    }));
    expect((await run(cases)).map(({ data }) => data)).toEqual(cases.map(maced));
  });
});
