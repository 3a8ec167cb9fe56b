// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { describeEngines, type Job } from './engines.ts';
import { derived, kdfJobs, samples } from './oracle.ts';
import { kdfVectors } from './vectors.ts';

describeEngines('KDF', (run) => {
  it('gives the first 128 bits of every published answer', async () => {
    expect(kdfVectors.length).toBe(40);
    const got = await run(kdfVectors.map(({ ki, fixed }) => ({ kind: 'kdf', key: ki, text: `00${fixed}` })));
    expect(got.map(({ data }) => data)).toEqual(kdfVectors.map(({ ko }) => ko.slice(0, 32)));
  });

  it('is one turn of counter mode: CMAC with counters 2 and 3 gives the rest of the published answers', async () => {
    const rest = kdfVectors.flatMap(({ ki, fixed, ko }) =>
      [2, 3]
        .map((counter) => ({
          job: { kind: 'cmac', key: ki, text: `0${counter}${fixed}` } satisfies Job,
          expected: ko.slice(32 * (counter - 1), 32 * counter),
        }))
        .filter(({ expected }) => expected !== ''),
    );
    expect(rest.length).toBe(40);
    const got = await run(rest.map(({ job }) => job));
    expect(got.map(({ data }, i) => data.slice(0, rest[i]?.expected.length))).toEqual(
      rest.map(({ expected }) => expected),
    );
  });

  it('agrees with @noble/ciphers and costs one CMAC', async () => {
    const cases = samples(kdfJobs, 200);
    expect(await run(cases)).toEqual(
      cases.map((job) => ({ outcome: 'done', data: derived(job), blocks: 1 + Math.ceil(job.text.length / 32) })),
    );
  });

  it('refuses input without room for the counter', async () => {
    expect(await run([{ kind: 'kdf', key: '00'.repeat(16), text: '' }])).toEqual([
      { outcome: 'refused', data: '', blocks: 0 },
    ]);
  });
});
