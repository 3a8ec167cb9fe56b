// SPDX-License-Identifier: Apache-2.0
// What is typed: octets become lines, lines words. Lines wait in a ring of fixed size, four octets a word, each behind its length.
// One that does not fit leaves a length of 0 and is answered as too long; whatever else is typed is at worst an unknown command.

import { consoleText, consoleWrite } from '#board';
import { charAt, lengthOf } from '../../crypto-core/literals.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { NO_SHORT } from '../records.ts';
import { wake } from '../link/task.ts';

/** Octets of all lines that wait, with one more for each: the longest one, `down`, has 150. */
const OCTETS = 192;
const ring = makeWords(OCTETS >>> 2);

export const line = makeWords(20);
/** Where the ring begins, octets in it, and where in it the line begins that is being typed. */
const START = 0;
const USED = 1;
const TYPED = 2;
/** 1: the rest of a line that is too long passes by. */
const SKIPS = 3;
/** 1: what is typed is shown. */
export const ECHO = 4;
/** Octets that found no room, since start. */
export const LOST = 5;
/** Where the line ends that is answered. */
const END = 6;
/** Its first word, and its word of now: where, and how many octets. */
export const NOUN = 7;
export const WORD = 9;
const LENGTH = 1;
/**
 * Of its answer: 1 for JSON, 1 within a row or an object, rows written, where to look for the next one; and 1 once the line's first
 * word is read, 2 once its second is.
 */
export const JSON = 11;
export const OPEN = 12;
export const ROWS = 13;
export const NEXT_ROW = 14;
export const BEGUN = 15;
/** The key that was pinged, and 1, or 0; and when (ms). */
export const PINGED = 16;
export const PINGED_AT = 17;
/** What it is (commands.ts). */
export const COMMAND = 18;
/** 1 where the second half of a row is to come: a whole one is too much for a turn. */
export const HALF = 19;

const BACKSPACE = 8;
const LINE_END = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DELETE = 127;
const FIRST_DIGIT = 48;
/** A word is measured up to here: no command, node or number is as long. */
const LONGEST_WORD = 17;

/** A node as a line names it: EUI-64 (2 words) and short address, of which one is not given (link/address.ts). */
export const named = makeWords(3);

function place(offset: number): number {
  const at = line[START] + offset;
  return at < OCTETS ? at : at - OCTETS;
}

function octetAt(offset: number): number {
  const at = place(offset);
  return (ring[at >>> 2] >> (24 - 8 * (at & 3))) & 255;
}

function putOctet(offset: number, octet: number): void {
  const at = place(offset);
  const shift = 24 - 8 * (at & 3);
  ring[at >>> 2] = (ring[at >>> 2] & ~(255 << shift)) | (octet << shift);
}

/** See board.ts, Role: CR or LF ends a line, an empty one is none; backspace and delete take an octet back. */
export function typed(octet: number): void {
  const from = line[TYPED];
  const used = line[USED];
  if (octet === LINE_END || octet === CARRIAGE_RETURN) {
    if (line[ECHO] === 1) endRow();
    line[SKIPS] = 0;
    if (used === from) return;
    putOctet(from, used - from - 1);
    line[TYPED] = used;
    wake();
  } else if (octet === BACKSPACE || octet === DELETE) {
    if (line[SKIPS] === 1 || used === from) return;
    line[USED] = used === from + 2 ? from : used - 1;
    if (line[ECHO] === 1) consoleText('\b \b');
  } else if (octet > SPACE || (used > from + 1 && octetAt(used - 1) > SPACE)) {
    if (line[ECHO] === 1) consoleWrite(octet);
    keep(octet > SPACE ? octet : SPACE, from, used === from ? from + 1 : used);
  }
}

/** Keeps an octet of the line that begins at `from`, at `to`. */
function keep(octet: number, from: number, to: number): void {
  if (line[SKIPS] === 0 && to < OCTETS) {
    putOctet(to, octet);
    line[USED] = to + 1;
    return;
  }
  line[LOST] = (line[LOST] + 1) & 0x7fffffff;
  line[SKIPS] = 1;
  line[USED] = from < OCTETS ? from + 1 : from;
}

/** True while a line waits for its answer. */
export function lineWaits(): boolean {
  return line[TYPED] > 0;
}

/** Reads the first word of the line that waits longest, and at the next call its second. @returns false: it was too long. */
export function readLine(): boolean {
  if (line[BEGUN] === 0) {
    line[END] = 1 + octetAt(0);
    line[WORD] = 1;
    line[WORD + LENGTH] = 0;
    line[OPEN] = 0;
    line[ROWS] = 0;
    line[NEXT_ROW] = 0;
    line[HALF] = 0;
    line[PINGED] = 0;
  }
  nextWord();
  if (line[BEGUN] === 0) {
    line[NOUN] = 1;
    line[NOUN + LENGTH] = line[WORD + LENGTH];
  }
  line[BEGUN] += 1;
  return line[END] > 1;
}

/** Forgets the line that was answered. */
export function dropLine(): void {
  const octets = line[END];
  line[START] = place(octets);
  line[USED] -= octets;
  line[TYPED] -= octets;
  line[BEGUN] = 0;
  line[JSON] = 0;
}

/** Goes to the next word of the line; `json` at its end is none: it says how to answer. */
export function nextWord(): void {
  const end = line[END];
  let at = line[WORD] + line[WORD + LENGTH];
  while (at < end && octetAt(at) === SPACE) at++;
  let length = 0;
  while (length < LONGEST_WORD && at + length < end && octetAt(at + length) > SPACE) length++;
  line[WORD] = at;
  line[WORD + LENGTH] = length;
  if (says(WORD, 'json') && rest() <= length + 1) {
    line[JSON] = 1;
    line[WORD + LENGTH] = 0;
  }
}

/** Octets of the line from its word of now on. */
function rest(): number {
  return line[END] - line[WORD];
}

/** Octets of the word of now, where it is the last one and of any length; `json` behind it says how to answer. */
export function lastLength(): number {
  const from = line[WORD];
  let length = rest();
  // Of spaces there is never more than one.
  if (octetAt(from + length - 1) === SPACE) length--;
  if (length <= 5 || octetAt(from + length - 5) !== SPACE) return length;
  line[WORD] = from + length - 4;
  line[WORD + LENGTH] = 4;
  if (says(WORD, 'json')) {
    line[JSON] = 1;
    length -= 5;
  }
  line[WORD] = from;
  return length;
}

/** True behind the last word. */
export function noWord(): boolean {
  return line[WORD + LENGTH] === 0;
}

/** Whether a word of the line is this one. @param which NOUN or WORD */
export function says(which: number, text: string): boolean {
  const length = line[which + LENGTH];
  if (lengthOf(text) !== length) return false;
  for (let i = 0; i < length; i++) {
    if (octetAt(line[which] + i) !== charAt(text, i)) return false;
  }
  return true;
}

/** Value of the hexadecimal digit `index` octets behind the begin of the word of now; -1: it is none. */
export function digitAt(index: number): number {
  const octet = octetAt(line[WORD] + index);
  if (octet >= FIRST_DIGIT && octet <= FIRST_DIGIT + 9) return octet - FIRST_DIGIT;
  const letter = octet & 0xdf;
  return letter >= 65 && letter <= 70 ? letter - 55 : -1;
}

/** Steps over a sign before the word of now. @returns whether there was one */
export function takeSign(sign: number): boolean {
  if (line[WORD + LENGTH] < 2 || octetAt(line[WORD]) !== sign) return false;
  line[WORD] += 1;
  line[WORD + LENGTH] -= 1;
  return true;
}

/** The word of now as a decimal number of at most six digits; -1: it is none. */
export function readNumber(): number {
  if (line[WORD + LENGTH] === 0 || line[WORD + LENGTH] > 6) return -1;
  let value = 0;
  for (let i = 0; i < line[WORD + LENGTH]; i++) {
    const digit = digitAt(i);
    if (digit < 0 || digit > 9) return -1;
    value = 10 * value + digit;
  }
  return value;
}

/** Reads the node that the word of now names, by 4 hexadecimal digits or by 16, and goes to the next word. @returns false: none. */
export function readNode(): boolean {
  const digits = line[WORD + LENGTH];
  if (digits !== 4 && digits !== 16) return false;
  named[0] = 0;
  named[1] = 0;
  named[2] = digits === 4 ? 0 : NO_SHORT;
  let to = digits === 4 ? 2 : 0;
  for (let i = 0; i < digits; i++) {
    const digit = digitAt(i);
    if (digit < 0) return false;
    if (i === 8) to = 1;
    named[to] = (named[to] << 4) | digit;
  }
  nextWord();
  return true;
}

/** Ends a row: CR LF for a terminal that shows what is typed, else LF. */
export function endRow(): void {
  if (line[ECHO] === 1) consoleWrite(CARRIAGE_RETURN);
  consoleWrite(LINE_END);
}
