// SPDX-License-Identifier: Apache-2.0
// No step of a mote is longer than a NodeMCU has time for: 15 ms at 80 MHz, which is 2,000 VM instructions on Lua 5.1 and 9,000
// on 5.3. Every turn of every mote in the scenarios is counted, cryptography too.
import { describe, expect, it } from 'vitest';
import type { Role } from '../../host/vm/open.ts';
import * as abi from '../../host/vm/abi.ts';
import { EVENT_RESTORED } from '../../firmware/events.ts';
import { MAX_NODES, RECORD_NODE } from '../../firmware/records.ts';
import { describeWith } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { EXERCISES, typedLines } from './exercise.ts';
import { record } from './recording.ts';
import type { Life, Step } from './recording.ts';
import { countSteps, nameStep } from './steps.ts';

const LIMITS: readonly [Profile, Vm, number][] = [
  ['lua51', 'lua51f', 2000],
  ['lua51i', 'lua51i', 2000],
  ['lua53', 'lua53i', 9000],
];
const ROLES: readonly Role[] = ['mote', 'router', 'base'];

const NAMES = [...EXERCISES.keys()];

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
  const shipped = EXERCISES.get(name)!();
  const scenario = name === 'lossy' ? { ...shipped, maxPsdu: 80 } : shipped;
  const run = record(scenario, { hooks: typedLines(scenario) });
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
