// SPDX-License-Identifier: Apache-2.0
// The bench ABI: what crosses between host and mote in one step (host/README.md). The image's side is board-defs/bench/.

/** Words of the inbox: [0] op, [1] milliseconds, [2] seconds since power on (31 bits each), [3...] arguments. */
export const INBOX_WORDS = 80;
export const OUTBOX_WORDS = 512;
export const FRAME_OCTETS = 128;
export const LINE_OCTETS = 256;
export const INBOX_ARGUMENTS = 3;

// Ops in.
/** Four words of seed, maxPsdu, keylog 0 or 1, transmission power in dBm. */
export const INIT = 0;
export const START = 1;
/** Length, lqi; the frame, FCS included, is in rxFrame. */
export const RECEIVE = 2;
/** Status: 0 acknowledged or not to be, 1 no acknowledgement, 2 no channel. */
export const SENT = 3;
export const ALARM_DUE = 4;
export const POSTED = 5;
/** Number of octets typed at the console; they are in rxLine. */
export const COMMAND = 6;
/** Record, count, words: a storage record as flash holds it; before START. */
export const PRELOAD = 7;
/** Place, count, words: retained memory, before a START that ends a sleep. */
export const RETAINED = 8;
/** Words of retained memory. */
export const RETAINED_WORDS = 128;
/** Most words a storage record has. */
export const RECORD_WORDS = 64;

// Ops out.
/** Length; the frame, FCS included, is in txFrame. At most one a step. */
export const SEND = 1;
/** Delay in ms: one alarm, in place of the one before. */
export const ALARM = 2;
export const POST = 3;
/** Record, count, words. */
export const STORE = 4;
/** Event, five arguments. */
export const REPORT = 5;
/** One octet. */
export const CONSOLE = 6;
/** PAN, short address, EUI-64 as two big-endian words. */
export const FILTER = 7;
/** AES blocks done in this step. */
export const BLOCKS = 8;
/** Channel, 11 to 26. */
export const CHANNEL = 10;
/** One code: the mote is broken. Nothing else is in the outbox. */
export const FAULT = 9;
/** Place, word: into retained memory. */
export const RETAIN = 11;
/** Seconds of deep sleep. */
export const SLEEP = 12;
/** Count, octets: text to the console. */
export const TEXT = 13;
/** Transmission power in dBm. */
export const POWER = 14;
/** 1 if flash is wiped before it starts anew. */
export const RESTART = 15;
/** Code of FAULT: a second frame before the first was over. */
export const FAULT_BUSY = 4;
/** What the codes of FAULT mean, from 1 on. */
const FAULTS = [
  'expected a step with less to say, got more than the outbox holds',
  'expected an op of the ABI with arguments in range, got another one',
  'expected a record that storage has room for, got another one',
  'expected one frame at a time, got a second before the first was over',
  'expected a frame of 1 to maxPsdu octets, got another length',
];

/** @returns what a mote's FAULT says. */
export function faultText(code: number): string {
  return FAULTS[code - 1] ?? `fault ${code}`;
}

/** Arguments of each op out; STORE and TEXT have `count` words more. */
export const ARGUMENTS = [-1, 1, 1, 0, 2, 6, 1, 4, 1, 1, 1, 2, 1, 1, 1, 1];

/**
 * Calls `visit` for each action of an outbox, in order.
 * @param used words of the outbox in use. @param visit gets the op and the index of its first argument.
 * @throws if the words are no sequence of actions.
 */
export function eachAction(outbox: Int32Array, used: number, visit: (op: number, at: number) => void): void {
  let at = 0;
  while (at < used) {
    const op = outbox[at];
    let size = ARGUMENTS[op] ?? -1;
    if (op === STORE) size += outbox[at + 2];
    if (op === TEXT) size += outbox[at + 1];
    if (size < 0 || at + 1 + size > used) {
      throw new Error(`expected an action of ${used - at} outbox words or fewer, got op ${op} at word ${at}`);
    }
    visit(op, at + 1);
    at += 1 + size;
  }
}
