// SPDX-License-Identifier: Apache-2.0
// Names and keys of a scenario's motes as the words that storage records hold.

import { createHmac } from 'node:crypto';
import { euiWords, hexWords } from '../provision/records.ts';
import type { ScenarioMote } from './schema.ts';

export { euiWords, shortOf } from '../provision/records.ts';

/** Motes name each other in their reports by this: unique in a scenario. */
export function lowWord(mote: ScenarioMote): number {
  return euiWords(mote)[1];
}

/** @returns K_N in four words: the scenario's own, or the first half of HMAC-SHA-256 over the EUI-64 under the seed. */
export function longTermKey(mote: ScenarioMote, seed: number): number[] {
  if (mote.key !== undefined) return hexWords(mote.key);
  const digest = createHmac('sha256', `kemp bench ${seed}`).update(mote.eui64.toUpperCase()).digest('hex');
  return hexWords(digest.slice(0, 32));
}
