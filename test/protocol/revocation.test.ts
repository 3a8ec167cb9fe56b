// SPDX-License-Identifier: Apache-2.0
// Revocation in time: how long it takes, that nothing gets past it, and that those left behind go on.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { RECORD_MARKS } from '../../firmware/records.ts';
import { REFUSED_REVOKED } from '../../firmware/refusals.ts';
import type { BenchHooks } from '../../host/bench/run.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import type { Scenario, ScenarioFile } from '../../host/scenario/schema.ts';
import { modeOf, typeOf } from './frames.ts';
import { crossing } from './networks.ts';
import { record } from './recording.ts';
import { reasonsOf, Stage } from './stage.ts';
import { Watched } from './watched.ts';

const M1 = 0x21;
const M2 = 0x22;
const R1 = 0x11;
const COMMAND = 100;
const ATTACHED = 7;
const REVOKE = 9;
const GROUP = 12;

const roaming = loadScenario('roaming');

/** roaming with these lines typed into the base station's console. */
function told(lines: readonly [at: number, line: string][], change: Partial<Scenario> = {}): Scenario {
  const schedule = lines.map(([at, line]) => ({ at, console: line, mote: 'base' }));
  return { ...roaming, ...change, schedule };
}

/** T of protocol.md "Timers" over these hops, in ms. */
const waiting = (hops: number): number => 100 + roaming.aesMs * (100 + 40 * hops);

describe('a mote that is removed while it roams', () => {
  const run = new Watched(told([[COMMAND, 'revoke 0021']]));
  const gone = run.deletions(M1, COMMAND);

  it('leaves no key behind after 2 T a hop', () => {
    const last = Math.max(...gone.map(({ ms }) => ms));
    console.log(`last key gone after ${last.toFixed(0)} ms; bound 2 T over 2 hops: ${2 * waiting(2)} ms`);
    expect(new Set(gone.map(({ mote }) => mote))).toEqual(new Set(['r1', 'r2', 'r3']));
    expect(last).toBeLessThanOrEqual(2 * waiting(2));
  });

  it('has nothing delivered, committed or granted any more', () => {
    const from = COMMAND + Math.max(...gone.map(({ ms }) => ms)) / 1e3;
    expect(run.of(events.EVENT_DATA_DELIVERED, from).filter(({ args }) => args[0] === M1)).toEqual([]);
    expect(run.of(events.EVENT_COMMIT, from).filter(({ args }) => args[0] === M1)).toEqual([]);
    expect(run.of(events.EVENT_REFUSED, from, 'base').filter(({ args }) => args[0] === REFUSED_REVOKED)).not.toEqual(
      [],
    );
  });

  it('is known to be gone by every holder', () => {
    const acknowledged = run.of(events.EVENT_REVOKED, COMMAND).filter(({ args }) => args[0] === M1);
    expect(acknowledged.length).toBe(gone.length);
  });

  it('takes the group keys that it knew with it', () => {
    // r3 served nobody else.
    for (const mote of ['r1', 'r2']) expect(run.frames(GROUP, COMMAND, mote), mote).not.toEqual([]);
  });

  it('does not disturb the other mote', () => {
    expect(run.result.data.byMote.m2).toMatchObject({ sent: run.result.data.byMote.m2!.delivered });
    expect(run.deletions(M2, COMMAND)).toEqual([]);
  });

  it('takes as long on compiled Lua', () => {
    const lua = new Watched(told([[COMMAND, 'revoke 0021']], { durationSeconds: 110 }), {}, 'fengari');
    expect(lua.deletions(M1, COMMAND)).toEqual(gone);
  });
});

it('a removed mote that is enrolled again joins again, and only through the base station', () => {
  const run = new Watched(
    told([
      [COMMAND, 'revoke 0021'],
      [140, 'enrol 0021'],
    ]),
  );
  const back = run.of(events.EVENT_COMMIT, COMMAND + 2).filter(({ args }) => args[0] === M1);
  expect(back[0]!.micros).toBeGreaterThan(140e6);
  expect(back[0]!.args[2]).toBe(events.MODE_CENTRALISED);
  expect(run.of(events.EVENT_DATA_DELIVERED, 170).some(({ args }) => args[0] === M1)).toBe(true);
});

it('a compromised mote stays out', () => {
  const run = new Watched(
    told([
      [COMMAND, 'revoke 0021 compromised'],
      [140, 'enrol 0021'],
    ]),
  );
  expect(run.of(events.EVENT_COMMIT, COMMAND + 2).filter(({ args }) => args[0] === M1)).toEqual([]);
});

describe('a compromised router', () => {
  const run = new Watched(told([[COMMAND, 'revoke 0011 compromised']]));

  it('loses its own keys, and those of the chains that it introduced', () => {
    const introduced = run
      .of(events.EVENT_ATTACHED)
      .filter(({ args, micros }) => micros < COMMAND * 1e6 && args[3] === events.MODE_PREDICTIVE);
    expect(introduced.length).toBeGreaterThan(0);
    expect(run.deletions(R1, COMMAND).length).toBeGreaterThan(0);
    const chains = run.of(events.EVENT_REVOKE, COMMAND).filter(({ args }) => args[1] === events.REVOKE_CHAIN);
    const chained = new Set(chains.map(({ args }) => args[0]));
    expect(chained.size).toBeGreaterThan(0);
    for (const low of chained) expect(run.deletions(low!, COMMAND), String(low)).not.toEqual([]);
  });

  it('makes no key afterwards', () => {
    const later = run.of(events.EVENT_ATTACHED, COMMAND + 5);
    expect(later.filter(({ args }) => args[1] === R1)).toEqual([]);
  });

  it('leaves those a way that have another router in earshot', () => {
    expect(run.of(events.EVENT_DATA_DELIVERED, 200).length).toBeGreaterThan(0);
  });
});

/** The first octet of a plain message of KEMP; undefined for any other frame. */
function plainHead(octets: Uint8Array): number | undefined {
  const at = Buffer.from(octets).indexOf('09ffacde48', 0, 'hex');
  return (octets[0]! & 8) !== 0 || at < 0 ? undefined : octets[at + 5];
}

describe('at 20 % loss', () => {
  const radio = { ...roaming.radio, lossProbability: 0.2 };
  const seeds = [1, 2, 3, 4, 5];
  const runs = seeds.map(
    (seed) => new Watched(told([[COMMAND, 'revoke 0021']], { radio, seed, durationSeconds: 160 })),
  );

  it('the last key goes within the repeats', () => {
    const last = runs.map((run) => Math.max(...run.deletions(M1, COMMAND).map(({ ms }) => ms)));
    console.log(`at 20 % loss the last key went after ${last.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    // The third round comes 2 T + 4 T after the first one.
    for (const ms of last) expect(ms).toBeLessThan(6 * waiting(1) + 2 * waiting(2));
  });

  it('nothing is committed or delivered afterwards', () => {
    for (const run of runs) {
      const from = COMMAND + Math.max(...run.deletions(M1, COMMAND).map(({ ms }) => ms)) / 1e3;
      for (const event of [events.EVENT_COMMIT, events.EVENT_DATA_DELIVERED]) {
        expect(run.of(event, from).filter(({ args }) => args[0] === M1)).toEqual([]);
      }
    }
  });
});

describe.each(['v8', 'fengari'] as const)('REVOKE at a router, on %s', (vm) => {
  // Readings often enough that one is always under way.
  const recording = record({ ...told([[COMMAND, 'revoke 0021']], { durationSeconds: 102 }), dataPeriodMs: 200 });
  const router = ['r1', 'r2', 'r3', 'r4'].find((name) => {
    const stage = new Stage(recording, name);
    return stage.instants().some((one) => typeOf(stage.coming(one).opened.body ?? Buffer.of(0)) === REVOKE);
  })!;
  const stage = new Stage(recording, router, vm);
  const instant = stage.instants().find((one) => typeOf(stage.coming(one).opened.body ?? Buffer.of(0)) === REVOKE)!;
  const [key] = stage.sniffer.keysOf('m1', router);
  const reading = (counter: number) => ({
    octets: stage.sniffer.linkFrame(key!, 'm1', counter, { data: Uint8Array.of(1, 0, 9, 0, 0, 0, 1) }),
    lqi: 200,
  });

  it('is the end of all frames of the node when its handler has returned, of those that wait as well', () => {
    const { octets, lqi, opened } = stage.coming(instant);
    expect(modeOf(opened.body!)).toBe(events.REVOKE_REMOVED);
    const driven = stage.at(instant);
    expect(reasonsOf(driven.hear(reading(5000)))).toEqual([]);
    // Three at once: what came before it is taken, what came after it is not.
    expect(reasonsOf(driven.hear(reading(5001), { octets, lqi }, reading(5002)))).toEqual(['unknown-key']);
    expect(reasonsOf(driven.hear(reading(5003)))).toEqual(['unknown-key']);
    expect(driven.keys().filter((row) => row.startsWith('00000021'))).toEqual([]);
  });

  it('is in flash before REVOKED goes, and does nothing a second time', () => {
    const { octets, lqi } = stage.coming(instant);
    const driven = stage.at(instant);
    const first = driven.hear({ octets, lqi });
    expect(first.stores).toContain(RECORD_MARKS);
    expect(first.sends.length).toBeGreaterThan(0);
    const second = driven.hear({ octets, lqi });
    expect(reasonsOf(second)).toEqual(['sequence']);
    expect([second.stores, second.sends]).toEqual([[], []]);
  });
});

describe('a mote that is revoked while nobody has told the base station where it is', () => {
  // ATTACHED of r2 never arrives: its key with m1 stays provisional.
  const scenario = { ...crossing(180), provisionalMinutes: 1, dataPeriodMs: 500 };
  const silent = (until: number, everything = false): BenchHooks => ({
    drop: ({ octets, sender, start }, receiver) => {
      const between = (sender === 'r2' && receiver === 'base') || (sender === 'base' && receiver === 'r2');
      const head = plainHead(octets);
      if (!between || start < 40e6 || start > until || head === undefined) return false;
      return everything ? head >> 4 > 1 : head >> 4 === ATTACHED;
    },
  });
  const revoke = (at: number) => ({ ...scenario, schedule: [{ at, console: 'revoke 0021', mote: 'base' }] });
  const commitAt = (run: Watched): number =>
    run.of(events.EVENT_COMMIT, 40, 'r2').find(({ args }) => args[0] === M1)!.micros / 1e6;
  const lastReading = (run: Watched): number =>
    Math.max(
      ...run.of(events.EVENT_DATA_DELIVERED).flatMap(({ args, micros }) => (args[0] === M1 ? [micros / 1e6] : [])),
    );

  it('goes on for T_prov at most where ATTACHED is suppressed', () => {
    const run = new Watched(revoke(70), silent(Infinity));
    const made = commitAt(run);
    console.log(
      `ATTACHED suppressed: last reading ${(lastReading(run) - made).toFixed(1)} s after the key, T_prov 60 s`,
    );
    expect(lastReading(run)).toBeGreaterThan(75);
    expect(lastReading(run)).toBeLessThanOrEqual(made + 61);
    expect(run.of(events.EVENT_COMMIT, made + 0.1).filter(({ args }) => args[0] === M1)).toEqual([]);
  });

  it('is refused as soon as ATTACHED comes through', () => {
    const run = new Watched(revoke(70), silent(80e6));
    const gone = run.deletions(M1, 80).find(({ mote }) => mote === 'r2')!;
    const told = run.frames(ATTACHED, 80, 'r2')[0]!.micros / 1e3 - 80e3;
    console.log(
      `ATTACHED ${told.toFixed(0)} ms after the air was free, key gone ${(gone.ms - told).toFixed(0)} ms later`,
    );
    expect(gone.ms - told).toBeLessThanOrEqual(2 * waiting(1));
  });

  it('has no key left after T_prov where the base station is cut off from the router', () => {
    const run = new Watched(revoke(70), silent(Infinity, true));
    const made = commitAt(run);
    const gone = run.deletions(M1, 0).filter(({ mote }) => mote === 'r2');
    console.log(`cut off: r2 kept its key for ${(gone[0]!.ms / 1e3 - made).toFixed(1)} s`);
    expect(gone[0]!.ms / 1e3).toBeLessThanOrEqual(made + 62);
    const taken = run.of(events.EVENT_FRAME, made + 62, 'r2').filter(({ args }) => args[0] === 0 && args[3] === M1);
    expect(taken).toEqual([]);
    expect(run.of(events.EVENT_COMMIT, made + 0.1).filter(({ args }) => args[0] === M1)).toEqual([]);
  });
});

describe('a router that restarts before it is told', () => {
  it('is told again under its new session', () => {
    const run = new Watched(
      { ...crossing(140), schedule: [{ at: 82, console: 'revoke 0021', mote: 'base' }] },
      {
        onStart(bench) {
          bench.at(80e6, () => bench.power('r1', false));
          bench.at(84e6, () => bench.power('r1', true));
        },
      },
    );
    const session = run.of(events.EVENT_KEY, 84, 'r1')[0]!.micros;
    const acknowledged = run.of(events.EVENT_REVOKED, 84).find(({ args }) => args[0] === M1 && args[1] === R1)!.micros;
    console.log(`r1 acknowledged ${((acknowledged - session) / 1e3).toFixed(0)} ms after its new session`);
    expect(acknowledged - session).toBeLessThan(4 * waiting(1) * 1e3);
  });
});

describe('a mote whose introducer before the last turns out to be compromised', () => {
  // r4 has introduced m2 to r2, and that to r1.
  const run = new Watched(told([[COMMAND, 'revoke 0014 compromised']], { durationSeconds: 140 }));
  const [held] = run
    .of(events.EVENT_KEY, 0, 'm2')
    .filter(({ micros }) => micros < COMMAND * 1e6)
    .slice(-1);

  it('is told itself, and drops the key that follows from what the introducer knows', () => {
    expect(held!.args.slice(2, 4)).toEqual([events.MODE_PREDICTIVE, 2]);
    const chain = run.of(events.EVENT_REVOKE, COMMAND).filter(({ args }) => args[1] === events.REVOKE_CHAIN);
    expect(chain.map(({ args }) => args[0])).toContain(M2);
    const own = run.of(events.EVENT_KEY_GONE, COMMAND, 'm2').find(({ args }) => args[0] === held!.args[0])!;
    console.log(`m2 dropped its introduced key after ${((own.micros - COMMAND * 1e6) / 1e3).toFixed(0)} ms`);
    expect(own.micros - COMMAND * 1e6).toBeLessThanOrEqual(2 * waiting(2) * 1e3);
    const acknowledged = run.of(events.EVENT_REVOKED, COMMAND).filter(({ args }) => args[0] === M2);
    expect(acknowledged.map(({ args }) => args[1])).toContain(M2);
  });

  it('goes on with a key that the base station made', () => {
    const [anew] = run.of(events.EVENT_KEY, COMMAND, 'm2');
    expect(anew!.args.slice(2, 4)).toEqual([events.MODE_CENTRALISED, 0]);
    expect(run.of(events.EVENT_ATTACHED, COMMAND).map(({ args }) => args[0])).toContain(M2);
    expect(run.of(events.EVENT_DATA_DELIVERED, 130).some(({ args }) => args[0] === M2)).toBe(true);
  });
});

it('a mote that went back to a router without a frame is told where it is, if that router is revoked', () => {
  const at = 222;
  const run = new Watched(told([[at, 'revoke 0013']]));
  const [back] = run
    .of(events.EVENT_ATTACH, 125, 'm1')
    .filter(({ micros }) => micros < at * 1e6)
    .slice(-1);
  expect(back!.args.slice(0, 2)).toEqual([0x13, events.MODE_RETURN]);
  const known = run.of(events.EVENT_ATTACHED).filter(({ args, micros }) => args[0] === M1 && micros < at * 1e6);
  expect(known.at(-1)!.args[1]).not.toBe(0x13);
  const gone = run.deletions(0x13, at).find(({ mote }) => mote === 'm1')!;
  console.log(`m1 dropped its key with the revoked router after ${gone.ms.toFixed(0)} ms`);
  // The third round comes 2 T + 4 T after the first one.
  expect(gone.ms).toBeLessThan(6 * waiting(1) + 2 * waiting(2));
});

it('a base station that loses power after the command goes on where it was', () => {
  const file: ScenarioFile = { ...roaming, durationSeconds: 240 } as ScenarioFile;
  const run = new Watched(parseScenario(file, 'roaming'), {
    onStart(bench) {
      bench.at(COMMAND * 1e6, () => bench.command('base', 'revoke 0021'));
      // The command is in flash when its handler has returned: before the first REVOKE is on air.
      bench.at(COMMAND * 1e6 + 5000, () => bench.power('base', false));
      bench.at((COMMAND + 2) * 1e6, () => bench.power('base', true));
    },
  });
  const gone = run.deletions(M1, COMMAND);
  console.log(
    `over a reboot of the base station: ${gone.map(({ mote, ms }) => `${mote} ${ms.toFixed(0)} ms`).join(', ')}`,
  );
  expect(new Set(gone.map(({ mote }) => mote))).toEqual(new Set(['r1', 'r2', 'r3']));
});
