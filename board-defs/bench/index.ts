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
  IN_RETAINED,
  IN_SENT,
  IN_START,
  INBOX_ARGUMENTS,
  INBOX_MILLIS,
  INBOX_OP,
  INBOX_SECONDS,
  INBOX_WORDS,
  OUT_ALARM,
  OUT_BLOCKS,
  OUT_CHANNEL,
  OUT_FILTER,
  OUT_POST,
  OUT_POWER,
  OUT_REPORT,
  OUT_RESTART,
  OUT_RETAIN,
  OUT_SEND,
  OUT_SLEEP,
  OUT_STORE,
  RETAINED_WORDS,
} from './abi.ts';
import { begin, clearOutbox, closeOutbox, fault, outbox, say } from './outbox.ts';
import { seed } from './random.ts';
import { writeRecord } from './storage.ts';

export { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../firmware/board.ts';
export { outbox, sayOctet as consoleWrite, sayText as consoleText } from './outbox.ts';
export { randomWord } from './random.ts';
export { storageRead } from './storage.ts';

export const inbox = makeWords(INBOX_WORDS);
export const rxFrame = makeBytes(128);
export const txFrame = makeBytes(128);
export const rxLine = makeBytes(256);

/** An ESP8266 task has 15 ms; a block takes up to 8, and what is done with it some more. */
export const STEP_BLOCKS = 1;

const PSDU = 0;
const KEYLOG = 1;
/** 1 from radioSend to sent(). */
const BUSY = 2;
/** 1 at a start that ends a sleep. */
const WOKEN = 3;
const POWER = 4;
const state = makeWords(5);
const retained = makeWords(RETAINED_WORDS);

let onStart: () => void = nothing;
let onReceive: (length: number, lqi: number) => void = nothing;
let onSent: (status: number) => void = nothing;
let onAlarm: () => void = nothing;
let onPosted: () => void = nothing;
let onTyped: (octet: number) => void = nothing;

function nothing(): void {}

/** Names the role's handlers (board.ts, Role). Once, before step(). */
export function attach(
  start: () => void,
  receive: (length: number, lqi: number) => void,
  sent: (status: number) => void,
  alarm: () => void,
  posted: () => void,
  typed: (octet: number) => void,
): void {
  onStart = start;
  onReceive = receive;
  onSent = sent;
  onAlarm = alarm;
  onPosted = posted;
  onTyped = typed;
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
  } else if (op === IN_COMMAND && first >= 0 && first <= 255) {
    for (let i = 0; i < first; i++) onTyped(rxLine[i]);
  } else if (op === IN_START) onStart();
  else if (op === IN_INIT) init();
  else if (op === IN_PRELOAD) {
    if (!writeRecord(first, inbox, INBOX_ARGUMENTS + 2, second)) fault(FAULT_STORAGE);
  } else if (op === IN_RETAINED && first >= 0 && second >= 0 && first + second <= RETAINED_WORDS) {
    state[WOKEN] = 1;
    for (let i = 0; i < second; i++) retained[first + i] = inbox[INBOX_ARGUMENTS + 2 + i];
  } else fault(FAULT_INBOX);
}

function init(): void {
  const at = INBOX_ARGUMENTS;
  state[PSDU] = inbox[at + 4];
  state[KEYLOG] = inbox[at + 5];
  state[POWER] = inbox[at + 6];
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

export function radioFilter(pan: number, short: number, euiHigh: number, euiLow: number): void {
  const at = begin(5);
  outbox[at] = OUT_FILTER;
  outbox[at + 1] = pan;
  outbox[at + 2] = short;
  outbox[at + 3] = euiHigh;
  outbox[at + 4] = euiLow;
}

export function radioChannel(channel: number): void {
  say(OUT_CHANNEL, channel);
}

export function radioPower(): number {
  return state[POWER];
}

/** What an AT86RF233 can do. */
export function setRadioPower(dbm: number): boolean {
  if (dbm < -17 || dbm > 4) return false;
  state[POWER] = dbm;
  say(OUT_POWER, dbm);
  return true;
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
  outbox[begin(1)] = OUT_POST;
}

export function storageWrite(record: number, words: Words, at: number, count: number): void {
  if (!writeRecord(record, words, at, count)) {
    fault(FAULT_STORAGE);
    return;
  }
  const to = begin(3 + count);
  outbox[to] = OUT_STORE;
  outbox[to + 1] = record;
  outbox[to + 2] = count;
  for (let i = 0; i < count; i++) outbox[to + 3 + i] = words[at + i];
}

export function retainedRead(place: number): number {
  return retained[place];
}

export function retainedWrite(place: number, word: number): void {
  retained[place] = word;
  const at = begin(3);
  outbox[at] = OUT_RETAIN;
  outbox[at + 1] = place;
  outbox[at + 2] = word;
}

export function sleep(length: number): void {
  say(OUT_SLEEP, length);
}

export function woken(): boolean {
  return state[WOKEN] === 1;
}

/** A simulated sensor: a count that rises by 7 a second and wraps at 1000, 100 apart from channel to channel. */
export function readSensor(channel: number): number {
  return ((inbox[INBOX_SECONDS] % 1000) * 7 + channel * 100) % 1000;
}

/** The bench has no heap of its own. */
export function freeHeap(): number {
  return 0;
}

export function restart(erase: boolean): void {
  say(OUT_RESTART, erase ? 1 : 0);
}

export function report(event: number, a: number, b: number, c: number, d: number, e: number): void {
  const at = begin(7);
  outbox[at] = OUT_REPORT;
  outbox[at + 1] = event;
  outbox[at + 2] = a;
  outbox[at + 3] = b;
  outbox[at + 4] = c;
  outbox[at + 5] = d;
  outbox[at + 6] = e;
}

export function keylogWanted(): boolean {
  return state[KEYLOG] === 1;
}

/** The host has the wish (IN_INIT). */
export function wantKeylog(wanted: boolean): void {
  state[KEYLOG] = wanted ? 1 : 0;
}
