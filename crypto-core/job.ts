// SPDX-License-Identifier: Apache-2.0
// The engine: one job at a time, cut into AES blocks. A job is a chain of functions, each good for one part of it: a `...Begin`
// names the first, each names the next when its part is over or settles the job. A part does as many blocks as it may in one
// call, since what it keeps in locals meanwhile costs a fraction of what it keeps in tables.

import { expandNoted, wipeKey } from './aes.ts';
import { makeWords } from './tables.ts';
import { wipeWords } from './words.ts';

/** The job has blocks left. */
export const JOB_RUNNING = 0;
/** The job is complete and its result valid. */
export const JOB_DONE = 1;
/** The tag of a message to open does not fit; the text has been wiped. */
export const JOB_FAILED = 2;
/** There is no job: none was begun, its outcome was reported already, or forgetKey() ended it. */
export const JOB_IDLE = 3;
/** A length given to `...Begin` was out of its range; nothing was read or written. */
export const JOB_REFUSED = 4;

/** Working blocks of the job: the state of its CBC-MAC, and what is added to its data (CCM's key stream, CMAC's subkey). */
export const chain = makeWords(4);
export const mask = makeWords(4);

let outcome = JOB_IDLE;
let blocksDone = 0;
let nextPart: (maxBlocks: number) => number = noPart;

function noPart(): number {
  return 0;
}

/**
 * Lets `part` go on with the job.
 * @param part does some of its blocks, at least 1 and at most `maxBlocks`, and returns how many
 */
export function runNext(part: (maxBlocks: number) => number): void {
  nextPart = part;
  outcome = JOB_RUNNING;
}

/** Ends a job: step() will report `result`. */
export function settle(result: number): void {
  outcome = result;
}

/**
 * Makes the round keys of the job just begun, if its key is another than before: as long as a block, and else done by the first
 * step(). Whoever has no time for both in one turn calls this first.
 * @returns whether the key was another one
 */
export function prepareKey(): boolean {
  return expandNoted();
}

/**
 * Goes on with the job.
 * @param maxBlocks AES blocks to do at most; with 0 or less, a running job stays where it is
 * @returns JOB_RUNNING, or once the job's outcome, JOB_DONE, JOB_FAILED or JOB_REFUSED, and JOB_IDLE from then on
 */
export function step(maxBlocks: number): number {
  let left = maxBlocks;
  if (outcome === JOB_RUNNING && left > 0) expandNoted();
  while (outcome === JOB_RUNNING && left > 0) left -= nextPart(left);
  blocksDone = (blocksDone + maxBlocks - left) & 0x7fffffff;
  const result = outcome;
  if (result !== JOB_RUNNING) outcome = JOB_IDLE;
  return result;
}

/** @returns AES blocks done since start, L included, modulo 2^31. */
export function blocks(): number {
  return blocksDone;
}

/** Ends the job and wipes all that was derived from its key: schedule, key, L and the working blocks. */
export function forgetKey(): void {
  wipeKey();
  wipeWords(chain, 0, 4);
  wipeWords(mask, 0, 4);
  outcome = JOB_IDLE;
}
