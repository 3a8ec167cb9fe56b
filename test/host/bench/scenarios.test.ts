// SPDX-License-Identifier: Apache-2.0
// The shipped scenarios with the real images: what each of them is there to show, and one seed one run on every engine.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pcapRecord } from '../../../host/bench/pcap.ts';
import type { Result, RunResult } from '../../../host/bench/result.ts';
import { resultSchema } from '../../../host/bench/result.ts';
import { runBench } from '../../../host/bench/run.ts';
import { inRepository } from '../../../host/root.ts';
import { loadScenario } from '../../../host/scenario/load.ts';
import { imageOf } from '../../../host/vm/open.ts';
import type { VmName } from '../../../host/vm/open.ts';
import { describeWith } from '../../tools.ts';

function run(name: string): Result {
  const { result, failures } = runBench({ scenario: loadScenario(name), vm: 'v8' });
  expect(failures).toEqual([]);
  expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  for (const run of result.runs) {
    // Repeated messages cost more, and say so by their number.
    if (run.budgetFrames !== null && run.frames <= run.budgetFrames) {
      expect(run.octets, JSON.stringify(run)).toBeLessThanOrEqual(run.budgetOctets!);
    }
  }
  return result;
}

function established(result: Result, wanted: Partial<RunResult>): RunResult[] {
  const keys = Object.keys(wanted) as (keyof RunResult)[];
  return result.runs.filter((run) => run.outcome === 'established' && keys.every((key) => run[key] === wanted[key]));
}

/** `npm test` builds them; a bare `vitest` may come before. */
const built = existsSync(inRepository(imageOf('v8', 'base'))) || process.env.CI !== undefined;

describe.skipIf(!built)('scenario', () => {
  it('roaming: joins over one and two hops, predictive handovers, no reading lost', () => {
    const result = run('roaming');
    expect(established(result, { mode: 'centralised', hops: 1 }).length).toBeGreaterThanOrEqual(2);
    expect(established(result, { mode: 'centralised', hops: 2 }).length).toBeGreaterThanOrEqual(2);
    const predictive = established(result, { mode: 'predictive', frames: 3 });
    expect(predictive.length).toBeGreaterThanOrEqual(4);
    for (const mote of ['m1', 'm2']) {
      const handovers = result.handovers.filter((handover) => handover.mote === mote);
      expect(handovers.length).toBeGreaterThanOrEqual(4);
      // The old router is left only when the new one has answered: not one reading of 2 s is missed.
      for (const handover of handovers) expect(handover).toMatchObject({ detachedMs: 0, lost: 0 });
      expect(result.data.byMote[mote].delivered).toBe(result.data.byMote[mote].sent);
    }
  });

  it('sleepy: one that sleeps 56 s of 60 keeps its keys and takes a tenth of the charge', () => {
    const result = run('sleepy');
    // All keys are made at the start: not one is lost in 64 sleeps, and in one of two stages.
    expect(result.runs.every(({ startMs }) => startMs < 15_000)).toBe(true);
    expect(result.handovers.every(({ atMs }) => atMs < 15_000)).toBe(true);
    const { m1, m2, m3 } = result.energy;
    // By hand: 34 mA awake (15 and 19), 22 uA asleep; sending is 4 mA more than listening.
    for (const { awakeMs, asleepMs, sendingMs, ...taken } of [m1!, m2!, m3!]) {
      const charge = (awakeMs * 34 + sendingMs * 4 + asleepMs * 0.022) / 3600;
      expect(taken.processorMicroAmpereHours + taken.radioMicroAmpereHours).toBeCloseTo(charge, 1);
      expect(taken.meanMilliAmperes).toBeCloseTo((charge * 3600) / 3_900_000, 2);
      expect(awakeMs + asleepMs).toBe(3_900_000);
    }
    expect(m1!.meanMilliAmperes).toBeLessThan(m2!.meanMilliAmperes / 10);
    expect(m2!.meanMilliAmperes).toBeCloseTo(34, 0);
    expect(m3!.asleepMs).toBeCloseTo(3_600_000, -3);
    // Readings are numbered and sealed on over every sleep: B took all but those that were on their way.
    for (const mote of ['m1', 'm2', 'm3']) {
      const { sent, delivered } = result.data.byMote[mote];
      expect(sent - delivered).toBeLessThanOrEqual(2);
      expect(delivered).toBeGreaterThan(60);
    }
  });

  it('coldstart-chain: one more hop after the other, up to five', () => {
    const result = run('coldstart-chain');
    for (const hops of [1, 2, 3, 4, 5]) expect(established(result, { hops, frames: 2 * hops }).length).toBe(1);
  });

  it.each(['coldstart-star', 'coldstart'])('%s: all join', (name) => {
    const result = run(name);
    const joined = result.motes.filter((mote) => mote.role === 'mote' && mote.joined);
    expect(joined.length).toBe(16);
    expect(result.data.delivered / result.data.sent).toBeGreaterThan(0.98);
  });

  it('corridor: after two introductions the base station must be asked', () => {
    const runs = established(run('corridor'), { mote: 'm1' });
    const modes = runs.map(({ mode, depth }) => `${mode} ${depth}`).join(', ');
    expect(modes).toBe('centralised 0, predictive 1, predictive 2, centralised 0, predictive 1, predictive 2');
  });

  it('lossy: a fifth of the frames costs repeats, not readings', () => {
    const result = run('lossy');
    expect(result.runs.reduce((sum, { retries }) => sum + retries, 0)).toBeGreaterThan(10);
    expect(established(result, { mode: 'predictive' }).length).toBeGreaterThanOrEqual(4);
    expect(result.data.delivered / result.data.sent).toBeGreaterThan(0.95);
  });

  it('refresh: keys follow each other, by the router each minute and by the base station in time', () => {
    const result = run('refresh');
    expect(result.runs.filter(({ outcome }) => outcome !== 'established')).toEqual([]);
    expect(established(result, { mode: 'refresh', frames: 2, depth: 0 }).length).toBeGreaterThanOrEqual(8);
    // Nobody's key ends: each asks for the next at 80 % of five minutes, and nothing is lost meanwhile.
    for (const mote of ['r1', 'r2', 'm1']) {
      expect(established(result, { mote, mode: 'centralised' }).length).toBeGreaterThanOrEqual(2);
    }
    expect(result.handovers).toEqual([]);
    expect(result.data.sent - result.data.delivered).toBeLessThanOrEqual(1);
  });

  it('revoked: no one is left with a key, and no one gives another', () => {
    const result = run('revoked');
    expect(result.revocations).toMatchObject([
      { node: 'm1', kind: 'removed' },
      { node: 'r1', kind: 'removed' },
    ]);
    const [{ atMs, lastKeyMs }] = result.revocations;
    expect(lastKeyMs).toBeLessThan(1000);
    expect(established(result, { mote: 'm1' }).every(({ startMs }) => startMs < atMs)).toBe(true);
    expect(result.motes.flatMap(({ name, neighbors }) => neighbors.map((one) => `${name} ${one.name}`))).not.toContain(
      'r2 m1',
    );
    expect(result.refusals.revoked).toBeGreaterThan(0);
  });

  it('blackout: introduced from afar where the old router lives, by the base station where it died', () => {
    const result = run('blackout');
    expect(established(result, { mote: 'm1', mode: 'reactive', authority: 'r1', frames: 4 }).length).toBe(1);
    const after = result.runs.filter(({ mote, startMs }) => mote === 'm2' && startMs > 120_000);
    expect(after.slice(0, 2)).toMatchObject([
      { mode: 'reactive', authority: 'r2', outcome: 'timeout' },
      { mode: 'centralised', authority: 'base', outcome: 'established' },
    ]);
  });
});

/** Joins, and the first handovers. */
function capture(vm: VmName): Buffer {
  const scenario = { ...loadScenario('roaming'), durationSeconds: 70 };
  const records: Buffer[] = [];
  runBench({ scenario, vm, hooks: { onFrame: (frame) => records.push(pcapRecord(frame)) } });
  return Buffer.concat(records);
}

describe.skipIf(!built)('one seed', () => {
  it('gives the same octets at the same times on fengari as on v8', () => {
    const expected = capture('v8');
    expect(expected.length).toBeGreaterThan(10_000);
    expect(capture('fengari').equals(expected)).toBe(true);
  });

  for (const vm of ['lua5.1', 'lua5.3', 'lua5.4'] as const) {
    describeWith(vm, vm, () => {
      it('gives them too', () => {
        expect(capture(vm).equals(capture('v8'))).toBe(true);
      });
    });
  }
});
