// SPDX-License-Identifier: Apache-2.0
// Keys that grow old: refreshed by their router, renewed by the base station, never longer lived than granted.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { Watched } from './watched.ts';

const scenario = loadScenario('refresh');
const LIFE = scenario.lifeMinutes * 60;
const M1 = 0x21;

describe('short-lived keys', () => {
  const run = new Watched(scenario);
  const made = run.of(events.EVENT_KEY, 0, 'm1');
  const established = run.result.runs.filter((one) => one.mote === 'm1' && one.outcome === 'established');

  it('are refreshed, each with the other key index and the same depth', () => {
    const refreshed = made.filter(({ args }) => args[2] === events.MODE_REFRESH);
    expect(refreshed.length).toBeGreaterThanOrEqual(2);
    made.slice(1).forEach(({ args }, i) => expect(args[4]).not.toBe(made[i]!.args[4]));
    for (const { args } of refreshed) expect(args[3]).toBe(0);
    for (const one of established.filter(({ mode }) => mode === 'refresh')) {
      expect(one).toMatchObject({ frames: 2, octets: 103 });
    }
  });

  it('are renewed at the base station when a fifth of their life is left', () => {
    const renewals = established.filter(({ mode }) => mode === 'centralised').map(({ startMs }) => startMs / 1e3);
    expect(renewals.length).toBeGreaterThanOrEqual(2);
    renewals.slice(1).forEach((at, i) => expect(at - renewals[i]!).toBeLessThanOrEqual(0.8 * LIFE + 5));
  });

  it('never leave the mote without one, and no reading is lost to a change of key', () => {
    expect(run.of(events.EVENT_DETACH)).toEqual([]);
    const { sent, delivered } = run.result.data;
    expect(sent - delivered).toBeLessThanOrEqual(1);
    expect(run.failures).toEqual([]);
  });

  it('are gone on both sides once they are replaced', () => {
    const kept = run.result.motes.find(({ name }) => name === 'm1')!.neighbors;
    expect(kept.length).toBe(1);
    const atRouter = run.result.motes.find(({ name }) => name === kept[0]!.name)!;
    expect(atRouter.neighbors.filter(({ name }) => name === 'm1')).toMatchObject([{ keyIndex: kept[0]!.keyIndex }]);
  });

  it('cost the same frames on compiled Lua', () => {
    const part = { ...scenario, durationSeconds: 130 };
    const octets = (vm: 'v8' | 'fengari'): number[][] =>
      new Watched(part, {}, vm).of(events.EVENT_FRAME).map(({ args }) => [...args]);
    expect(octets('fengari')).toEqual(octets('v8'));
  });
});

it('at 20 % loss keys are refreshed all the same', () => {
  const run = new Watched({ ...scenario, radio: { ...scenario.radio, lossProbability: 0.2 } });
  expect(run.failures).toEqual([]);
  expect(
    run.of(events.EVENT_COMMIT).filter(({ args }) => args[0] === M1 && args[2] === events.MODE_REFRESH).length,
  ).toBeGreaterThan(2);
});

it('without the base station a key ends when its life does', () => {
  const run = new Watched(scenario, {
    onStart: (bench) => bench.at(100e6, () => bench.power('base', false)),
  });
  const last = Math.max(
    ...run
      .of(events.EVENT_KEY)
      .filter(({ args }) => args[2] === events.MODE_CENTRALISED)
      .map(({ micros }) => micros / 1e6),
  );
  const used = Math.max(...run.of(events.EVENT_COMMIT).map(({ micros }) => micros / 1e6));
  expect(used).toBeLessThan(last + LIFE);
  const afterwards = run.reports.filter(
    ({ micros, event }) => micros / 1e6 > last + LIFE + 2 && event === events.EVENT_DATA_SENT,
  );
  expect(afterwards).toEqual([]);
});
