// SPDX-License-Identifier: Apache-2.0
// A node that slept through changes of keys is not lost, and takes no key for good whose maker it has lost meanwhile.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { reasonName } from '../../host/bench/names.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { VmName } from '../../host/vm/open.ts';
import { MODE, modeOf } from './frames.ts';
import { record } from './recording.ts';
import { stand } from './resets.ts';
import { reasonsOf, Stage } from './stage.ts';
import { Watched } from './watched.ts';

const ENGINES: readonly VmName[] = ['v8', 'fengari'];
const ASLEEP = 30;
const AWAKE = 180;

describe.each(ENGINES)('a mote on %s that slept through a rekey', (vm) => {
  // Keys are refreshed each minute. Meanwhile the other router is removed, so that the group key of r1 changes, too.
  const schedule = [
    { at: ASLEEP, console: `sleep ${AWAKE - ASLEEP}`, mote: 'm1' },
    { at: 90, console: 'revoke 0012', mote: 'base' },
    // It would ask for a refresh of keys that are no more.
    { at: 95, power: 'off' as const, mote: 'r2' },
  ];
  const run = new Watched(stand({ schedule, durationSeconds: 200, refreshMinutes: 1 }), {}, vm);

  it('goes on under the key that it kept, and then has it refreshed: it does not join anew', () => {
    expect(run.of(events.EVENT_RESTORED, AWAKE, 'm1')).toHaveLength(1);
    const modes = run.of(events.EVENT_RUN, AWAKE, 'm1').map(({ args }) => args[0]);
    expect(modes).toEqual([events.MODE_REFRESH]);
    const [refreshed] = run.of(events.EVENT_KEY, AWAKE, 'm1');
    console.log(`${vm}: refreshed ${((refreshed.micros - AWAKE * 1e6) / 1e6).toFixed(1)} s after it woke up`);
    expect(refreshed.micros).toBeLessThan((AWAKE + 10) * 1e6);
    expect(run.of(events.EVENT_ATTACH, AWAKE, 'm1').every(({ args }) => args[0] === 0x11)).toBe(true);
  });

  it('is told the group key of today, and loses no reading', () => {
    expect(run.frames(12, AWAKE, 'r1')).toHaveLength(1);
    const numbers = (event: number, from: number, mote: string, at: number): number[] =>
      run.of(event, from, mote).map(({ args }) => args[at]);
    const sent = numbers(events.EVENT_DATA_SENT, AWAKE, 'm1', 0);
    const arrived = new Set(numbers(events.EVENT_DATA_DELIVERED, AWAKE, 'base', 1));
    expect(sent.length).toBeGreaterThan(10);
    // The last one may be under way.
    expect(sent.slice(0, -1).filter((number) => !arrived.has(number))).toEqual([]);
    const refused = run.of(events.EVENT_REFUSED, AWAKE).map(({ args }) => reasonName(args[0]));
    expect(refused.filter((reason) => ['mic', 'unknown-key', 'replay', 'no-session', 'tag'].includes(reason))).toEqual(
      [],
    );
  });
});

describe.each(ENGINES)('an introduction on %s whose introducer is no more', (vm) => {
  const stage = new Stage(record({ ...loadScenario('roaming'), durationSeconds: 75 }), 'm1', vm);
  const instant = stage
    .instants()
    .filter(({ kind }) => kind === 'NOTICE')
    .find((one) => modeOf(stage.coming(one).opened.body!) === MODE.predictive)!;
  const notice = stage.coming(instant);

  it('would be taken otherwise', () => {
    const outcome = stage.at(instant).hear(notice);
    expect(outcome.reports.filter(({ event }) => event === events.EVENT_KEY)).toHaveLength(1);
  });

  it('makes no key, and the run is over', () => {
    // The key with the introducer ends before the NOTICE comes: a day is over.
    const { inbox } = instant.life.steps[instant.index];
    const later = [inbox[0], inbox[1], inbox[2] + 86_400, ...inbox.slice(3)];
    const outcome = stage
      .at(instant)
      .clockOf({ ...instant.life.steps[instant.index], inbox: later })
      .hear(notice);
    expect(reasonsOf(outcome)).toEqual(['unknown-key']);
    expect(outcome.reports.filter(({ event }) => event === events.EVENT_KEY)).toEqual([]);
    const ends = outcome.reports.filter(({ event }) => event === events.EVENT_RUN_END).map(({ args }) => args[1]);
    expect(ends).toEqual([events.OUTCOME_REJECTED]);
  });
});
