// SPDX-License-Identifier: Apache-2.0
// What a key establishment may cost on air: MPDU octets of the messages up to the key (docs/protocol.md "Budgets").

import type { Mode } from './names.ts';

export interface Budget {
  readonly frames: number;
  /** With short addresses, and where a party has none. */
  readonly short: number;
  readonly extended: number;
}

const BUDGETS: Record<Exclude<Mode, 'centralised'>, Budget> = {
  predictive: { frames: 3, short: 180, extended: 220 },
  reactive: { frames: 4, short: 240, extended: 295 },
  refresh: { frames: 2, short: 105, extended: 130 },
};

/** By hops from N to B; 1 is a key with B itself. */
const CENTRALISED: Record<number, readonly [short: number, extended: number]> = {
  1: [108, 138],
  2: [245, 310],
  3: [415, 515],
  4: [570, 700],
  5: [730, 895],
};

/** A kind of run that has a budget. */
export interface BudgetRow {
  readonly name: string;
  readonly mode: Mode;
  readonly hops: number | undefined;
  readonly budget: Budget;
}

/** @returns every run that has a budget, in the order of docs/protocol.md. */
export function budgetRows(): BudgetRow[] {
  const modes = ['predictive', 'reactive', 'refresh'] as const;
  const near = modes.map((mode) => ({ name: mode, mode, hops: undefined, budget: BUDGETS[mode] }));
  const far = Object.keys(CENTRALISED).map(Number);
  return [
    ...near,
    ...far.map((hops) => {
      const name = hops === 1 ? 'centralised, 1 hop: R is B' : `centralised, ${hops} hops`;
      return { name, mode: 'centralised' as const, hops, budget: budgetOf('centralised', hops, 1)! };
    }),
  ];
}

/**
 * @param hops from N to B, for the centralised mode. @param routers named in the REQUEST.
 * @returns undefined where the profile sets none: several routers, or more than 5 hops.
 */
export function budgetOf(mode: Mode, hops: number | undefined, routers: number): Budget | undefined {
  if (routers > 1) return undefined;
  if (mode !== 'centralised') return BUDGETS[mode];
  const octets = hops === undefined ? undefined : CENTRALISED[hops];
  return octets === undefined ? undefined : { frames: 2 * hops!, short: octets[0], extended: octets[1] };
}
