// SPDX-License-Identifier: Apache-2.0
// Scenarios for tests that look at all that a mote does: those that are shipped, a sleep with all the keys that fit, a full registry.
import { loadScenario, parseScenario, shippedScenarios } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { BenchHooks } from '../../host/bench/run.ts';
import { MAX_NODES } from '../../firmware/records.ts';
import { mote } from './networks.ts';

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

export const EXERCISES: ReadonlyMap<string, () => Scenario> = new Map([
  ...shippedScenarios().map((name) => [name, () => loadScenario(name)] as const),
  ['asleep', asleep],
  ['crowded', crowded],
]);

/** Every console line is typed at every mote. */
export function typedLines(scenario: Scenario): BenchHooks {
  const present = scenario.motes.filter(({ onAtSeconds }) => onAtSeconds < scenario.durationSeconds);
  const commands = present.flatMap(({ name }) => LINES.map((line) => [name, line]));
  return {
    onStart: (bench) =>
      commands.forEach(([name, line], i) => bench.at(55_000_000 + i * 10_000, () => bench.command(name, line))),
  };
}
