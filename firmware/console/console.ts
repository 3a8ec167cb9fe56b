// SPDX-License-Identifier: Apache-2.0
// The console, as far as tests and the bench need it: `keys` and `refusals` print rows of numbers and end in Done; anything
// else is an Error. Words are packed four letters an int32, since the dialect builds no strings. Key octets are never printed.

import { consoleWrite, rxLine, seconds } from '#board';
import { getWord } from '../../crypto-core/index.ts';
import { div, makeWords } from '../../crypto-core/tables.ts';
import * as key from '../kemp/keys.ts';
import { REASONS, refusalCount } from '../link/refuse.ts';

const KEYS = 0x6b657973; // "keys"
const REFU = 0x72656675; // "refu"
const SALS = 0x73616c73; // "sals"
const DONE = 0x446f6e65; // "Done"
const ERRO = 0x4572726f; // "Erro"
const R_1_ = 0x7220313a; // "r 1:"
const UNKN = 0x20556e6b; // " Unk"
const NOWN = 0x6e6f776e; // "nown"
const R_2_ = 0x7220323a; // "r 2:"
const REFU_ = 0x20526566; // " Ref"
const SED_ = 0x75736564; // "used"
const LINE_END = 10;
const SPACE = 32;
const ZERO = 48;

/** What a role makes of a line: not its own, done, or refused. */
export const LINE_OTHER = 0;
export const LINE_DONE = 1;
export const LINE_REFUSED = 2;
/** It takes more turns: endLine() comes when it is done. */
export const LINE_BEGUN = 3;
/** There are more rows to come. */
export const LINE_ROW = 4;

let onLine = other;

function other(length: number): number {
  return length < 0 ? LINE_DONE : LINE_OTHER;
}

/** @param line answers the lines that only this role has. */
export function attachLines(line: (length: number) => number): void {
  onLine = line;
}

const state = makeWords(1);
/** Where to look for the next row. */
const NEXT_ROW = 0;

/** Begins the answer to a new line. */
export function startLine(): void {
  state[NEXT_ROW] = 0;
}

/**
 * Answers the console line of `length` octets in rxLine, one row a call: a full table is more than a console takes at once.
 * @returns LINE_ROW: call again for the next row; LINE_BEGUN: endLine() comes later; else the answer is complete
 */
export function showLine(length: number): number {
  let answer = LINE_DONE;
  if (length === 4 && getWord(rxLine, 0) === KEYS) {
    if (showKey()) return LINE_ROW;
  } else if (length === 8 && getWord(rxLine, 0) === REFU && getWord(rxLine, 4) === SALS) {
    if (showRefusal()) return LINE_ROW;
  } else {
    answer = onLine(length);
  }
  if (answer !== LINE_BEGUN) endLine(answer);
  return answer;
}

/** Ends the answer to a line. @param answer LINE_DONE, LINE_OTHER or LINE_REFUSED */
export function endLine(answer: number): void {
  if (answer === LINE_DONE) {
    write(DONE);
  } else {
    write(ERRO);
    if (answer === LINE_OTHER) {
      write(R_1_);
      write(UNKN);
      write(NOWN);
    } else {
      write(R_2_);
      write(REFU_);
      write(SED_);
    }
  }
  consoleWrite(LINE_END);
}

/** The next key: peer (low word of its EUI-64), state, index, depth, seconds left, next frame counter. @returns false: none. */
function showKey(): boolean {
  let one = state[NEXT_ROW];
  while (one < key.KEYS_END && !key.keyAlive(one)) one += key.NEXT_KEY;
  state[NEXT_ROW] = one + key.NEXT_KEY;
  if (one >= key.KEYS_END) return false;
  writeHex(key.keys[one + 1]);
  writeNumber(key.keys[one + key.KEY_STATE]);
  writeNumber(key.keys[one + key.KEY_INDEX]);
  writeNumber(key.keys[one + key.KEY_DEPTH]);
  writeNumber(key.keys[one + key.KEY_EXPIRES] - seconds());
  writeNumber(key.keys[one + key.KEY_TX]);
  consoleWrite(LINE_END);
  return true;
}

/** The next reason that occurred: its number, how often. @returns false: none. */
function showRefusal(): boolean {
  let reason = state[NEXT_ROW];
  while (reason < REASONS && refusalCount(reason) === 0) reason++;
  state[NEXT_ROW] = reason + 1;
  if (reason >= REASONS) return false;
  writeNumber(reason);
  writeNumber(refusalCount(reason));
  consoleWrite(LINE_END);
  return true;
}

function write(word: number): void {
  for (let shift = 24; shift >= 0; shift -= 8) consoleWrite(byteOf(word, shift));
}

function byteOf(word: number, shift: number): number {
  return (word >> shift) & 255;
}

function writeHex(word: number): void {
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = byteOf(word, shift) & 15;
    consoleWrite(digit < 10 ? ZERO + digit : ZERO + 39 + digit);
  }
}

/** A space and a number ≥ 0 in decimal. */
function writeNumber(value: number): void {
  let unit = 1;
  while (div(value, unit) >= 10) unit *= 10;
  consoleWrite(SPACE);
  while (unit > 0) {
    consoleWrite(ZERO + (div(value, unit) % 10));
    unit = div(unit, 10);
  }
}
