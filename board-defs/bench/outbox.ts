// SPDX-License-Identifier: Apache-2.0
// The outbox: one message behind the other, [op, arguments...]. A message that does not fit is left out whole and the step
// ends in a fault.

import { makeWords } from '../../crypto-core/tables.ts';
import { FAULT_OUTBOX, OUTBOX_WORDS } from './abi.ts';

export const outbox = makeWords(OUTBOX_WORDS);

const USED = 0;
const FAULT = 1;
const state = makeWords(2);

/** Empties the outbox for a new step. */
export function clearOutbox(): void {
  state[USED] = 0;
  state[FAULT] = 0;
}

/** @returns words used, or the first fault of the step with its sign changed. */
export function outboxResult(): number {
  return state[FAULT] === 0 ? state[USED] : -state[FAULT];
}

/** Ends the step in a fault (FAULT_...), unless it already has one. */
export function fault(code: number): void {
  if (state[FAULT] === 0) state[FAULT] = code;
}

/** Makes room for a message of `count` words. @returns whether there is room: only then put() it. */
export function begin(count: number): boolean {
  if (state[USED] + count <= OUTBOX_WORDS) return true;
  fault(FAULT_OUTBOX);
  return false;
}

/** The next word of the message. */
export function put(word: number): void {
  outbox[state[USED]] = word;
  state[USED] += 1;
}

/** A message of one argument. */
export function say(op: number, argument: number): void {
  if (!begin(2)) return;
  put(op);
  put(argument);
}
