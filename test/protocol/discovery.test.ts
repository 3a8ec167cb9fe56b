// SPDX-License-Identifier: Apache-2.0
// Finding routers, keeping to one, and asking after those that restarted.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { NODE_ZONES, RECORD_NODE } from '../../firmware/records.ts';
import { REFUSED_BUCKET } from '../../firmware/refusals.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import type { ScenarioFile } from '../../host/scenario/schema.ts';
import { Watched } from './watched.ts';

const ADVERT = 1;
const SOLICIT = 2;
const ROUTE = 11;
const ECHO = 13;

function mote(name: string, role: 'mote' | 'router' | 'base', low: string, x: number, y = 0, more: object = {}) {
  return { name, role, eui64: `AC:DE:48:00:00:00:00:${low}`, short: `00${low}`, position: { x, y }, ...more };
}

function network(name: string, durationSeconds: number, motes: ScenarioFile['motes']) {
  return parseScenario({ name, description: name, seed: 5, durationSeconds, motes }, name);
}

describe('a mote that is switched on beside a router', () => {
  const scenario = network('solicit', 40, [
    mote('base', 'base', '01', 0),
    mote('m1', 'mote', '21', 20, 0, { onAtSeconds: 20 }),
  ]);
  const run = new Watched(scenario);

  it('asks, and is answered within 250 ms', () => {
    const [asked] = run.frames(SOLICIT, 20, 'm1');
    expect(asked).toBeDefined();
    const answer = run.frames(ADVERT, 0, 'base').find(({ micros }) => micros > asked!.micros)!;
    expect(answer.micros - asked!.micros).toBeLessThanOrEqual(300e3);
  });
});

it('a flood of SOLICITs is answered five times, then once in two seconds', () => {
  const lonely = network('flood', 60, [mote('base', 'base', '01', 0), mote('m1', 'mote', '21', 400)]);
  // A SOLICIT as a neighbour would send it: broadcast, plain (docs/protocol.md "Messages").
  const solicit = Buffer.from(
    '41aa' + '00' + 'cdab' + 'ffff' + '2100' + '003f' + '0698' + '09' + 'ff' + 'acde48' + '24',
    'hex',
  );
  expect(solicit.length).toBe(19);
  const framed = Buffer.concat([solicit, Buffer.alloc(2)]);
  let crc = 0;
  for (const octet of solicit) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  framed.writeUInt16LE(crc, solicit.length);
  const run = new Watched(lonely, {
    onStart(bench) {
      for (let i = 0; i < 200; i++) bench.at(20e6 + i * 100e3, () => bench.inject({ x: 5, y: 0 }, framed));
    },
  });
  const refused = run.of(events.EVENT_REFUSED, 0, 'base').filter(({ args }) => args[0] === REFUSED_BUCKET);
  const adverts = run.frames(ADVERT, 20, 'base').filter(({ micros }) => micros < 40e6);
  console.log(`200 SOLICITs in 20 s: ${refused.length} refused, ${adverts.length} ADVERTs`);
  expect(refused.length).toBeGreaterThanOrEqual(200 - 5 - 10 - 1);
  expect(adverts.length).toBeLessThanOrEqual(5 + 10 + 7);
});

it('a router that restarted is asked after with ECHO, and left when it has no key any more', () => {
  const scenario = network('restart', 90, [
    mote('base', 'base', '01', 0),
    mote('r1', 'router', '11', 30),
    mote('m1', 'mote', '21', 55),
  ]);
  const run = new Watched(scenario, {
    onStart(bench) {
      bench.at(40e6, () => bench.power('r1', false));
      bench.at(42e6, () => bench.power('r1', true));
    },
  });
  expect(run.frames(ECHO, 40, 'm1').length).toBeGreaterThanOrEqual(1);
  expect(run.frames(ECHO, 40, 'm1').length).toBeLessThanOrEqual(4);
  const again = run.of(events.EVENT_COMMIT, 42, 'r1');
  expect(again.map(({ args }) => args[0])).toContain(0x21);
  expect(run.of(events.EVENT_DATA_DELIVERED, 80)).not.toEqual([]);
});

it('a router that goes back to a parent it shares a key with tells the base station its way', () => {
  const blackout = loadScenario('blackout');
  const run = new Watched(blackout);
  const returns = run
    .of(events.EVENT_ATTACH)
    .filter(({ mote: who, args }) => who.startsWith('r') && args[1] === events.MODE_RETURN);
  for (const { mote: who, micros } of returns) {
    expect(run.frames(ROUTE, micros / 1e6, who), who).not.toEqual([]);
  }
});

it('a node is served only by routers of its zones', () => {
  const scenario = network('zones', 60, [
    mote('base', 'base', '01', 0, 40, { onAtSeconds: 1 }),
    mote('r1', 'router', '11', -20),
    mote('r2', 'router', '12', 20),
    mote('m1', 'mote', '21', -20, -20, { onAtSeconds: 20 }),
  ]);
  const zones = [1, 2, 2];
  const run = new Watched(scenario, {
    onStart(bench) {
      zones.forEach((zone, node) => (bench.flash('base').get(RECORD_NODE + node)![NODE_ZONES] = zone));
    },
  });
  // r1 is nearer, and of another zone.
  const served = run.of(events.EVENT_COMMIT).filter(({ args }) => args[0] === 0x21);
  expect(new Set(served.map(({ mote: who }) => who))).toEqual(new Set(['r2']));
});

/** Two routers and a mote that swings between them, so far to each side, so long for each way. */
function swinging(metres: number, seconds: number) {
  const waypoints = Array.from({ length: Math.floor(590 / seconds) }, (_, i) => ({
    at: seconds * (i + 1),
    x: i % 2 === 0 ? metres : -metres,
    y: -25,
  }));
  return network('ping-pong', 600, [
    mote('base', 'base', '01', 0, 30),
    mote('r1', 'router', '11', -28),
    mote('r2', 'router', '12', 28),
    mote('m1', 'mote', '21', -metres, -25, { waypoints }),
  ]);
}

describe('a mote between two routers', () => {
  it('stays where it is while neither is clearly better', () => {
    const { handovers, runs } = new Watched(swinging(8, 10)).result;
    expect(handovers.filter(({ mote: who }) => who === 'm1')).toEqual([]);
    expect(runs.filter(({ mote: who }) => who === 'm1').length).toBe(1);
  });

  it('moves once a way where one is, and after the first time without a frame', () => {
    const { handovers, runs, data } = new Watched(swinging(24, 60)).result;
    const moves = handovers.filter(({ mote: who }) => who === 'm1');
    const made = runs.filter(({ mote: who }) => who === 'm1');
    console.log(`ping-pong: ${moves.length} handovers, ${made.length} key establishments`);
    expect(moves.length).toBeGreaterThan(4);
    expect(moves.length).toBeLessThanOrEqual(10);
    expect(made.length).toBe(2);
    expect(moves.slice(1).map(({ mode }) => mode)).toEqual(moves.slice(1).map(() => 'return'));
    expect(data.sent - data.delivered).toBeLessThanOrEqual(1);
  });
});
