// SPDX-License-Identifier: Apache-2.0
// No turn of the console is longer than a NodeMCU has time for, whatever is typed (test/protocol/steps.test.ts has those of a network).
import { expect, it } from 'vitest';
import type { Role } from '../../host/vm/open.ts';
import { countSteps, nameStep } from '../protocol/steps.ts';
import { describeWith } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { Lines } from './lines.ts';
import { Typist } from './typist.ts';

const LIMITS: readonly [Profile, Vm, number][] = [
  ['lua51', 'lua51f', 2000],
  ['lua51i', 'lua51i', 2000],
  ['lua53', 'lua53i', 9000],
];

for (const [profile, vm, limit] of LIMITS) {
  describeWith(vm, `a turn of the console on ${vm}`, () => {
    it.each(['mote', 'router', 'base'] as Role[])(
      `takes ${limit} instructions at most at a %s`,
      { timeout: 300_000 },
      (role) => {
        const typist = new Typist(role, { keep: true });
        for (const line of [
          'help',
          'help json',
          'version json',
          'state json',
          'counters json',
          'nodes json',
          'log refusals',
        ])
          typist.ask(line);
        const lines = new Lines(3);
        for (let i = 0; i < 1000; i++) typist.type(lines.next());
        const life = { role, steps: typist.steps };
        const { most, longest } = countSteps(profile, vm, life);
        console.log(`${role} on ${vm}: at most ${most} of ${limit}`);
        expect(most, nameStep(profile, vm, life, longest)).toBeLessThanOrEqual(limit);
      },
    );
  });
}
