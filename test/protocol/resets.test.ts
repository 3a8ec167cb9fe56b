// SPDX-License-Identifier: Apache-2.0
// Resets at any instant (docs/protocol.md "Sleep" and "Session"): every frame on air is recomputed by the follower, which knows all
// keys and refuses a frame counter, a sequence number or a ctr that comes twice under one key.
import { describe, expect, it } from 'vitest';
import { EVENT_ATTACHED, EVENT_RESTORED, EVENT_RUN } from '../../firmware/events.ts';
import { RECORD_COUNTER } from '../../firmware/records.ts';
import type { BenchControl, BenchHooks } from '../../host/bench/run.ts';
import { Prng } from '../../host/medium/prng.ts';
import { follow } from '../kemp/network.ts';
import { Deliveries, MEMBERS, storesFirst, walk } from './resets.ts';

/** Instants of the handover: when each of its frames begins and ends, and in the middle of the pauses between. */
function instants(): number[] {
  const times: number[] = [];
  let from = 0;
  let to = 0;
  follow(walk({ durationSeconds: 60 }), 'v8', {
    onReport({ event, micros, args }) {
      if (event === EVENT_RUN && args[0] === 1) from = micros;
      if (event === EVENT_ATTACHED && args[3] === 1) to = micros + 100_000;
    },
    onFrame: ({ ack, start, end }) => void (ack || times.push(start + 1, end + 1)),
  });
  expect(from, 'the walk has a predictive handover').toBeGreaterThan(0);
  const own = times.filter((time) => time >= from && time <= to);
  return own.flatMap((time, i) => (i === 0 ? [from + 1, time] : [Math.floor((own[i - 1] + time) / 2), time]));
}

describe('a reset at every step of a handover', () => {
  const steps = instants();
  it.each(MEMBERS)(
    'of %s: nothing is used twice, and all find back',
    (victim) => {
      expect(steps.length).toBeGreaterThan(20);
      for (const micros of steps) {
        const deliveries = new Deliveries();
        const hooks: BenchHooks = {
          ...deliveries.hooks,
          onStart: (bench) => bench.at(micros, () => bench.reset(victim)),
        };
        const { result } = follow(walk({ durationSeconds: 90 }), 'v8', hooks);
        const what = `${victim} reset at ${micros / 1e6} s`;
        expect(
          result.motes.filter(({ joined }) => !joined).map(({ name }) => name),
          what,
        ).toEqual([]);
        expect(deliveries.between(75, 90), what).toBeGreaterThan(9);
      }
    },
    300_000,
  );

  it('stores what it reserves before it uses it', () => {
    expect(
      follow(walk({ durationSeconds: 60 }), 'v8', {}, { open: storesFirst('v8') }).result.data.delivered,
    ).toBeGreaterThan(30);
  });
});

/** Resets and sleeps in bursts, each of which is followed by 40 s without any. */
function storm(resets: number, seed: number, bench: { control?: BenchControl; reset: string[] }) {
  const prng = new Prng(seed, 'storm');
  const perBurst = 50;
  const quiet: number[] = [];
  const schedule: { at: number; victim: string; sleep: number }[] = [];
  let at = 20;
  for (let i = 0; i < resets; i++) {
    at += 0.05 + ((prng.next() >>> 0) / 2 ** 32) * 6;
    const victim = MEMBERS[(prng.next() >>> 0) % MEMBERS.length];
    schedule.push({ at, victim, sleep: 0 });
    if ((i & 7) === 0) schedule.push({ at: at + 1, victim: 'm1', sleep: 1 + ((prng.next() >>> 0) % 5) });
    if ((i + 1) % perBurst === 0 || i + 1 === resets) quiet.push((at += 45));
  }
  const hooks: BenchHooks = {
    onStart(control) {
      bench.control = control;
      for (const { at: when, victim, sleep } of schedule) {
        control.at(Math.round(when * 1e6), () => {
          if (sleep > 0) control.command(victim, `sleep ${sleep}`);
          else {
            control.reset(victim);
            bench.reset.push(victim);
          }
        });
      }
    },
  };
  return { hooks, quiet, end: at + 1 };
}

describe('resets at random instants', () => {
  it.each([
    { vm: 'v8', resets: 1000, seed: 7 },
    { vm: 'fengari', resets: 25, seed: 8 },
  ] as const)(
    '$resets on $vm: nothing is used twice, nobody is lost, and no counter is eaten',
    ({ vm, resets, seed }) => {
      const bench: { control?: BenchControl; reset: string[] } = { reset: [] };
      const { hooks, quiet, end } = storm(resets, seed, bench);
      const deliveries = new Deliveries();
      let restored = 0;
      let runs = 0;
      const { result } = follow(walk({ durationSeconds: Math.ceil(end) }), vm, {
        ...hooks,
        onReport(report) {
          deliveries.hooks.onReport!(report);
          if (report.event === EVENT_RESTORED) restored++;
          if (report.event === EVENT_RUN) runs++;
        },
      });
      expect(bench.reset).toHaveLength(resets);
      for (const time of quiet) expect(deliveries.between(time - 8, time), `before ${time} s`).toBeGreaterThan(5);
      expect(result.motes.filter(({ joined }) => !joined)).toEqual([]);
      expect(restored).toBeGreaterThan(resets / 100);
      for (const name of ['r1', 'r2', 'm1']) {
        const ctr = bench.control!.flash(name).get(RECORD_COUNTER)![0];
        expect(ctr).toBeLessThan(17 * bench.reset.filter((one) => one === name).length + runs + 17);
      }
      process.stderr.write(`${resets} resets on ${vm}: ${restored} keys restored, ${runs} runs, ${end.toFixed()} s\n`);
    },
    300_000,
  );
});
