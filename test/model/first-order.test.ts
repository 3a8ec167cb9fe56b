// SPDX-License-Identifier: Apache-2.0
// Unboundedly many runs: each claim saturates without an attack, each mutant has the attack that it must have.
import { expect, it } from 'vitest';
import { describeWith } from '../tools.ts';
import { claims, MODES, MUTANTS, PROTOCOL, SURVIVORS, type Claim } from './claims.ts';
import { network, type Setting } from './first-order.ts';
import { prove, type Verdict } from './prove.ts';
import { reporter } from './report.ts';

const row = reporter('first-order (eprover)');

/** Whether, in this setting, any of `goals` can come about. */
function reach(setting: Setting, goals: readonly (readonly string[])[], blocked?: Claim['blocked']): Verdict {
  const clauses = network({ ...setting, ...(blocked && { blocked }) });
  for (const goal of goals) clauses.never(goal);
  return prove(clauses.toString());
}

const every = MODES.flatMap((mode) => Object.values(claims(mode)));

/**
 * What a change of the KDF could break: secrecy in every mode, agreement on the key in two (the others are alike, and each takes
 * seconds). Claims of one group are settled by one run of the prover.
 */
const together = new Map<string, Claim[]>();
for (const claim of every) {
  const onKey = /^(centralised|predictive): (A to N|R to N|N to R|R to B by ATTACHED)/.test(claim.name);
  if (claim.blocked !== undefined && !onKey) continue;
  const blocked = JSON.stringify(claim.blocked ?? 'nothing');
  together.set(blocked, [...(together.get(blocked) ?? []), claim]);
}

describeWith('eprover', 'first-order model', () => {
  it.each(every)('$name', { timeout: 120_000 }, ({ name, never, happens, blocked }) => {
    expect(reach(PROTOCOL, [happens]), 'an honest run').toBe('attack');
    expect(row('claim', name, () => reach(PROTOCOL, [never], blocked))).toBe('none');
  });

  it.each(MUTANTS)('$name breaks $breaks.name', { timeout: 120_000 }, ({ name, setting, breaks }) => {
    expect(row('mutant', `${name} breaks ${breaks.name}`, () => reach(setting, [breaks.never], breaks.blocked))).toBe(
      'attack',
    );
  });

  it.each(SURVIVORS)('$name: no claim falls', { timeout: 240_000 }, ({ name, setting }) => {
    const fallen = (): string[] =>
      [...together.values()]
        .filter(
          (group) =>
            reach(
              setting,
              group.map(({ never }) => never),
              group[0].blocked,
            ) === 'attack',
        )
        .flatMap((group) => group.map((claim) => claim.name));
    expect(row('survivor', name, () => fallen().join(', ') || 'none')).toBe('none');
  });
});
