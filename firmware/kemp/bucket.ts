// SPDX-License-Identifier: Apache-2.0
// Leaky buckets: what strangers can make this mote do is bounded by time, whatever they send (protocol.md "Limits").

import { millis } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';

// A bucket: most it holds, ms for one more; then its credit in ms and when that was counted.
const MOST = 0;
const PERIOD = 1;
const CREDIT = 2;
const COUNTED = 3;
const BUCKET_WORDS = 4;

/** SOLICITs answered: 5, then one in 2 s. */
export const SOLICITED = 0;
/** REQUESTs taken from strangers, to relay or to forward: 20, then one a second. */
export const STRANGERS = BUCKET_WORDS;
/** Messages relayed for child routers: 60, then three a second. */
export const CHILDREN = 2 * BUCKET_WORDS;

/** Hints that a router has lost its key or its way, each of which costs an ECHO or a ROUTE: 3, then one in 10 s. */
export const HINTS = 3 * BUCKET_WORDS;

const buckets = makeWords(4 * BUCKET_WORDS);
fill(SOLICITED, 5, 2000);
fill(STRANGERS, 20, 1000);
fill(CHILDREN, 60, 333);
fill(HINTS, 3, 10000);

function fill(bucket: number, most: number, period: number): void {
  buckets[bucket + MOST] = most * period;
  buckets[bucket + PERIOD] = period;
  buckets[bucket + CREDIT] = most * period;
}

/** Takes one from a bucket. @returns false if it is empty. */
export function take(bucket: number): boolean {
  const now = millis();
  const credit = buckets[bucket + CREDIT] + ((now - buckets[bucket + COUNTED]) & 0x7fffffff);
  buckets[bucket + COUNTED] = now;
  buckets[bucket + CREDIT] = credit < buckets[bucket + MOST] && credit >= 0 ? credit : buckets[bucket + MOST];
  if (buckets[bucket + CREDIT] < buckets[bucket + PERIOD]) return false;
  buckets[bucket + CREDIT] -= buckets[bucket + PERIOD];
  return true;
}
