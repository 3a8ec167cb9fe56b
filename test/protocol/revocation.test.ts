// SPDX-License-Identifier: Apache-2.0
// Revocation in time: how long it takes, that nothing gets past it, and that those left behind go on.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { REFUSED_REVOKED } from '../../firmware/refusals.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import type { Scenario, ScenarioFile } from '../../host/scenario/schema.ts';
import { Watched } from './watched.ts';

const M1 = 0x21;
const M2 = 0x22;
const R1 = 0x11;
const COMMAND = 100;
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

it('at 20 % loss the last key goes within the repeats', () => {
  const radio = { ...roaming.radio, lossProbability: 0.2 };
  const run = new Watched(told([[COMMAND, 'revoke 0021']], { radio }));
  const gone = run.deletions(M1, COMMAND);
  const last = Math.max(...gone.map(({ ms }) => ms));
  console.log(`at 20 % loss: ${gone.length} keys, last after ${last.toFixed(0)} ms`);
  expect(gone.length).toBeGreaterThan(0);
  expect(run.of(events.EVENT_COMMIT, COMMAND + last / 1e3).filter(({ args }) => args[0] === M1)).toEqual([]);
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
