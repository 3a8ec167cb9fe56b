// SPDX-License-Identifier: Apache-2.0
// No step of a mote is longer than a NodeMCU has time for: 15 ms at 80 MHz, which is 2,000 VM instructions on Lua 5.1 and 9,000
// on 5.3. Every turn of every mote in the scenarios is counted, cryptography too.
import { beforeAll, describe, expect, it } from 'vitest';
import { loadScenario, shippedScenarios } from '../../host/scenario/load.ts';
import type { Role } from '../../host/vm/open.ts';
import { describeWith } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { record } from './recording.ts';
import type { Life } from './recording.ts';
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

/** Every console line is typed at every mote, and long messages go in fragments once. */
const lives = new Map<string, readonly Life[]>();
beforeAll(() => {
  for (const name of shippedScenarios()) {
    const shipped = loadScenario(name);
    const scenario = name === 'lossy' ? { ...shipped, maxPsdu: 80 } : shipped;
    const commands = scenario.motes.flatMap((mote) => LINES.map((line) => [mote.name, line]));
    const run = record(scenario, {
      hooks: {
        onStart: (bench) =>
          commands.forEach(([mote, line], i) => bench.at(55_000_000 + i * 10_000, () => bench.command(mote, line))),
      },
    });
    lives.set(name, [...run.lives.values()].flat());
  }
}, 300_000);

describe.each(LIMITS)('a step on %s', (profile, vm, limit) => {
  describeWith(vm, vm, () => {
    it.each(shippedScenarios())(`takes ${limit} instructions at most: %s`, { timeout: 600_000 }, (name) => {
      for (const role of ROLES) {
        const counted = lives
          .get(name)!
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
