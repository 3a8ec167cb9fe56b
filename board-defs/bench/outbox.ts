// SPDX-License-Identifier: Apache-2.0
// The outbox: one message behind the other, [op, arguments...]. A fault takes the place of them all: a step that went wrong
// must not look like one that did less.

import { makeWords } from '../../crypto-core/tables.ts';
import { FAULT_OUTBOX, OUT_FAULT, OUTBOX_WORDS } from './abi.ts';

export const outbox = makeWords(OUTBOX_WORDS);

const USED = 0;
const FAULT = 1;
const state = makeWords(2);

/** Empties the outbox for a new step. */
export function clearOutbox(): void {
  state[USED] = 0;
  state[FAULT] = 0;
}

/** Ends the step. @returns words used. */
export function closeOutbox(): number {
  if (state[FAULT] === 0) return state[USED];
  outbox[0] = OUT_FAULT;
  outbox[1] = state[FAULT];
  return 2;
}

/** Names the step's fault (FAULT_...), unless it already has one. */
export function fault(code: number): void {
  if (state[FAULT] === 0) state[FAULT] = code;
}

/** Makes room for a message of `count` words, 67 at most. @returns where it goes; once the outbox is full, where it does no harm. */
export function begin(count: number): number {
  const at = state[USED];
  if (at + count > OUTBOX_WORDS) {
    fault(FAULT_OUTBOX);
    return 0;
  }
  state[USED] = at + count;
  return at;
}

/** A message of one argument. */
export function say(op: number, argument: number): void {
  const at = begin(2);
  outbox[at] = op;
  outbox[at + 1] = argument;
}
