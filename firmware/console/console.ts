// SPDX-License-Identifier: Apache-2.0
// The console, as far as tests and the bench need it: `keys` and `refusals` print rows of numbers and end in Done; anything
// else is an Error. Words are packed four letters an int32, since the dialect builds no strings. Key octets are never printed.

import { consoleWrite, rxLine, seconds } from '#board';
import { getWord } from '../../crypto-core/index.ts';
import { div } from '../../crypto-core/tables.ts';
import * as key from '../kemp/keys.ts';
import { REASONS, refusals } from '../link/refuse.ts';

const KEYS = 0x6b657973; // "keys"
const REFU = 0x72656675; // "refu"
const SALS = 0x73616c73; // "sals"
const DONE = 0x446f6e65; // "Done"
const ERRO = 0x4572726f; // "Erro"
const R_1_ = 0x7220313a; // "r 1:"
const UNKN = 0x20556e6b; // " Unk"
const NOWN = 0x6e6f776e; // "nown"
const LINE_END = 10;
const SPACE = 32;
const ZERO = 48;

/** Answers the console line of `length` octets in rxLine. */
export function showLine(length: number): void {
  if (length === 4 && getWord(rxLine, 0) === KEYS) {
    showKeys();
    write(DONE);
  } else if (length === 8 && getWord(rxLine, 0) === REFU && getWord(rxLine, 4) === SALS) {
    showRefusals();
    write(DONE);
  } else {
    write(ERRO);
    write(R_1_);
    write(UNKN);
    write(NOWN);
  }
  consoleWrite(LINE_END);
}

/** A row a key: peer (low word of its EUI-64), state, index, depth, seconds left, next frame counter. */
function showKeys(): void {
  for (let one = 0; one < key.KEYS_END; one += key.NEXT_KEY) {
    if (key.keyAlive(one)) {
      writeHex(key.keys[one + 1]);
      writeNumber(key.keys[one + key.KEY_STATE]);
      writeNumber(key.keys[one + key.KEY_INDEX]);
      writeNumber(key.keys[one + key.KEY_DEPTH]);
      writeNumber(key.keys[one + key.KEY_EXPIRES] - seconds());
      writeNumber(key.keys[one + key.KEY_TX]);
      consoleWrite(LINE_END);
    }
  }
}

/** A row a reason that occurred: its number, how often. */
function showRefusals(): void {
  for (let reason = 0; reason < REASONS; reason++) {
    if (refusals[reason] > 0) {
      writeNumber(reason);
      writeNumber(refusals[reason]);
      consoleWrite(LINE_END);
    }
  }
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
