// SPDX-License-Identifier: Apache-2.0
// No step of a mote is longer than a NodeMCU has time for: 15 ms at 80 MHz, which is 2,000 VM instructions on Lua 5.1 and 9,000
// on 5.3. Every turn of every mote in the scenarios is counted, cryptography too.
import { describe, expect, it } from 'vitest';
import { loadScenario, parseScenario, shippedScenarios } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { Role } from '../../host/vm/open.ts';
import * as abi from '../../host/vm/abi.ts';
import { EVENT_RESTORED } from '../../firmware/events.ts';
import { MAX_NODES, RECORD_NODE } from '../../firmware/records.ts';
import { describeWith } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { mote } from './networks.ts';
import { record } from './recording.ts';
import type { Life, Step } from './recording.ts';
import { countSteps, nameStep } from './steps.ts';

const LIMITS: readonly [Profile, Vm, number][] = [
  ['lua51', 'lua51f', 2000],
  ['lua51i', 'lua51i', 2000],
  ['lua53', 'lua53i', 9000],
];
const ROLES: readonly Role[] = ['mote', 'router', 'base'];

/** Lines of the console, the longest ones too; a role that does not know one looks through all of its own. */
const LINES = [
  ...[
    'keys',
    'refusals',
    'help json',
    'neighbors json',
    'keys json',
    'state json',
    'counters json',
    'version json',
    'nodes json',
  ],
  ...[
    'where 0021 json',
    'ping',
    'log refusals',
    `send ${'5a'.repeat(64)}`,
    `down acde480000000021 ${'5a'.repeat(64)}`,
    'x'.repeat(250),
  ],
];

/** A mote that walks past nine routers, and sleeps with all the keys that it can keep; twice, since the second time some are dormant. */
function asleep(): Scenario {
  const routers = Array.from({ length: 9 }, (_, i) => mote(`r${i}`, 'router', `1${i}`, 10 * i));
  const waypoints = [
    { at: 40, x: 0, y: -8 },
    ...routers.map(({ position }, i) => ({ at: 52 + 12 * i, x: position.x, y: -8 })),
  ];
  const motes = [mote('base', 'base', '01', 40, 20), ...routers, mote('m1', 'mote', '21', 0, -8, { waypoints })];
  const schedule = [165, 180].map((at) => ({ at, console: 'sleep 5', mote: 'm1' }));
  const file = {
    name: 'asleep',
    description: 'a mote sleeps',
    seed: 5,
    durationSeconds: 195,
    leaveBelow: 255,
    hysteresis: 2,
    motes,
    schedule,
  };
  return parseScenario(file, 'asleep');
}

/**
 * A base station that serves all the nodes that its registry holds. Those that are there stand at its end, where they are found
 * last; a router among them is revoked, the mote too, and let in again; and the base station restarts.
 */
function crowded(): Scenario {
  const absent = Array.from({ length: MAX_NODES - 4 }, (_, i) => {
    const low = (0x30 + i).toString(16);
    return { ...mote(`a${i}`, 'mote', low, 500), onAtSeconds: 1000 };
  });
  const motes = [
    mote('base', 'base', '01', 0),
    ...absent,
    mote('r1', 'router', '11', 20),
    mote('r2', 'router', '12', 20, 10),
    mote('r3', 'router', '13', 40),
    mote('m1', 'mote', '21', 50),
  ];
  const lines = ['revoke 0021', 'down 0012 AB', 'enrol 0021', 'revoke 0013 compromised', 'keys', 'refusals'];
  const schedule = [
    ...lines.map((line, i) => ({ at: 40 + 15 * i, console: line, mote: 'base' })),
    { at: 52, reset: 'base' },
  ].sort((a, b) => a.at - b.at);
  return parseScenario(
    { name: 'crowded', description: 'a full registry', seed: 5, durationSeconds: 150, motes, schedule },
    'crowded',
  );
}

const SCENARIOS: ReadonlyMap<string, () => Scenario> = new Map([
  ...shippedScenarios().map((name) => [name, () => loadScenario(name)] as const),
  ['asleep', asleep],
  ['crowded', crowded],
]);
const NAMES = [...SCENARIOS.keys()];

const said = (steps: readonly Step[], event: number): number =>
  steps.reduce((sum, { outbox }) => {
    let count = 0;
    abi.eachAction(Int32Array.from(outbox), outbox.length, (op, at) => {
      if (op === abi.REPORT && outbox[at] === event) count++;
    });
    return sum + count;
  }, 0);
const preloads = (steps: readonly Step[]): number =>
  steps.filter(({ inbox }) => inbox[0] === abi.PRELOAD && inbox[3] >= RECORD_NODE).length;

const recorded = new Map<string, readonly Life[]>();

/** Every console line is typed at every mote, and long messages go in fragments once. */
function livesOf(name: string): readonly Life[] {
  const known = recorded.get(name);
  if (known !== undefined) return known;
  const shipped = SCENARIOS.get(name)!();
  const scenario = name === 'lossy' ? { ...shipped, maxPsdu: 80 } : shipped;
  const present = scenario.motes.filter(({ onAtSeconds }) => onAtSeconds < scenario.durationSeconds);
  const commands = present.flatMap((one) => LINES.map((line) => [one.name, line]));
  const run = record(scenario, {
    hooks: {
      onStart: (bench) =>
        commands.forEach(([name, line], i) => bench.at(55_000_000 + i * 10_000, () => bench.command(name, line))),
    },
  });
  const lives = [...run.lives.values()].flat();
  recorded.set(name, lives);
  return lives;
}

describe.each(LIMITS)('a step on %s', (profile, vm, limit) => {
  describeWith(vm, vm, () => {
    it.each(NAMES)(`takes ${limit} instructions at most: %s`, { timeout: 600_000 }, (name) => {
      for (const role of ROLES) {
        const counted = livesOf(name)
          .filter((life) => life.role === role)
          .map((life) => ({ life, ...countSteps(profile, vm, life) }));
        if (counted.length === 0) continue;
        const { life, most, longest } = counted.reduce((one, other) => (other.most > one.most ? other : one));
        const steps = counted.reduce((sum, one) => sum + one.steps, 0);
        const what = nameStep(profile, vm, life, longest);
        console.log(`${name}, ${role} on ${vm}: at most ${most} of ${limit} in ${steps} steps; ${what.slice(0, 160)}`);
        expect(most, `${name}, ${role}: ${what}`).toBeLessThanOrEqual(limit);
      }
    });
  });
});

it('is counted of a mote that sleeps with seven keys and wakes up, and of a base station that serves 64 nodes', () => {
  const woken = livesOf('asleep').filter(({ steps }) => steps.some(({ inbox }) => inbox[0] === abi.RETAINED));
  expect(woken).toHaveLength(2);
  const restored = woken.map(({ steps }) => said(steps, EVENT_RESTORED));
  expect(restored).toEqual([7, 7]);
  const base = livesOf('crowded').filter(({ role }) => role === 'base');
  expect(base).toHaveLength(2);
  for (const { steps } of base) expect(preloads(steps)).toBe(MAX_NODES);
});
