// SPDX-License-Identifier: Apache-2.0
// Names and keys of a scenario's motes as the words that storage records hold.

import { createHmac } from 'node:crypto';
import { NO_SHORT } from '../../firmware/records.ts';
import type { ScenarioMote } from './schema.ts';

/** @param octets in hex. @returns big-endian int32 words. */
function words(hex: string): number[] {
  return hex.match(/.{8}/g)!.map((word) => parseInt(word, 16) | 0);
}

/** @returns the EUI-64 as two big-endian words. */
export function euiWords(mote: ScenarioMote): [high: number, low: number] {
  return words(mote.eui64.replaceAll(':', '')) as [number, number];
}

/** Motes name each other in their reports by this: unique in a scenario. */
export function lowWord(mote: ScenarioMote): number {
  return euiWords(mote)[1];
}

export function shortOf(mote: ScenarioMote): number {
  return mote.short === undefined ? NO_SHORT : parseInt(mote.short, 16);
}

/** @returns K_N in four words: the scenario's own, or the first half of HMAC-SHA-256 over the EUI-64 under the seed. */
export function longTermKey(mote: ScenarioMote, seed: number): number[] {
  if (mote.key !== undefined) return words(mote.key);
  const digest = createHmac('sha256', `kemp bench ${seed}`).update(mote.eui64.toUpperCase()).digest('hex');
  return words(digest.slice(0, 32));
}
