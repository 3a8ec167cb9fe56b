// SPDX-License-Identifier: Apache-2.0
// Order, counters, loss and reboots, searched to the end within the bounds of stages.ts: nothing bad as it is, an attack in each mutant.
import { expect, it } from 'vitest';
import { describeWith } from '../tools.ts';
import { search } from './maude.ts';
import { reporter } from './report.ts';
import { MUTANTS, STAGES } from './stages.ts';

const row = reporter('bounded (maude)');

describeWith('maude', 'bounded model', () => {
  for (const stage of STAGES) {
    it(`${stage.name}: an honest run succeeds`, () => {
      expect(search(stage, stage.good)).toBe('attack');
    });

    it.each(Object.entries(stage.bad))(`${stage.name}: never: %s`, { timeout: 90_000 }, (name, bad) => {
      const states = row('claim', `${stage.name}, never: ${name}`, () => search(stage, bad));
      expect(states).toBeGreaterThan(1);
    });
  }

  it.each(MUTANTS)('$name: $breaks', { timeout: 90_000 }, ({ name, stage, change, breaks }) => {
    expect(row('mutant', name, () => search(stage, stage.bad[breaks], change))).toBe('attack');
  });
});
