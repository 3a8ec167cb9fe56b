// SPDX-License-Identifier: Apache-2.0
// Data between the base station and its nodes (docs/protocol.md "Data"): down by the known way back, and sealed end to end.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { IDENTITY_OPTIONS, RECORD_IDENTITY } from '../../firmware/records.ts';
import { reasonName } from '../../host/bench/names.ts';
import type { BenchControl, BenchHooks, Report } from '../../host/bench/run.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import { octets } from '../kemp/crypto.ts';
import { build, parse, unlock } from '../kemp/frames.ts';
import { extended, follow, keyed, kinds } from '../kemp/network.ts';
import { stand, walk } from './resets.ts';

function run(scenario: Scenario, vm: 'v8' | 'fengari' = 'v8', hooks: BenchHooks = {}) {
  const reports: Report[] = [];
  const lines: string[] = [];
  const { follower, result } = follow(
    scenario,
    vm,
    {
      ...hooks,
      onReport: (report) => void reports.push(report),
      onConsole: (_, line) => void lines.push(line),
    },
    { strangers: true },
  );
  const of = (mote: string, event: number): number[][] =>
    reports.filter((one) => one.mote === mote && one.event === event).map(({ args }) => [...args]);
  return { follower, result, lines, of, kinds: kinds(follower) };
}

const roaming = (more: Partial<Scenario>): Scenario => ({ ...keyed('roaming'), durationSeconds: 40, ...more });
const down = (at: number, node: string, data: string) => ({ at, console: `down ${node} ${data}`, mote: 'base' });

describe('data from the base station', () => {
  const schedule = [down(25, '0021', '01020304'), down(28, '0013', 'ff'), down(31, '0011', '0102')];
  it.each([
    { sealData: false, vm: 'v8', wide: false },
    { sealData: true, vm: 'v8', wide: false },
    { sealData: true, vm: 'fengari', wide: false },
    { sealData: true, vm: 'v8', wide: true },
  ] as const)('reaches motes and routers, sealed: $sealData, by EUI-64: $wide, on $vm', ({ sealData, vm, wide }) => {
    const scenario = roaming({ sealData, schedule });
    const { of, kinds: seen, lines } = run(wide ? extended(scenario) : scenario, vm);
    expect(lines).toEqual(['Done', 'Done', 'Done']);
    expect(of('m1', events.EVENT_DOWN).map(([, length, first]) => [length, first])).toEqual([[4, 0x01020304]]);
    expect(of('r3', events.EVENT_DOWN).map(([, length, first]) => [length, first])).toEqual([[1, 0xff000000 | 0]]);
    expect(of('r1', events.EVENT_DOWN).map(([, length, first]) => [length, first])).toEqual([[2, 0x01020000]]);
    expect(of('base', events.EVENT_DOWN_SENT).map(([, , length, status]) => [length, status])).toEqual([
      [4, 0],
      [1, 0],
      [2, 0],
    ]);
    const what = sealData ? 'sealed data down' : 'data down';
    expect([seen.get(`DOWN with ${what}`), seen.get(what)]).toEqual([3, 3]);
  });

  it('finds a mote that went back to a router, where provisioning has it tell', () => {
    const back = walk({ sealData: true, tellReturns: true, durationSeconds: 130 });
    const motes = back.motes.map((mote) =>
      mote.role !== 'mote'
        ? mote
        : { ...mote, waypoints: [...mote.waypoints, { at: 70, x: 70, y: -15 }, { at: 80, x: 70, y: 15 }] },
    );
    const { of, kinds: seen } = run({ ...back, motes, schedule: [down(125, '0021', 'aa')] });
    expect(of('m1', events.EVENT_ATTACH).at(-1)?.[1]).toBe(events.MODE_RETURN);
    expect(seen.get('UP with ROUTE')).toBeGreaterThan(0);
    expect(of('m1', events.EVENT_DOWN)).toHaveLength(1);
  });

  it('is refused at the console where it cannot go', () => {
    const lines = [
      'down 0021',
      'down 0021 1',
      'down 0021 zz',
      'down 0099 01',
      `down 0021 ${'00'.repeat(65)}`,
      'down 0021 01',
    ];
    const scenario = roaming({ schedule: lines.map((console, i) => ({ at: 2 + i / 10, console, mote: 'base' })) });
    const { lines: said } = run({ ...scenario, durationSeconds: 5 });
    const wrong = 'Error 3: InvalidArgument';
    expect(said).toEqual([wrong, wrong, wrong, 'Error 5: UnknownNode', wrong, 'Error 2: Refused']);
  });

  it('takes its longest: 64 octets in a frame of 127, relayed by EUI-64, and in fragments of 80 but for the last hop', () => {
    const schedule = [down(25, '0013', '5a'.repeat(64)), down(28, '0013', '5a'.repeat(20))];
    const wide = run(extended(roaming({ sealData: true, schedule })));
    expect(wide.of('r3', events.EVENT_DOWN).map(([, length]) => length)).toEqual([64, 20]);
    const { of, follower } = run(roaming({ sealData: true, schedule, maxPsdu: 80 }));
    expect(of('r3', events.EVENT_DOWN).map(([, length]) => length)).toEqual([20]);
    expect(follower.seen.some(({ kind, frames }) => kind === 'DOWN with sealed data down' && frames > 1)).toBe(true);
  });
});

describe('the longest route', () => {
  /** Thirteen routers in a row, and a mote behind the last one, 14 hops from the base station. */
  const row = (maxPsdu: number): Scenario => {
    const eui = (low: number): string => `AC:DE:48:00:00:00:00:${low.toString(16).padStart(2, '0')}`;
    const motes = Array.from({ length: 15 }, (_, i) => ({
      name: i === 0 ? 'base' : i === 14 ? 'm' : `r${i}`,
      role: i === 0 ? ('base' as const) : i === 14 ? ('mote' as const) : ('router' as const),
      eui64: eui(i + 1),
      ...(i === 0 ? {} : { key: Buffer.alloc(16, i).toString('hex') }),
      position: { x: 40 * i, y: 0 },
    }));
    return walk({ motes, maxPsdu, durationSeconds: 330, schedule: [down(320, 'acde48000000000f', '5a'.repeat(20))] });
  };

  it.each([
    [127, 2],
    [80, 3],
  ])(
    'carries a key and data in frames of %i octets, %i to a message at most, all of them secured or none',
    (maxPsdu, most) => {
      const { follower, of, result, kinds: seen } = run(row(maxPsdu));
      expect(result.motes.find(({ name }) => name === 'm')).toMatchObject({ joined: true, rank: 14 });
      expect(of('m', events.EVENT_DOWN).map(([, length]) => length)).toEqual([20]);
      expect(result.data.delivered).toBeGreaterThan(10);
      expect(Math.max(...follower.seen.map(({ frames }) => frames))).toBe(most);
      const cut = follower.seen.filter(({ frames }) => frames > 1);
      expect(cut.some(({ kind }) => kind.startsWith('DOWN with APPROVAL'))).toBe(true);
      expect(cut.some(({ kind }) => kind.startsWith('UP with REQUEST'))).toBe(maxPsdu === 80);
      expect(seen.get('sealed data down')).toBe(1);
    },
    120_000,
  );
});

describe('a captured router', () => {
  /** What r1 passed on to the base station, and the means to pass it on again under the key of the two. */
  function captured(resetBase: boolean) {
    const keys: Buffer[] = [];
    const passed: Buffer[] = [];
    const refused: string[] = [];
    let late = false;
    const hooks: BenchHooks = {
      onStart(bench: BenchControl) {
        if (resetBase) bench.at(20e6, () => bench.reset('base'));
        bench.at(50e6, () => {
          late = true;
          const key = keys.at(-1)!;
          passed.slice(0, 5).forEach((payload, i) => {
            const [source, destination] = [
              { eui: octets('acde480000000011'), short: 0x11 },
              { eui: octets('acde480000000001'), short: 1 },
            ];
            const security = { key, counter: 5000 + i, index: 1 };
            const mpdu = build({
              sequence: i,
              pan: 0xabcd,
              source,
              destination,
              security,
              message: false,
              payload: [payload],
            });
            bench.at(50e6 + 1 + i * 400_000, () => bench.inject({ x: 5, y: 5 }, Buffer.concat(mpdu)));
          });
        });
      },
      onKey: ({ key, motes }) => void (motes.join() === 'base,r1' && keys.push(octets(key))),
      onFrame({ octets: frame, sender, ack, attempt }) {
        const mpdu = Buffer.from(frame);
        if (sender !== 'r1' || ack || attempt > 1 || late || (mpdu[0] & 8) === 0) return;
        const parsed = parse(mpdu);
        for (const key of keys) {
          const payload = unlock(parsed, { eui: octets('acde480000000011'), short: 0x11 }, key);
          if (payload?.[0] === 10) passed.push(payload);
        }
      },
    };
    const { of } = run(stand({ durationSeconds: 53 }), 'v8', hooks);
    refused.push(...of('base', events.EVENT_REFUSED).map(([reason]) => reasonName(reason)));
    return { passed, refused };
  }

  it.each([false, true])('gets no reading taken twice; the base station was reset: %s', (reset) => {
    const { passed, refused } = captured(reset);
    expect(passed.length).toBeGreaterThan(10);
    expect(refused.filter((reason) => reason === 'sequence').length).toBeGreaterThanOrEqual(5);
  });
});

describe('data that should be sealed and is not', () => {
  it('is refused at the base station, and at the node', () => {
    const schedule = [down(25, '0021', '01')];
    const without = (mote: string): BenchHooks => ({
      onStart: (bench) => void (bench.flash(mote).get(RECORD_IDENTITY)![IDENTITY_OPTIONS] = 0),
    });
    const up = run(walk({ durationSeconds: 30 }), 'v8', without('m1'));
    expect(up.result.data.delivered).toBe(0);
    expect(up.of('base', events.EVENT_REFUSED).some(([reason]) => reasonName(reason) === 'data')).toBe(true);
    const downward = run(walk({ durationSeconds: 30, schedule }), 'v8', without('base'));
    expect(downward.of('m1', events.EVENT_DOWN)).toEqual([]);
    expect(downward.of('m1', events.EVENT_REFUSED).some(([reason]) => reasonName(reason) === 'data')).toBe(true);
  });
});
