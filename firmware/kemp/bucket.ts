// SPDX-License-Identifier: Apache-2.0
// Leaky buckets: what strangers can make this mote do is bounded by time, whatever they send (protocol.md "Limits").

import { millis } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';

// A bucket: what it lacks, in ms until it is full, and when that was counted.
const LACK = 0;
const COUNTED = 1;
const BUCKET_WORDS = 2;

/** SOLICITs answered: 5, then one in 2 s. */
export const SOLICITED = 0;
/** REQUESTs taken from strangers, to relay or to forward: 20, then one a second. */
export const STRANGERS = BUCKET_WORDS;
/** Messages relayed for child routers: 60, then three a second. */
export const CHILDREN = 2 * BUCKET_WORDS;

/** Hints that a router has lost its key or its way, each of which costs an ECHO or a ROUTE: 3, then one in 10 s. */
export const HINTS = 3 * BUCKET_WORDS;

const buckets = makeWords(4 * BUCKET_WORDS);

/** Milliseconds for one more. */
function periodOf(bucket: number): number {
  if (bucket === SOLICITED) return 2000;
  if (bucket === STRANGERS) return 1000;
  return bucket === CHILDREN ? 333 : 10000;
}

/** Milliseconds that it may lack for there to be one in it. */
function mostOf(bucket: number): number {
  if (bucket === SOLICITED) return 4 * 2000;
  if (bucket === STRANGERS) return 19 * 1000;
  return bucket === CHILDREN ? 59 * 333 : 2 * 10000;
}

/** Takes one from a bucket. @returns false if it is empty. */
export function take(bucket: number): boolean {
  const now = millis();
  const lack = buckets[bucket + LACK] - ((now - buckets[bucket + COUNTED]) & 0x7fffffff);
  buckets[bucket + COUNTED] = now;
  buckets[bucket + LACK] = lack > 0 ? lack : 0;
  if (lack > mostOf(bucket)) return false;
  buckets[bucket + LACK] += periodOf(bucket);
  return true;
}
