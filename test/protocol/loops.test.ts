// SPDX-License-Identifier: Apache-2.0
// False ADVERTs can make routers follow each other in a circle. Each finds out by itself, and soon (protocol.md "Discovery").
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import type { BenchControl, BenchHooks } from '../../host/bench/run.ts';
import { head, TYPE } from './frames.ts';
import { mote, network } from './networks.ts';
import { Sniffer } from './sniffer.ts';
import { Watched } from './watched.ts';

const FLOOD = { from: 60, to: 90 };
const MICROS = 1e6;
/** What a ROUTE of r2 goes in. */
const UP = 14;

function advert(eui: Buffer, rank: number): Buffer {
  return Buffer.concat([Uint8Array.of(head(TYPE.ADVERT, 0)), eui, Uint8Array.of(rank, 0x15, 0x7f, 0, 0)]);
}

/** r1 is in earshot of the base station; r2 and r3 are not, and all three hear each other. */
const motes = [
  mote('base', 'base', '01', 0),
  mote('r1', 'router', '11', 40),
  mote('r2', 'router', '12', 75, 10),
  mote('r3', 'router', '13', 75, -10),
];
const scenario = network('circle', 240, motes);
const sniffer = new Sniffer(scenario);
const forged = (name: string, rank: number): Uint8Array =>
  sniffer.plainFrame(name, '', advert(sniffer.eui(name), rank));

/** Repeats what `inject` does every 200 ms while the flood lasts. */
function flood(bench: BenchControl, inject: () => void): void {
  for (let at = FLOOD.from * MICROS; at < FLOOD.to * MICROS; at += 200e3) bench.at(at, inject);
}

/** Seconds after the flood at which a router's rank changed last, and what it is then. */
function settled(run: Watched, name: string): { after: number; rank: number } {
  const last = run.of(events.EVENT_RANK, 0, name).at(-1)!;
  return { after: last.micros / MICROS - FLOOD.to, rank: last.args[0] };
}

it('a circle of routers that false ADVERTs have made ends within seconds of the last one', () => {
  const run = new Watched(scenario, {
    onStart(bench) {
      // r1 shall lose the base station, and take those below it for the way.
      flood(bench, () => {
        bench.inject({ x: 41, y: 0 }, forged('base', 20));
        for (const [i, name] of ['r2', 'r3'].entries()) {
          bench.at(bench.micros + (i + 1) * 50e3, () => bench.inject({ x: 60, y: 0 }, forged(name, 0)));
        }
      });
    },
  });
  const below = run.of(events.EVENT_ATTACH, FLOOD.from, 'r1').filter(({ args }) => args[0] !== 1);
  expect(below.length).toBeGreaterThan(0);
  for (const [name, rank] of [
    ['r1', 1],
    ['r2', 2],
    ['r3', 2],
  ] as const) {
    const { after, rank: at } = settled(run, name);
    console.log(`${name} is ${at} hops away again ${after.toFixed(1)} s after the flood`);
    expect(at).toBe(rank);
    expect(after).toBeLessThan(20);
  }
  // Nobody has counted up.
  expect(Math.max(...run.of(events.EVENT_RANK, FLOOD.to).map(({ args }) => args[0]))).toBeLessThan(8);
  expect(run.failures).toEqual([]);
});

describe('a parent that says it has gone farther away', () => {
  const lie = (at: number, more: BenchHooks = {}): Watched =>
    new Watched(scenario, {
      ...more,
      onStart: (bench) => bench.at(at * MICROS, () => bench.inject({ x: 76, y: 10 }, forged('r1', 3))),
    });

  it('is kept once the base station has answered through it', () => {
    const run = lie(60);
    const asked = run.frames(UP, 60, 'r2');
    expect(asked).toHaveLength(1);
    expect(asked[0].micros / MICROS).toBeLessThan(60.5);
    expect(run.of(events.EVENT_DETACH, 60)).toEqual([]);
    expect(settled(run, 'r2').rank).toBe(2);
  });

  it('is left where the base station does not answer', () => {
    // What r1 would pass on goes nowhere.
    const run = lie(60, {
      drop: ({ sender, ack, start }, receiver) =>
        !ack && start > 59 * MICROS && start < 80 * MICROS && sender === 'r1' && receiver === 'base',
    });
    const [left] = run.of(events.EVENT_DETACH, 60, 'r2');
    console.log(`r2 has left r1 ${(left.micros / MICROS - 60).toFixed(1)} s after the ADVERT`);
    expect(left.micros / MICROS - 60).toBeLessThan(12);
    expect(run.failures).toEqual([]);
  });

  it('cannot make it ask without end', () => {
    const run = new Watched(scenario, {
      onStart: (bench) =>
        flood(bench, () => {
          bench.inject({ x: 76, y: 10 }, forged('r1', 1));
          bench.at(bench.micros + 100e3, () => bench.inject({ x: 76, y: 10 }, forged('r1', 3)));
        }),
    });
    const asked = run.frames(UP, FLOOD.from, 'r2').length;
    console.log(`${asked} ROUTEs in ${FLOOD.to - FLOOD.from} s of false ADVERTs`);
    expect(asked).toBeLessThanOrEqual(3 + (FLOOD.to - FLOOD.from) / 10 + 1);
    expect(run.of(events.EVENT_DETACH, FLOOD.from, 'r2')).toEqual([]);
  });
});
