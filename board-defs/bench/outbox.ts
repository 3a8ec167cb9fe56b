// SPDX-License-Identifier: Apache-2.0
// The outbox: one message behind the other, [op, arguments...]. A fault takes the place of them all: a step that went wrong
// must not look like one that did less.

import { charAt, lengthOf } from '../../crypto-core/literals.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { FAULT_OUTBOX, OUT_CONSOLE, OUT_FAULT, OUT_TEXT, OUTBOX_WORDS } from './abi.ts';

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

/** An octet to the console: what a mote says most of. */
export function sayOctet(octet: number): void {
  const at = state[USED];
  if (at + 2 > OUTBOX_WORDS) {
    fault(FAULT_OUTBOX);
    return;
  }
  state[USED] = at + 2;
  outbox[at] = OUT_CONSOLE;
  outbox[at + 1] = octet;
}

/** Text to the console. */
export function sayText(text: string): void {
  const count = lengthOf(text);
  const at = state[USED] + 2;
  if (at + count > OUTBOX_WORDS) {
    fault(FAULT_OUTBOX);
    return;
  }
  state[USED] = at + count;
  outbox[at - 2] = OUT_TEXT;
  outbox[at - 1] = count;
  for (let i = 0; i < count; i++) outbox[at + i] = charAt(text, i);
}

/** A message of one argument. */
export function say(op: number, argument: number): void {
  const at = begin(2);
  outbox[at] = op;
  outbox[at + 1] = argument;
}
