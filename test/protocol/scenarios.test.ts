// SPDX-License-Identifier: Apache-2.0
// What the shipped scenarios show, seen from the air: one who can open every frame counts messages, octets and readings himself.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import type { Report } from '../../host/bench/run.ts';
import type { RunResult } from '../../host/bench/result.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { VmName } from '../../host/vm/open.ts';
import { MODE, modeOf, readMhr, TYPE, typeOf } from './frames.ts';
import { record } from './recording.ts';
import type { Recording } from './recording.ts';
import { Sniffer } from './sniffer.ts';
import { typeName } from './stage.ts';

interface Seen extends Recording {
  readonly reports: readonly Report[];
  readonly sniffer: Sniffer;
}

function see(scenario: Scenario, vm: VmName = 'v8'): Seen {
  const reports: Report[] = [];
  const recording = record(scenario, { vm, hooks: { onReport: (report) => reports.push(report) } });
  expect(recording.failures).toEqual([]);
  return { ...recording, reports, sniffer: new Sniffer(scenario).hearAll(recording.frames) };
}

const established = ({ result }: Seen, mode: RunResult['mode'], hops?: number): RunResult[] =>
  result.runs.filter(
    (run) => run.outcome === 'established' && run.mode === mode && (hops === undefined || run.hops === hops),
  );

/** Key messages on air between two moments that belong to the handover of a mote: names, and octets of their frames. */
function keyFrames(
  { frames, sniffer }: Seen,
  { mote, startMs, keyMs, mode }: RunResult,
): { names: string[]; octets: number } {
  const own = [TYPE.REQUEST, TYPE.APPROVAL, TYPE.NOTICE] as number[];
  const sent = frames.filter(({ start, attempt }) => attempt === 1 && start >= startMs * 1e3 && start <= keyMs! * 1e3);
  const messages = sent.filter(({ octets }) => {
    const opened = sniffer.open(octets);
    const body = opened?.body;
    if (
      opened === undefined ||
      body === undefined ||
      !own.includes(typeOf(body)) ||
      modeOf(body) !== MODE[mode as never]
    )
      return false;
    // An APPROVAL names N inside alone.
    if (typeOf(body) !== TYPE.APPROVAL) return opened.src === mote || opened.dst === mote;
    return sniffer.openAny(body, opened.src, opened.dst)!.inner.subarray(0, 8).equals(sniffer.eui(mote));
  });
  return {
    names: messages.map(({ octets }) => typeName(sniffer.open(octets)!.body!)),
    octets: messages.reduce((sum, { octets }) => sum + octets.length, 0),
  };
}

interface Reading {
  readonly sentAt: number;
  readonly deliveredAt: number | undefined;
}

/** The readings of a mote, by when they were sent. */
function readings({ reports, scenario }: Seen, mote: string): Reading[] {
  const low = parseInt(
    scenario.motes
      .find(({ name }) => name === mote)!
      .eui64.slice(-11)
      .replaceAll(':', ''),
    16,
  );
  const arrived = new Map<number, number>();
  for (const { event, args, micros } of reports) {
    if (event === events.EVENT_DATA_DELIVERED && args[0] === low) arrived.set(args[1], micros / 1e3);
  }
  return reports
    .filter((report) => report.mote === mote && report.event === events.EVENT_DATA_SENT)
    .map(({ micros, args }) => ({ sentAt: micros / 1e3, deliveredAt: arrived.get(args[0]) }));
}

/** Keys that went without a newer one with the same peer in their place. */
function lostKeys({ reports }: Seen): string[] {
  return reports
    .filter(({ event }) => event === events.EVENT_KEY_GONE)
    .filter(({ mote, micros, args }) => {
      const newer = (report: Report): boolean =>
        report.mote === mote &&
        report.args[0] === args[0] &&
        Math.abs(report.micros - micros) < 1e6 &&
        (report.event === events.EVENT_COMMIT ||
          report.event === events.EVENT_KEY ||
          report.event === events.EVENT_ATTACH);
      return !reports.some(newer);
    })
    .map(({ mote, micros, args }) => `${mote} with ${args[0].toString(16)} at ${micros / 1e6}`);
}

describe.each(['v8', 'fengari'] as const)('roaming on %s', (vm) => {
  // Readings often enough that some are under way during each handover; fengari takes its time for the usual ones.
  const roaming = loadScenario('roaming');
  const seen = see(vm === 'v8' ? { ...roaming, dataPeriodMs: 200 } : roaming, vm);

  it('joins over one and two hops', () => {
    expect(established(seen, 'centralised', 1).length).toBeGreaterThanOrEqual(2);
    expect(established(seen, 'centralised', 2).length).toBeGreaterThanOrEqual(2);
  });

  it('hands over with three frames of 180 octets at most', () => {
    const runs = established(seen, 'predictive');
    expect(runs.length).toBeGreaterThanOrEqual(4);
    const counted = runs.map((run) => keyFrames(seen, run));
    console.log(
      `${vm}: ${runs.length} predictive handovers of ${counted.map(({ octets }) => octets).join(', ')} octets`,
    );
    for (const { names, octets } of counted) {
      expect(names).toEqual(['REQUEST', 'APPROVAL', 'NOTICE']);
      expect(octets).toBeLessThanOrEqual(180);
    }
  });

  it('loses no reading before, during or after a handover', () => {
    const end = seen.scenario.durationSeconds * 1e3 - 1000;
    let during = 0;
    for (const mote of ['m1', 'm2']) {
      // What was sent in the last second may be under way.
      const all = readings(seen, mote).filter(({ sentAt }) => sentAt < end);
      expect(all.filter(({ deliveredAt }) => deliveredAt === undefined)).toEqual([]);
      for (const { startMs, keyMs, mote: owner } of established(seen, 'predictive')) {
        if (owner !== mote) continue;
        expect(all.filter(({ sentAt }) => sentAt < startMs).length).toBeGreaterThan(5);
        during += all.filter(({ sentAt }) => sentAt >= startMs && sentAt <= keyMs!).length;
        expect(all.filter(({ sentAt }) => sentAt > keyMs!).length).toBeGreaterThan(5);
      }
      console.log(`${vm}: ${all.length} readings of ${mote}, all delivered`);
    }
    if (vm === 'v8') expect(during).toBeGreaterThanOrEqual(6);
  });

  it('loses no key', () => {
    expect(lostKeys(seen)).toEqual([]);
  });
});

describe('coldstart', () => {
  it.each(['coldstart', 'coldstart-star', 'coldstart-chain'])('%s: everybody joins, and keeps every key', (name) => {
    const seen = see(loadScenario(name));
    const nodes = seen.result.motes.filter(({ role }) => role !== 'base');
    const times = seen.result.runs.map(({ keyMs }) => keyMs).filter((ms) => ms !== null);
    console.log(`${name}: ${nodes.length} joined, the last after ${(Math.max(...times) / 1000).toFixed(1)} s`);
    expect(nodes.filter(({ joined }) => !joined)).toEqual([]);
    expect(lostKeys(seen)).toEqual([]);
  });
});

describe('corridor', () => {
  it('lets no chain of introductions grow beyond its limit: the base station comes between', () => {
    const seen = see(loadScenario('corridor'));
    const limit = seen.scenario.depthLimit;
    const chain = seen.result.runs.filter(({ mote, outcome }) => mote === 'm1' && outcome === 'established');
    console.log(`corridor: ${chain.map(({ mode, depth }) => `${mode} ${depth}`).join(', ')}`);
    let depth = -1;
    for (const run of chain) {
      depth = run.mode === 'centralised' ? 0 : depth + 1;
      expect(run.depth).toBe(depth);
    }
    expect(Math.max(...chain.map((run) => run.depth!))).toBe(limit);
    const reached = chain.findIndex((run) => run.depth === limit);
    expect(chain[reached + 1]).toMatchObject({ mode: 'centralised', depth: 0 });
    expect(chain.slice(reached + 2).some(({ mode }) => mode === 'predictive')).toBe(true);
  });
});

describe('lossy', () => {
  it('leaves everybody with a key, and costs none', () => {
    const seen = see(loadScenario('lossy'));
    expect(seen.result.motes.filter(({ role, joined }) => role !== 'base' && !joined)).toEqual([]);
    expect(lostKeys(seen)).toEqual([]);
    expect(established(seen, 'predictive').length).toBeGreaterThanOrEqual(4);
    const retries = seen.result.runs.reduce((sum, run) => sum + run.retries, 0);
    const { sent, delivered } = seen.result.data;
    console.log(`lossy: ${retries} retries of key frames; ${delivered} of ${sent} readings delivered`);
    expect(retries).toBeGreaterThan(10);
    expect(delivered / sent).toBeGreaterThan(0.95);
  });
});

describe('blackout', () => {
  const seen = see(loadScenario('blackout'));

  it('has a handover through the router that N can hear: four frames, none by the base station', () => {
    const [run, ...others] = established(seen, 'reactive');
    expect(others).toEqual([]);
    expect(run).toMatchObject({ mote: 'm1', authority: 'r1', router: 'r3', frames: 4 });
    const { names, octets } = keyFrames(seen, run);
    console.log(`blackout: a reactive handover of ${run.octets} octets`);
    // The forwarded REQUEST is between the two routers.
    expect(names).toEqual(['REQUEST', 'APPROVAL', 'NOTICE']);
    expect(octets).toBeLessThan(run.octets);
    expect(run.octets).toBeLessThanOrEqual(240);
  });

  it('goes back to the base station where the old router is dead', () => {
    const after = seen.result.runs.filter(({ mote, startMs }) => mote === 'm2' && startMs > 120_000);
    expect(after[0]).toMatchObject({ mode: 'reactive', authority: 'r2', outcome: 'timeout' });
    expect(after[1]).toMatchObject({ mode: 'centralised', authority: 'base', outcome: 'established' });
  });
});

describe('other addresses and frames', () => {
  const roaming = loadScenario('roaming');
  const without = (all: boolean): Scenario => ({
    ...roaming,
    motes: roaming.motes.map(({ short, ...mote }) =>
      all || mote.role === 'mote' || short === undefined ? mote : { ...mote, short },
    ),
  });

  it('works without any short address', () => {
    // A second more than shipped: else the last reading is on its way when the run ends.
    const seen = see({ ...without(true), durationSeconds: roaming.durationSeconds + 2 });
    const wide = seen.frames.filter(({ octets, ack }) => !ack && readMhr(octets)!.src.length === 16);
    expect(wide).toHaveLength(seen.frames.filter(({ ack }) => !ack).length);
    for (const mote of ['m1', 'm2']) {
      expect(seen.result.handovers.filter((handover) => handover.mote === mote).length).toBeGreaterThanOrEqual(4);
      const { sent, delivered } = seen.result.data.byMote[mote];
      expect(delivered).toBe(sent);
    }
    const over = seen.result.runs.filter(({ octets, budgetOctets }) => budgetOctets !== null && octets > budgetOctets);
    expect(over).toEqual([]);
    console.log(`without short addresses: ${seen.result.handovers.length} handovers, ${wide.length} frames`);
  });

  it('hands over with three frames of 220 octets at most where motes have no short address', () => {
    const seen = see(without(false));
    const runs = established(seen, 'predictive');
    expect(runs.length).toBeGreaterThanOrEqual(4);
    for (const run of runs) {
      const { names, octets } = keyFrames(seen, run);
      expect(names).toEqual(['REQUEST', 'APPROVAL', 'NOTICE']);
      expect(octets).toBeLessThanOrEqual(220);
    }
  });

  it.each([false, true])('cuts messages into fragments where frames have 80 octets (no short address: %s)', (wide) => {
    const seen = see({ ...(wide ? without(true) : roaming), maxPsdu: 80 });
    expect(Math.max(...seen.frames.map(({ octets }) => octets.length))).toBeLessThanOrEqual(80);
    const opened = seen.frames.map(({ octets }) => seen.sniffer.open(octets)).filter((one) => one !== undefined);
    const fragments = opened.filter(({ mhr, body }) => mhr.ies && body === undefined);
    const transfers = new Set(fragments.map(({ payload }) => payload[2] & 7));
    console.log(`80 octets: ${fragments.length} fragments`);
    expect(fragments.length).toBeGreaterThanOrEqual(4);
    expect(transfers).toEqual(new Set([2, 4]));
    expect(seen.result.handovers.length).toBeGreaterThanOrEqual(8);
    // One sent in the last second may be on its way when the run ends.
    const due = (roaming.durationSeconds - 1) * 1e3;
    for (const mote of ['m1', 'm2']) {
      const all = readings(seen, mote).filter(({ sentAt }) => sentAt < due);
      expect(all.length).toBeGreaterThan(50);
      expect(all.filter(({ deliveredAt }) => deliveredAt === undefined)).toEqual([]);
    }
  });
});
