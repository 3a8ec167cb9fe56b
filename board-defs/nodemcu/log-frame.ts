// SPDX-License-Identifier: Apache-2.0
// One record in a file of the log, in units of four words, big-endian: number and count (16 bits each), sequence number, the
// words, zeros up to the last word of a unit, and there the check value of all before. NodeMCU takes and gives nothing but
// strings; these are garbage, at most 330 octets for a record that is read and 33 for a unit that is written.

import { pack } from '../../crypto-core/octets.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { checked } from './check.ts';
import { isNoText } from './files.ts';
import type { Handle } from './modules.ts';

interface Text {
  byte(text: string, at: number): number;
  char(
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
    g: number,
    h: number,
    i: number,
    j: number,
    k: number,
    l: number,
    m: number,
    n: number,
    o: number,
    p: number,
  ): string;
  len(text: string): number;
}

declare const string: Text;

export const UNIT_OCTETS = 16;
/** Words around those of a record, and the most words that it has. */
const AROUND = 3;
export const MOST_WORDS = 64;
/** What check values begin with: "KEMP". */
export const CHECK_START = 0x4b454d50;

/** The record that is read or written, with all around it. */
export const frame = makeWords(68);

/** What readFrame() says in place of a count: the file ends here, or this is no record. */
export const CUT_SHORT = -1;
export const WRONG = -2;

/** @returns units of a record of `count` words. */
export function unitsOf(count: number): number {
  return (count + AROUND + 3) >>> 2;
}

/** Reads the record that lies here into frame. @returns its count, CUT_SHORT or WRONG */
export function readFrame(file: Handle): number {
  let check = CHECK_START;
  let units = 1;
  let count = 0;
  for (let at = 0; at < 4 * units; at += 4) {
    const text = file.read(file, UNIT_OCTETS);
    if (isNoText(text) || string.len(text) < UNIT_OCTETS) return CUT_SHORT;
    for (let i = 0; i < 4; i++) {
      const from = 4 * i;
      if (at + i > 0) check = checked(check, frame[at + i - 1]);
      frame[at + i] = pack(
        string.byte(text, from + 1),
        string.byte(text, from + 2),
        string.byte(text, from + 3),
        string.byte(text, from + 4),
      );
    }
    if (at === 0) {
      count = frame[0] & 0xffff;
      if (count < 1 || count > MOST_WORDS) return WRONG;
      units = unitsOf(count);
    }
  }
  return frame[4 * units - 1] === check ? count : WRONG;
}

/** Writes frame[0 .. 4 units - 1] after it has put the check value at its end. @returns false if it found no place */
export function writeFrame(file: Handle, units: number): boolean {
  let check = CHECK_START;
  for (let i = 0; i < 4 * units - 1; i++) check = checked(check, frame[i]);
  frame[4 * units - 1] = check;
  for (let at = 0; at < 4 * units; at += 4) {
    if (!file.write(file, unitOf(frame[at], frame[at + 1], frame[at + 2], frame[at + 3]))) return false;
  }
  return true;
}

function unitOf(a: number, b: number, c: number, d: number): string {
  return string.char(
    (a >>> 24) & 255,
    (a >>> 16) & 255,
    (a >>> 8) & 255,
    a & 255,
    (b >>> 24) & 255,
    (b >>> 16) & 255,
    (b >>> 8) & 255,
    b & 255,
    (c >>> 24) & 255,
    (c >>> 16) & 255,
    (c >>> 8) & 255,
    c & 255,
    (d >>> 24) & 255,
    (d >>> 16) & 255,
    (d >>> 8) & 255,
    d & 255,
  );
}

/** Copies the record of `count` words that lies here, as it is. @returns false if it found no place */
export function copyFrame(source: Handle, target: Handle, count: number): boolean {
  const text = source.read(source, UNIT_OCTETS * unitsOf(count));
  return !isNoText(text) && target.write(target, text);
}
