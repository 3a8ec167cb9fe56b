// SPDX-License-Identifier: Apache-2.0
// Finding routers, keeping to one, and asking after those that restarted.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { REFUSED_BUCKET, REFUSED_CROSSING, REFUSED_LIVE_KEY } from '../../firmware/refusals.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import { head, TYPE, typeOf } from './frames.ts';
import { mote, network } from './networks.ts';
import { Sniffer } from './sniffer.ts';
import { Watched } from './watched.ts';

const ADVERT = 1;
const SOLICIT = 2;
const ROUTE = 11;
const ECHO = 13;

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

describe.each(['v8', 'fengari'] as const)('a mote that lost its key with a router which has kept it, on %s', (vm) => {
  const scenario = network('kept', 90, [
    mote('base', 'base', '01', 0, 30),
    mote('r1', 'router', '11', -15),
    mote('r2', 'router', '12', 15),
    mote('m1', 'mote', '21', 0, -20, { onAtSeconds: 20 }),
  ]);
  let near = 'r2';
  const run = new Watched(
    scenario,
    {
      onStart(bench) {
        bench.at(40e6, () => {
          bench.reset('m1');
          near = 'r1';
        });
        bench.at(60e6, () => (near = 'r2'));
      },
      drop: ({ sender }, receiver) => [sender, receiver].includes('m1') && ![sender, receiver].includes(near),
    },
    vm,
  );

  it('is told that it cannot be introduced there, and goes to the base station at once', () => {
    const [lost] = run.of(events.EVENT_DETACH, 60, 'm1');
    const [reactive, central] = run.of(events.EVENT_RUN, 60, 'm1');
    expect([reactive!.args[0], central!.args[0]]).toEqual([events.MODE_REACTIVE, events.MODE_CENTRALISED]);
    const refused = run.of(events.EVENT_REFUSED, 60, 'r2');
    expect(new Set(refused.map(({ args }) => args[0]))).toEqual(new Set([REFUSED_LIVE_KEY]));
    expect(run.frames(TYPE.REJECT, 60, 'r2').length).toBe(refused.length);
    // The previous router is not asked in vain.
    expect(run.frames(TYPE.APPROVAL, 60, 'r1')).toEqual([]);
    const [back] = run.of(events.EVENT_ATTACH, 60, 'm1');
    console.log(`${vm}: back after ${(back!.micros - lost!.micros) / 1e6} s`);
    expect(back!.micros - lost!.micros).toBeLessThan(3e6);
  });
});

it('a router that more motes come to than it has room for keeps its key with the router that introduces some of them', () => {
  const COUNT = 60;
  const names = Array.from({ length: COUNT }, (_, i) => `m${i}`);
  /** Every sixth one joins at r2, and loses it. */
  const isIntroduced = (name: string): boolean => Number(name.slice(1)) % 6 === 5;
  const onAt = (name: string): number => 60 + 2 * Number(name.slice(1));
  const scenario = network('crowd', onAt(names.at(-1)!) + 35, [
    mote('base', 'base', '01', 0, 30),
    mote('r1', 'router', '11', -15),
    // It asks r1 for their key: r1 serves it, too.
    mote('r2', 'router', '12', 0, 20, { onAtSeconds: 20 }),
    ...names.map((name, i) => {
      const times = { onAtSeconds: onAt(name), offAtSeconds: onAt(name) + (isIntroduced(name) ? 30 : 15) };
      return mote(name, 'mote', (0x41 + i).toString(16), 0, -20, times);
    }),
  ]);
  let micros = (): number => 0;
  const run = new Watched(scenario, {
    onStart: (bench) => void (micros = () => bench.micros),
    drop({ sender }, receiver) {
      const name = names.find((one) => one === sender || one === receiver);
      if (name === undefined) return false;
      const near = isIntroduced(name) && micros() < (onAt(name) + 12) * 1e6 ? 'r2' : 'r1';
      return sender !== near && receiver !== near;
    },
  });
  const keysOf = (name: string) =>
    run.of(events.EVENT_KEY, 0, name).map(({ args: [router, , mode] }) => [router, mode]);
  expect(run.of(events.EVENT_KEY_GONE, 0, 'r1').length).toBeGreaterThan(COUNT / 3);
  for (const name of names) {
    const joined = [isIntroduced(name) ? 0x12 : 0x11, events.MODE_CENTRALISED];
    const introduced = isIntroduced(name) ? [[0x11, events.MODE_REACTIVE]] : [];
    expect(keysOf(name), name).toEqual([joined, ...introduced]);
  }
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
  const run = new Watched(
    network('zones', 60, [
      mote('base', 'base', '01', 0, 40, { onAtSeconds: 1 }),
      mote('r1', 'router', '11', -20, 0, { zones: [0] }),
      mote('r2', 'router', '12', 20, 0, { zones: [1] }),
      mote('m1', 'mote', '21', -20, -20, { onAtSeconds: 20, zones: [1] }),
    ]),
  );
  // r1 is nearer, and of another zone.
  const served = run.of(events.EVENT_COMMIT).filter(({ args }) => args[0] === 0x21);
  expect(new Set(served.map(({ mote: who }) => who))).toEqual(new Set(['r2']));
});

const pingPong = loadScenario('ping-pong');

/** The scenario ping-pong with a mote that goes less far to each side, and faster. */
function narrow(metres: number, seconds: number) {
  const waypoints = Array.from({ length: Math.floor(590 / seconds) }, (_, i) => ({
    at: seconds * (i + 1),
    x: i % 2 === 0 ? metres : -metres,
    y: -20,
  }));
  const swing = (one: Scenario['motes'][number]) =>
    one.role === 'mote' ? { ...one, position: { x: -metres, y: -20 }, waypoints } : one;
  return { ...pingPong, motes: pingPong.motes.map(swing) };
}

describe('a mote between two routers', () => {
  it('stays where it is while neither is clearly better', () => {
    const { handovers, runs } = new Watched(narrow(3, 10)).result;
    expect(handovers.filter(({ mote: who }) => who === 'm1')).toEqual([]);
    expect(runs.filter(({ mote: who }) => who === 'm1').length).toBe(1);
  });

  it('moves once a way where one is, and after the first time without a frame', () => {
    const { handovers, runs, data } = new Watched(pingPong).result;
    const moves = handovers.filter(({ mote: who }) => who === 'm1');
    const made = runs.filter(({ mote: who }) => who === 'm1');
    console.log(`ping-pong: ${moves.length} handovers, ${made.length} key establishments`);
    expect(moves.length).toBeGreaterThan(4);
    expect(moves.length).toBeLessThanOrEqual(10);
    expect(made.length).toBe(2);
    expect(moves[0]!.mode).toBe('predictive');
    expect(moves.slice(1).map(({ mode }) => mode)).toEqual(moves.slice(1).map(() => 'return'));
    expect(data.sent - data.delivered).toBeLessThanOrEqual(1);
  });
});

describe.each(['v8', 'fengari'] as const)('a network on another channel, on %s', (vm) => {
  const scenario = network('scan', 40, [
    mote('base', 'base', '01', 0, 0, { channel: 15 }),
    mote('r1', 'router', '11', 30),
    mote('m1', 'mote', '21', 60, 0, { onAtSeconds: 22 }),
  ]);
  const all = Array.from({ length: 16 }, (_, i) => 11 + i);

  it('is found by those whose record lets them look there: a SOLICIT every 300 ms', () => {
    const run = new Watched({ ...scenario, scanChannels: all }, {}, vm);
    expect(run.failures).toEqual([]);
    const asked = run.frames(SOLICIT, 22, 'm1').map(({ micros }) => micros / 1e3);
    console.log(`${vm}: m1 found its router after ${asked.length} channels`);
    // 26 first, then 11 to 15.
    expect(asked.length).toBe(6);
    asked.slice(1).forEach((at, i) => expect(at - asked[i]!).toBeLessThan(400));
    expect(run.of(events.EVENT_DATA_DELIVERED)).not.toEqual([]);
  });

  it('is not found by others', () => {
    const run = new Watched({ ...scenario, scanChannels: [11, 12, 26] }, {}, vm);
    expect(run.failures).toHaveLength(2);
    expect(run.of(events.EVENT_RUN)).toEqual([]);
    // Rounds of three channels, at intervals that double.
    expect(run.frames(SOLICIT, 0, 'm1').length).toBeLessThanOrEqual(3 * 4);
  });
});

/** An ADVERT of this EUI-64. */
function advert(eui: Buffer, rank: number): Buffer {
  const body = Buffer.concat([Uint8Array.of(head(TYPE.ADVERT, 0)), eui, Buffer.from([rank, 0x15, 0x7f, 0, 0])]);
  expect(body.length).toBe(14);
  return body;
}

describe('forged ADVERTs', () => {
  const motes = [mote('base', 'base', '01', 0), mote('r1', 'router', '11', 42), mote('m1', 'mote', '21', 70)];
  const scenario = network('forged', 90, motes);

  it('of twenty loud strangers take no router out of the table that a node shares a key with', () => {
    const strangers = Array.from({ length: 20 }, (_, i) => mote(`s${i}`, 'router', (0x40 + i).toString(16), 70));
    const sniffer = new Sniffer(network('strangers', 90, [...motes, ...strangers]));
    const run = new Watched(scenario, {
      onStart(bench) {
        for (let i = 0; i < 200; i++) {
          const { name } = strangers[i % 20]!;
          const frame = sniffer.plainFrame(name, '', advert(sniffer.eui(name), 5));
          bench.at(40e6 + i * 200e3, () => bench.inject({ x: 70, y: 1 }, frame));
        }
      },
    });
    expect(run.of(events.EVENT_DETACH, 30, 'm1')).toEqual([]);
    expect(run.of(events.EVENT_RUN, 30, 'm1')).toEqual([]);
    const { sent, delivered } = run.result.data;
    expect(sent - delivered).toBeLessThanOrEqual(1);
  });

  it('in the name of a mote make no router hang below it for long', () => {
    // r1 has lost the base station, and m1, which it serves, seems to be another way.
    const cut = { ...scenario, durationSeconds: 160, dataPeriodMs: 0 };
    const sniffer = new Sniffer(cut);
    const run = new Watched(cut, {
      onStart(bench) {
        const fake = sniffer.plainFrame('m1', '', advert(sniffer.eui('m1'), 0));
        bench.at(40e6, () => bench.power('base', false));
        for (let i = 0; i < 30; i++) bench.at(45e6 + i * 1e6, () => bench.inject({ x: 43, y: 0 }, fake));
        bench.at(80e6, () => bench.power('base', true));
      },
    });
    const attached = run.of(events.EVENT_ATTACH, 45, 'r1');
    expect(attached[0]?.args).toEqual([0x21, events.MODE_RETURN, 0, 0, 0]);
    const lost = run.of(events.EVENT_DETACH, 45, 'r1').find(({ args }) => args[0] === 0x21);
    console.log(
      `r1 gave the mote up ${((lost!.micros - attached[0]!.micros) / 1e6).toFixed(1)} s after an ADVERT in its name`,
    );
    // ROUTE at 1, 2, 4 and 8 T without an answer; T over 1 hop, as it believes, is 900 ms or so.
    expect(lost!.micros - attached[0]!.micros).toBeLessThan(20e6);
    expect(run.failures).toEqual([]);
    expect(run.of(events.EVENT_ATTACHED, 80).map(({ args }) => args[0])).toContain(0x11);
  });
});

it('a flood of REJECTs without MAC brings the next repeat forward, and holds up no run', () => {
  // m1 asks for the base station, which does not hear it.
  const scenario = network('rejects', 60, [mote('base', 'base', '01', 0), mote('m1', 'mote', '21', 20)]);
  const sniffer = new Sniffer(scenario);
  const hint = Buffer.from([head(TYPE.REJECT, 0), 2, 0, 0, 0, 1]);
  const run = new Watched(scenario, {
    onStart(bench) {
      for (let at = 1e6; at < 30e6; at += 100e3) {
        bench.at(at, () => bench.inject({ x: 21, y: 0 }, sniffer.plainFrame('base', 'm1', hint)));
      }
    },
    drop: ({ octets, sender, ack }, receiver) =>
      !ack &&
      sender === 'm1' &&
      receiver === 'base' &&
      typeOf(sniffer.open(octets)?.body ?? Buffer.of(0)) === TYPE.REQUEST,
  });
  const [first] = run.of(events.EVENT_RUN, 0, 'm1');
  const end = run.of(events.EVENT_RUN_END, 0, 'm1').find(({ args }) => args[0] === 1);
  expect(first!.args[1]).toBe(1);
  // Three tries, each 200 ms after the one before.
  expect(end!.micros - first!.micros).toBeLessThan(3e6);
});

it('who was introduced outside of its zones is told of by ATTACHED, and taken back', () => {
  const walk = [
    { at: 40, x: -24, y: -25 },
    { at: 60, x: 40, y: -25 },
  ];
  const run = new Watched(
    network('zone border', 90, [
      mote('base', 'base', '01', 0, 30),
      mote('r1', 'router', '11', -22, 0, { zones: [0, 1] }),
      mote('r2', 'router', '12', 22, 0, { zones: [1] }),
      mote('m1', 'mote', '21', -24, -25, { zones: [0], waypoints: walk }),
    ]),
  );
  const committed = run.of(events.EVENT_COMMIT, 40, 'r2').find(({ args }) => args[0] === 0x21);
  expect(committed?.args[2]).toBe(events.MODE_PREDICTIVE);
  const gone = run.of(events.EVENT_KEY_GONE, 40, 'r2').find(({ args }) => args[0] === 0x21);
  expect(gone!.micros - committed!.micros).toBeLessThan(2e6);
  expect(run.of(events.EVENT_ATTACHED).filter(({ args }) => args[0] === 0x21 && args[1] === 0x12)).toEqual([]);
});

describe('a network without short addresses', () => {
  it('hands over by introduction: ADVERTs list the ends of EUI-64s', () => {
    const roaming = loadScenario('roaming');
    const { handovers, runs } = new Watched({
      ...roaming,
      motes: roaming.motes.map((one) => ({ ...one, short: undefined })),
    }).result;
    const introduced = runs.filter(({ mode, outcome }) => mode === 'predictive' && outcome === 'established');
    console.log(`without short addresses: ${introduced.length} introductions in ${handovers.length} handovers`);
    expect(introduced.length).toBeGreaterThanOrEqual(4);
    for (const run of introduced) expect(run).toMatchObject({ frames: 3, octets: 219 });
  });
});

describe('two routers that ask the base station for a key with each other at once', () => {
  const SEEDS = 32;
  // Both join at 20 s, and hear each other from 25 s on; r1 is told that r2 is nearer to the base station, so both ask.
  const between: [string, string] = ['r1', 'r2'];
  const schedule = [
    { at: 0, lossProbability: 1 },
    { at: 20, lossProbability: 0 },
    { at: 20, lossProbability: 1, between },
    { at: 25, lossProbability: 0, between },
  ];
  const nodes = [mote('base', 'base', '01', 0, 30), mote('r1', 'router', '11', -20), mote('r2', 'router', '12', 20)];
  const runs = Array.from({ length: SEEDS }, (_, seed) => {
    const scenario = { ...network('crossing runs', 60, nodes), seed, schedule };
    const sniffer = new Sniffer(scenario);
    const hint = sniffer.plainFrame('r2', '', advert(sniffer.eui('r2'), 0));
    return new Watched(scenario, {
      onStart(bench) {
        for (let at = 26e6; at < 38e6; at += 200e3) bench.at(at, () => bench.inject({ x: -21, y: 0 }, hint, -30));
      },
    });
  });

  it('do so in some of the runs: the lower one ignores what comes of the other REQUEST, the higher one gives its own up', () => {
    const ignored = runs.filter((run) =>
      run.of(events.EVENT_REFUSED, 25, 'r1').some(({ args }) => args[0] === REFUSED_CROSSING),
    );
    const given = runs.filter((run) =>
      run.of(events.EVENT_RUN_END, 25, 'r2').some(({ args }) => args[1] === events.OUTCOME_REJECTED),
    );
    console.log(`${ignored.length} of ${SEEDS} pairs: r1 ignored the APPROVAL; ${given.length}: r2 gave its run up`);
    expect(ignored.length + given.length).toBeGreaterThan(0);
    for (const run of runs) {
      expect(run.of(events.EVENT_REFUSED, 25, 'r2').filter(({ args }) => args[0] === REFUSED_CROSSING)).toEqual([]);
    }
  });

  it('end with one key in common, and know it by the same index', () => {
    for (const { result } of runs) {
      const [at1, at2] = ['r1', 'r2'].map((name) => result.motes.find((one) => one.name === name)!.neighbors);
      const common = [at1!.filter(({ name }) => name === 'r2'), at2!.filter(({ name }) => name === 'r1')];
      expect(common[0]).toHaveLength(1);
      expect(common[1]).toMatchObject([{ keyIndex: common[0]![0]!.keyIndex }]);
    }
  });
});
