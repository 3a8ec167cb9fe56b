// SPDX-License-Identifier: Apache-2.0
// Keys that grow old: refreshed by their router, renewed by the base station, never longer lived than granted.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { MODE } from './frames.ts';
import { mote, network } from './networks.ts';
import { record } from './recording.ts';
import { reasonsOf, Stage } from './stage.ts';
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

describe.each(['v8', 'fengari'] as const)('the old key, on %s', (vm) => {
  const recording = record({ ...scenario, durationSeconds: 130 });
  /** One end when the first frame of the other one under a refreshed key is about to come. */
  const end = (target: string) => {
    const stage = new Stage(recording, target, vm);
    const isFirst = ({ octets }: { octets: Uint8Array }): boolean => {
      const { key, src, mhr } = stage.sniffer.open(octets)!;
      return key?.mode === MODE.refresh && src !== target && mhr.counter === 0 && [key.node, key.router].includes('m1');
    };
    const instant = stage.instants().find((one) => one.kind === 'empty' && isFirst(stage.coming(one)))!;
    const { octets, lqi, opened } = stage.coming(instant);
    const { sniffer } = stage;
    const keys = sniffer.keysOf(opened.src, target);
    const old = keys[keys.indexOf(opened.key!) + 1]!;
    const under = (key: typeof old, counter: number) => ({
      octets: sniffer.linkFrame(key, opened.src, counter, { data: Uint8Array.of(1, 0, 9, 0, 0, 0, 1) }),
      lqi,
    });
    return { driven: stage.at(instant), first: { octets, lqi }, fresh: opened.key!, old, under };
  };

  it('is taken at the router until CONFIRM comes under the new one', () => {
    const { driven, first, fresh, old, under } = end(
      recording.result.motes.find(({ name }) => name === 'm1')!.neighbors[0]!.name,
    );
    expect(fresh.index).not.toBe(old.index);
    expect(fresh.depth).toBe(old.depth);
    expect(reasonsOf(driven.hear(under(old, 9000)))).toEqual([]);
    expect(reasonsOf(driven.hear(first))).toEqual([]);
    expect(reasonsOf(driven.hear(under(old, 9001)))).toEqual(['unknown-key']);
    expect(reasonsOf(driven.hear(under(fresh, 5)))).toEqual([]);
  });

  it('is taken at the node until the first frame of its router comes under the new one', () => {
    const { driven, first, old, under } = end('m1');
    // A mote takes no data; what matters is who says so.
    expect(reasonsOf(driven.hear(under(old, 9000)))).toEqual(['not-for-role']);
    expect(reasonsOf(driven.hear(first))).toEqual([]);
    expect(reasonsOf(driven.hear(under(old, 9001)))).toEqual(['unknown-key']);
  });
});

it('the base station is seen at the interval: a new session each minute, and no reading lost', () => {
  const quiet = network('interval', 320, [
    mote('base', 'base', '01', 0),
    mote('r1', 'router', '11', 30),
    mote('m1', 'mote', '21', 60),
  ]);
  const run = new Watched({ ...quiet, sessionMinutes: 1, dataPeriodMs: 500 });
  const seen = run.of(events.EVENT_RUN, 0, 'm1').map(({ micros, args }) => ({ at: micros / 1e6, mode: args[0] }));
  console.log(`m1 went back to the base station at ${seen.map(({ at }) => at.toFixed(1)).join(', ')} s`);
  expect(seen.length).toBe(6);
  for (const { mode } of seen) expect(mode).toBe(events.MODE_CENTRALISED);
  seen.slice(1).forEach(({ at }, i) => expect(at - seen[i]!.at).toBeLessThan(63));
  expect(run.of(events.EVENT_DETACH)).toEqual([]);
  expect(run.result.data.sent - run.result.data.delivered).toBeLessThanOrEqual(1);
});
