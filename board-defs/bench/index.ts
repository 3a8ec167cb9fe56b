// SPDX-License-Identifier: Apache-2.0
// The bench board: the board interface over a mailbox (abi.ts) that the host fills and empties. A mote does nothing between
// two calls of step(); time, air and chance come from outside.

import { blocks } from '../../crypto-core/index.ts';
import { makeBytes, makeWords, type Words } from '../../crypto-core/tables.ts';
import {
  FAULT_BUSY,
  FAULT_INBOX,
  FAULT_LENGTH,
  FAULT_STORAGE,
  IN_ALARM,
  IN_COMMAND,
  IN_INIT,
  IN_POSTED,
  IN_PRELOAD,
  IN_RECEIVE,
  IN_SENT,
  IN_START,
  INBOX_ARGUMENTS,
  INBOX_MILLIS,
  INBOX_OP,
  INBOX_SECONDS,
  INBOX_WORDS,
  OUT_ALARM,
  OUT_BLOCKS,
  OUT_CONSOLE,
  OUT_FILTER,
  OUT_POST,
  OUT_REPORT,
  OUT_SEND,
  OUT_STORE,
} from './abi.ts';
import { begin, clearOutbox, closeOutbox, fault, put, say } from './outbox.ts';
import { seed } from './random.ts';
import { writeRecord } from './storage.ts';

export { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../firmware/board.ts';
export { outbox } from './outbox.ts';
export { randomWord } from './random.ts';
export { storageRead } from './storage.ts';

export const inbox = makeWords(INBOX_WORDS);
export const rxFrame = makeBytes(128);
export const txFrame = makeBytes(128);
export const rxLine = makeBytes(256);

/** An ESP8266 task has 15 ms, an AES block takes up to 8. */
export const STEP_BLOCKS = 2;

const PSDU = 0;
const KEYLOG = 1;
/** 1 from radioSend to sent(). */
const BUSY = 2;
const state = makeWords(3);

let onStart: () => void = nothing;
let onReceive: (length: number, lqi: number) => void = nothing;
let onSent: (status: number) => void = nothing;
let onAlarm: () => void = nothing;
let onPosted: () => void = nothing;
let onCommand: (length: number) => void = nothing;

function nothing(): void {}

/** Names the role's handlers (board.ts, Role). Once, before step(). */
export function attach(
  start: () => void,
  receive: (length: number, lqi: number) => void,
  sent: (status: number) => void,
  alarm: () => void,
  posted: () => void,
  command: (length: number) => void,
): void {
  onStart = start;
  onReceive = receive;
  onSent = sent;
  onAlarm = alarm;
  onPosted = posted;
  onCommand = command;
}

/**
 * Does what the inbox asks, to its end.
 * @returns words in the outbox
 */
export function step(): number {
  clearOutbox();
  const before = blocks();
  dispatch(inbox[INBOX_OP]);
  const spent = (blocks() - before) & 0x7fffffff;
  if (spent !== 0) say(OUT_BLOCKS, spent);
  return closeOutbox();
}

function dispatch(op: number): void {
  const first = inbox[INBOX_ARGUMENTS];
  const second = inbox[INBOX_ARGUMENTS + 1];
  if (op === IN_RECEIVE && first >= 1 && first <= 127) onReceive(first, second);
  else if (op === IN_ALARM) onAlarm();
  else if (op === IN_POSTED) onPosted();
  else if (op === IN_SENT && state[BUSY] === 1) {
    state[BUSY] = 0;
    onSent(first);
  } else if (op === IN_COMMAND && first >= 0 && first <= 255) onCommand(first);
  else if (op === IN_START) onStart();
  else if (op === IN_INIT) init();
  else if (op === IN_PRELOAD) {
    if (!writeRecord(first, inbox, INBOX_ARGUMENTS + 2, second)) fault(FAULT_STORAGE);
  } else fault(FAULT_INBOX);
}

function init(): void {
  const at = INBOX_ARGUMENTS;
  state[PSDU] = inbox[at + 4];
  state[KEYLOG] = inbox[at + 5];
  const seeded = seed(inbox[at], inbox[at + 1], inbox[at + 2], inbox[at + 3]);
  if (!seeded || state[PSDU] < 1 || state[PSDU] > 127) fault(FAULT_INBOX);
}

// The rest of the board interface; firmware/board.ts says what each does.

export function maxPsdu(): number {
  return state[PSDU];
}

export function radioSend(length: number): void {
  if (state[BUSY] === 1) fault(FAULT_BUSY);
  else if (length < 1 || length > state[PSDU]) fault(FAULT_LENGTH);
  else {
    state[BUSY] = 1;
    say(OUT_SEND, length);
  }
}

/** The bench has one channel. */
export function radioTune(): void {}

export function radioFilter(pan: number, short: number, euiHigh: number, euiLow: number): void {
  if (!begin(5)) return;
  put(OUT_FILTER);
  put(pan);
  put(short);
  put(euiHigh);
  put(euiLow);
}

export function millis(): number {
  return inbox[INBOX_MILLIS];
}

export function seconds(): number {
  return inbox[INBOX_SECONDS];
}

export function setAlarm(delay: number): void {
  say(OUT_ALARM, delay);
}

export function post(): void {
  if (begin(1)) put(OUT_POST);
}

export function storageWrite(record: number, words: Words, at: number, count: number): void {
  if (!writeRecord(record, words, at, count)) fault(FAULT_STORAGE);
  else if (begin(3 + count)) {
    put(OUT_STORE);
    put(record);
    put(count);
    for (let i = 0; i < count; i++) put(words[at + i]);
  }
}

export function consoleWrite(octet: number): void {
  say(OUT_CONSOLE, octet);
}

export function report(event: number, a: number, b: number, c: number, d: number, e: number): void {
  if (!begin(7)) return;
  put(OUT_REPORT);
  put(event);
  put(a);
  put(b);
  put(c);
  put(d);
  put(e);
}

export function keylogWanted(): boolean {
  return state[KEYLOG] === 1;
}
