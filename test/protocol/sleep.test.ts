// SPDX-License-Identifier: Apache-2.0
// docs/protocol.md "Sleep" and what the base station keeps: one behaviour a test.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { RECORD_NODE, RECORD_REGISTRY } from '../../firmware/records.ts';
import type { BenchControl, BenchHooks, Report } from '../../host/bench/run.ts';
import { reasonName } from '../../host/bench/names.ts';
import { timeline } from '../../host/bench/timeline.ts';
import type { Transmission } from '../../host/medium/air.ts';
import type { ScenarioFile } from '../../host/scenario/schema.ts';
import { follow, kinds } from '../kemp/network.ts';
import { mote } from './networks.ts';
import { Deliveries, stand, walk } from './resets.ts';

const ENGINES = ['v8', 'fengari'] as const;
const SLEPT = { at: 20, console: 'sleep 10', mote: 'm1' };

/** Who stands still sleeps from 20 s to 30 s. */
function slept(vm: (typeof ENGINES)[number], hooks: BenchHooks = {}, more: Partial<ScenarioFile> = {}) {
  const reports: Report[] = [];
  const frames: Transmission[] = [];
  const deliveries = new Deliveries();
  const all: BenchHooks = {
    ...hooks,
    onReport(report) {
      reports.push(report);
      deliveries.hooks.onReport!(report);
    },
    onFrame(frame) {
      frames.push(frame);
      hooks.onFrame?.(frame);
    },
  };
  const scenario = stand({ schedule: [SLEPT], durationSeconds: 45, ...more });
  const { follower, result } = follow(scenario, vm, all, { strangers: true });
  const of = (mote: string, event: number, from: number): Report[] =>
    reports.filter((one) => one.mote === mote && one.event === event && one.micros >= from * 1e6);
  return { follower, result, frames, deliveries, of };
}

/** m1 walks past nine routers, and sleeps beside the last. */
function passing(): Partial<ScenarioFile> {
  const routers = Array.from({ length: 9 }, (_, i) => mote(`r${i}`, 'router', `1${i}`, 10 * i));
  const waypoints = [
    { at: 40, x: 0, y: -8 },
    ...routers.map(({ position }, i) => ({ at: 52 + 12 * i, x: position.x, y: -8 })),
  ];
  const walker = mote('m1', 'mote', '21', 0, -8, { waypoints });
  const nodes = [...routers, walker].map((one, i) => ({ ...one, key: Buffer.alloc(16, 0x40 + i).toString('hex') }));
  const motes = [mote('base', 'base', '01', 40, 20), ...nodes];
  const schedule = [{ at: 165, console: 'sleep 5', mote: 'm1' }];
  return { motes, schedule, leaveBelow: 255, hysteresis: 2, durationSeconds: 180 };
}

/** How m1 came to its router after it woke up. */
const attachedBy = ({ of }: ReturnType<typeof slept>): number[] =>
  of('m1', events.EVENT_RUN, 30).map(({ args }) => args[0]);

describe('a mote that sleeps', () => {
  it.each(ENGINES)('goes on with its keys, its session and its numbers: two frames on %s', (vm) => {
    const run = slept(vm);
    expect(run.of('m1', events.EVENT_RESTORED, 30)).toHaveLength(1);
    expect(attachedBy(run)).toEqual([]);
    const [attached] = run.of('m1', events.EVENT_ATTACH, 30);
    expect(attached.micros / 1e6).toBeLessThan(31);
    const before = run.frames.filter(
      ({ sender, start, ack }) => sender === 'm1' && !ack && start > 30e6 && start < attached.micros,
    );
    expect(before.map(({ octets }) => octets.length)).toEqual([36]);
    // Readings are sealed: their numbers went on, and the base station took every one of them.
    expect(run.result.data.sent).toBe(run.result.data.delivered);
    expect(run.deliveries.between(32, 45)).toBeGreaterThan(11);
    expect(kinds(run.follower).get('sealed reading')).toBe(run.result.data.sent);
  });

  it('is told the group key of its router again, which it does not keep', () => {
    const count = (kind: string, { follower }: ReturnType<typeof slept>): number => kinds(follower).get(kind) ?? 0;
    expect(count('GROUP', slept('v8', {}, { schedule: [] }))).toBe(0);
    expect(count('GROUP', slept('v8'))).toBe(1);
  });

  it('is told a group key that changed while it slept', () => {
    const schedule = [SLEPT, { at: 24, console: 'revoke 0012', mote: 'base' }];
    const run = slept('v8', {}, { schedule, durationSeconds: 50 });
    expect(attachedBy(run)).toEqual([]);
    expect(kinds(run.follower).get('GROUP')).toBeGreaterThan(0);
    expect(run.deliveries.between(32, 45)).toBeGreaterThan(11);
  });

  it('joins anew where its router has forgotten it', () => {
    const run = slept('v8', {}, { schedule: [SLEPT, { at: 25, reset: 'r1' }], durationSeconds: 60 });
    expect(run.of('m1', events.EVENT_KEY_GONE, 30)).toHaveLength(1);
    expect(attachedBy(run)[0]).toBe(events.MODE_CENTRALISED);
    expect(run.deliveries.between(50, 60)).toBeGreaterThan(8);
  });

  it.each([0, 1, 2, 11, 16, 19, 27])('takes nothing of a record with a wrong bit in word %i', (word) => {
    let bench: BenchControl;
    const run = slept('v8', {
      onStart(control) {
        bench = control;
        control.at(25e6, () => {
          expect(bench.retained('m1').some((one) => one !== 0)).toBe(true);
          bench.retained('m1')[word] ^= 1 << word;
        });
      },
    });
    expect(run.of('m1', events.EVENT_RESTORED, 30)).toEqual([]);
    expect(attachedBy(run)[0]).toBe(events.MODE_CENTRALISED);
    expect(run.result.motes.every(({ joined }) => joined)).toBe(true);
  });

  it('takes nothing of a record after a start that ends no sleep, nor of one that has served', () => {
    for (const at of [25, 33]) {
      let left: number[] = [];
      const run = slept('v8', {
        onStart: (bench) =>
          bench.at(at * 1e6, () => {
            left = [...bench.retained('m1')];
            bench.reset('m1');
          }),
      });
      expect(run.of('m1', events.EVENT_RESTORED, at)).toEqual([]);
      expect(left.some((word) => word !== 0)).toBe(at < 30);
      expect(run.of('m1', events.EVENT_RUN, at)[0].args[0]).toBe(events.MODE_CENTRALISED);
    }
  });

  it('refuses frames from before its sleep', () => {
    const old: Uint8Array[] = [];
    let bench: BenchControl;
    const run = slept(
      'v8',
      {
        onStart(control) {
          bench = control;
          control.at(33e6, () =>
            old.forEach((frame, i) => control.at(33e6 + 1 + i * 300_000, () => bench.inject({ x: 70, y: 14 }, frame))),
          );
        },
        onFrame({ octets, sender, ack, start }) {
          // r1 to m1, secured.
          if (sender === 'r1' && !ack && start < 20e6 && (octets[0] & 8) !== 0 && octets[5] === 0x21) old.push(octets);
        },
      },
      {
        schedule: [
          SLEPT,
          { at: 15, console: 'down 0021 00', mote: 'base' },
          { at: 17, console: 'down 0021 01', mote: 'base' },
        ],
      },
    );
    expect(old.length).toBeGreaterThan(2);
    const refused = run.of('m1', events.EVENT_REFUSED, 33).map(({ args }) => reasonName(args[0]));
    expect(refused.filter((reason) => reason === 'replay')).toHaveLength(old.length);
    expect(run.of('m1', events.EVENT_DOWN, 33)).toEqual([]);
  });

  it('goes on with as many keys as it can keep', () => {
    const run = slept('v8', {}, passing());
    const made = new Set(run.of('m1', events.EVENT_KEY, 0).map(({ args: [peer, ctr] }) => `${peer} ${ctr}`));
    const restored = run.of('m1', events.EVENT_RESTORED, 165).map(({ args }) => `${args[0]} ${args[4]}`);
    expect(new Set(restored).size).toBe(7);
    expect(restored.filter((one) => !made.has(one))).toEqual([]);
    expect(run.deliveries.between(170, 180)).toBeGreaterThan(6);
  });

  it('waits until a key is established', () => {
    const run = slept(
      'v8',
      {},
      { schedule: Array.from({ length: 40 }, (_, i) => ({ at: 4 + i / 5, console: 'sleep 3', mote: 'm1' })) },
    );
    expect(run.result.motes.every(({ joined }) => joined)).toBe(true);
    expect(run.deliveries.between(30, 45)).toBeGreaterThan(12);
  });
});

describe('the base station', () => {
  it.each(ENGINES)('answers a repeated REQUEST octet for octet after a reset on %s', (vm) => {
    const approvals: string[] = [];
    let bench: BenchControl;
    const run = slept(
      vm,
      {
        onStart: (control) => void (bench = control),
        drop: ({ octets }) => approvals.length === 1 && isApproval(octets),
        onFrame({ octets, sender, ack, attempt, end }) {
          if (sender !== 'base' || ack || attempt > 1 || !isApproval(octets)) return;
          approvals.push(Buffer.from(octets.subarray(18, -2)).toString('hex'));
          if (approvals.length === 1) bench.at(end + 1, () => bench.reset('base'));
        },
      },
      { schedule: [], durationSeconds: 30, motes: walk().motes.filter(({ role }) => role !== 'mote') },
    );
    expect(approvals.length).toBeGreaterThan(1);
    expect(approvals[1]).toBe(approvals[0]);
    const [first] = run.of('r2', events.EVENT_RUN, 10);
    const outcome = run.of('r2', events.EVENT_RUN_END, 10).find(({ args }) => args[0] === first.args[1]);
    expect(outcome?.args[1]).toBe(events.OUTCOME_ESTABLISHED);
  });

  it.each([RECORD_REGISTRY, RECORD_NODE + 1])(
    'does not start without record %i of its registry, and says so',
    (record) => {
      const lines: string[] = [];
      const said = timeline(walk(), (line) => lines.push(line));
      const run = slept(
        'v8',
        {
          ...said,
          onStart: (bench) => void bench.flash('base').delete(record),
        },
        { schedule: [], durationSeconds: 20 },
      );
      expect(run.of('base', events.EVENT_BAD_RECORD, 0).map(({ args }) => args)).toEqual([[record, 1, 0, 0, 0]]);
      expect(run.frames.filter(({ sender }) => sender === 'base')).toEqual([]);
      said.onReport!(run.of('base', events.EVENT_BAD_RECORD, 0)[0]);
      expect(lines.at(-1)).toMatch(new RegExp(`cannot run: record ${record} is missing or unreadable`));
    },
  );
});

const isApproval = (octets: Uint8Array): boolean =>
  octets.length === 75 && (octets[0] & 8) === 0 && octets[18] >> 4 === 4;
