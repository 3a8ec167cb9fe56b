// SPDX-License-Identifier: Apache-2.0
// The engine: one job at a time, cut into AES blocks. A job is a chain of functions that do exactly one block each: a `...Begin`
// names the first, each may name another for the block after its own, and returns whether the job goes on.

import { wipeKey } from './aes.ts';
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
let nextBlock: () => number = noBlock;

function noBlock(): number {
  return JOB_IDLE;
}

/** Lets `block` do the next block of the job: the first, or the one after the block being done. */
export function runNext(block: () => number): void {
  nextBlock = block;
  outcome = JOB_RUNNING;
}

/** Ends a job before its first block. step() will report `result`. */
export function settle(result: number): void {
  outcome = result;
}

/**
 * Goes on with the job.
 * @param maxBlocks AES blocks to do at most; with 0 or less, a running job stays where it is
 * @returns JOB_RUNNING, or once the job's outcome, JOB_DONE, JOB_FAILED or JOB_REFUSED, and JOB_IDLE from then on
 */
export function step(maxBlocks: number): number {
  let result = outcome;
  let done = 0;
  while (result === JOB_RUNNING && done < maxBlocks) {
    result = nextBlock();
    done++;
  }
  blocksDone = (blocksDone + done) & 0x7fffffff;
  outcome = result === JOB_RUNNING ? JOB_RUNNING : JOB_IDLE;
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
