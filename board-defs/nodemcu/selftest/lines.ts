// SPDX-License-Identifier: Apache-2.0
// The self-test's console: a word, of which the first letter counts, and numbers; rows of name=value, then Done or an error, as
// docs/console.md has it. All numbers are hexadecimal. What is typed before the answer has come is forgotten.

import { makeWords } from '../../../crypto-core/tables.ts';
import { consoleText, consoleWrite, startConsole } from '../console.ts';
import { nothing } from '../handlers.ts';

/** Errors of docs/console.md. */
export const UNKNOWN_COMMAND = 1;
export const INVALID_ARGUMENT = 3;

const MOST_NUMBERS = 6;
export const numbers = makeWords(MOST_NUMBERS);

const line = makeWords(6);
/** Words so far, and 1 within one. */
const WORDS = 0;
const IN_WORD = 1;
const LETTER = 2;
/** 1: something is no number, or one too many. */
const WRONG = 3;
/** 1 until the line is answered. */
const ASKED = 4;
/** 1 within a row. */
const OPEN = 5;

const LINE_END = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const ZERO = 48;
/** From "9" to "a". */
const LETTERS = 39;

let onLine: () => void = nothing;

/** Names what is called with each line. Once. */
export function startLines(run: () => void): void {
  onLine = run;
  startConsole(typed);
}

/** First letter of the line. */
export function letter(): number {
  return line[LETTER];
}

/** Whether the line has this many numbers and nothing else behind its word. */
export function has(count: number): boolean {
  return line[WRONG] === 0 && line[WORDS] === count + 1;
}

function typed(octet: number): void {
  if (line[ASKED] === 1) return;
  if (octet === LINE_END || octet === CARRIAGE_RETURN) {
    if (line[WORDS] === 0) return;
    line[ASKED] = 1;
    onLine();
  } else if (octet <= SPACE) line[IN_WORD] = 0;
  else takeOctet(octet);
}

function takeOctet(octet: number): void {
  const begins = line[IN_WORD] === 0;
  if (begins) {
    line[IN_WORD] = 1;
    line[WORDS] += 1;
  }
  const at = line[WORDS] - 2;
  if (at < 0) {
    if (begins) line[LETTER] = octet;
    return;
  }
  const letters = octet & 0xdf;
  const digit = octet <= ZERO + 9 ? octet - ZERO : letters >= 65 ? letters - 55 : -1;
  if (digit < 0 || digit > 15 || at >= MOST_NUMBERS) line[WRONG] = 1;
  else numbers[at] = begins ? digit : (numbers[at] << 4) | digit;
}

/** Ends the answer. */
export function done(): void {
  consoleText('Done\n');
  forget();
}

/** Answers by an error. */
export function refuse(error: number): void {
  if (error === UNKNOWN_COMMAND) consoleText('Error 1: UnknownCommand\n');
  else consoleText('Error 3: InvalidArgument\n');
  forget();
}

function forget(): void {
  for (let i = 0; i < OPEN; i++) line[i] = 0;
}

function field(name: string): void {
  if (line[OPEN] === 1) consoleWrite(SPACE);
  line[OPEN] = 1;
  consoleText(name);
  consoleWrite(61); // =
}

/** A number without zeros in front. */
export function put(name: string, value: number): void {
  let digits = 8;
  field(name);
  while (digits > 1 && value >> (4 * digits - 4) === 0) digits--;
  putDigits(value, digits);
}

/** A word, in eight digits. */
export function putWord(name: string, word: number): void {
  field(name);
  putDigits(word, 8);
}

/** Goes on with a value. */
export function putDigits(word: number, digits: number): void {
  let shift = 4 * digits - 4;
  while (shift >= 0) {
    const digit = (word >> shift) & 15;
    consoleWrite(digit < 10 ? ZERO + digit : ZERO + LETTERS + digit);
    shift -= 4;
  }
}

export function endRow(): void {
  consoleWrite(LINE_END);
  line[OPEN] = 0;
}
