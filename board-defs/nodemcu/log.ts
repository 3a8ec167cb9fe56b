// SPDX-License-Identifier: Apache-2.0
// Storage records in a log (docs/storage.md). There are two files, each with all records: a record is appended to the first, and
// when it is in flash there, to the second. So one of them is whole at any instant, whatever a cut of the power does to the one
// that is being written, and one that rots is made anew from the other without loss. A file that has grown too long is made
// anew likewise, with the latest of each record.

import { RECORDS } from '#definition';
import { openToAppend, openToRead, openToWrite } from '#storage';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import * as fault from '../../firmware/events.ts';
import { hasOldFiles, isNoHandle } from './files.ts';
import { tellLogFault, tellLost } from './log-faults.ts';
import {
  copyFrame,
  CUT_SHORT,
  frame,
  MOST_WORDS,
  readFrame,
  UNIT_OCTETS,
  unitsOf,
  writeFrame,
  WRONG,
} from './log-frame.ts';
import type { Handle } from './modules.ts';

/** A file begins with a record of its own: number "KE" and one word. Provisioning writes it, and it is copied from file to file. */
const HEADER = 0x4b450001;
/** In place of its sequence number. */
const VERSION = 1;
/** A file holds this many units more than twice its latest records before it is made anew. */
const SLACK_UNITS = 64;

/** Of each record: the unit where it begins in file 0, times 256, and its count; 0: there is none. */
const index = makeWords(RECORDS);
/** Units of each file that are as they should be. */
const lengths = makeWords(2);

const state = makeWords(5);
/** Units of the latest records, header included. */
const LIVE = 0;
/** Sequence number of the record written last. */
const SEQUENCE = 1;
/** 0 before openLogs(); UNUSABLE for good; with EMPTY there is nothing, and nothing is written. */
const USE = 2;
const EMPTY = 1;
const UNUSABLE = 2;
const OPEN = 3;
/** And which record that was: it is the last one of a file, so a file that is cut short lacks it. */
const LATEST = 3;
/** Octets of the file looked at last. */
const SIZE = 4;

/** What a look at a file says, beside STORAGE_... of events.ts, which begin at 1. */
const WHOLE = 0;
const GOES_ON = -3;

/** Looks through both files and mends them. Records can be read and written from then on. */
export function openLogs(): void {
  const second = scan(1, 0);
  const sequence = state[SEQUENCE];
  const first = scan(0, 0);
  if (first !== WHOLE && second !== WHOLE) {
    giveUp(first, second);
    return;
  }
  state[USE] = OPEN;
  if (first !== WHOLE) mend(0, first);
  else if (second !== WHOLE) mend(1, second);
  else if (sequence !== state[SEQUENCE]) mend(sequence > state[SEQUENCE] ? 0 : 1, fault.STORAGE_BEHIND);
}

/** No file is whole. Nothing at all is there, or it is left as it is for whoever can make something of it. */
function giveUp(first: number, second: number): void {
  for (let i = 0; i < RECORDS; i++) index[i] = 0;
  const none = first === fault.STORAGE_MISSING && second === fault.STORAGE_MISSING;
  state[USE] = none && !hasOldFiles() ? EMPTY : UNUSABLE;
  if (state[USE] === EMPTY) return;
  for (let log = 0; log < 2; log++)
    tellLogFault(log, none ? fault.STORAGE_VERSION : log === 0 ? first : second, UNIT_OCTETS * lengths[log], false);
  tellLost();
}

/**
 * Looks through a file: index and state are then those of its good part. Or, with a place, reads the record there into frame.
 * @param place in units; 0: the whole file
 * @returns WHOLE or what is wrong; with a place as readFrame(), or STORAGE_MISSING
 */
function scan(log: number, place: number): number {
  if (place === 0) {
    for (let i = 0; i < RECORDS; i++) index[i] = 0;
    state[LIVE] = 1;
    state[SEQUENCE] = 0;
    lengths[log] = 0;
  }
  const file = openToRead(log);
  if (isNoHandle(file)) return fault.STORAGE_MISSING;
  state[SIZE] = file.seek(file, 'end', 0);
  file.seek(file, 'set', UNIT_OCTETS * place);
  let result = GOES_ON;
  while (result === GOES_ON) result = scanFrame(file, log, place);
  file.close(file);
  return result;
}

function scanFrame(file: Handle, log: number, place: number): number {
  const at = lengths[log];
  if (place === 0 && at > 0 && UNIT_OCTETS * at === state[SIZE]) return WHOLE;
  const count = readFrame(file);
  if (place > 0) return count;
  if (count === CUT_SHORT) return fault.STORAGE_TRUNCATED;
  if (at === 0) {
    if (frame[0] !== HEADER) return fault.STORAGE_FOREIGN;
    if (count === WRONG) return fault.STORAGE_DAMAGED;
    if (frame[1] !== VERSION) return fault.STORAGE_VERSION;
    lengths[log] = 1;
    return GOES_ON;
  }
  if (count === WRONG) return fault.STORAGE_DAMAGED;
  if (frame[0] >>> 16 >= RECORDS) return fault.STORAGE_ROLE;
  // A record comes again with a number above all before it. What does not is a page of the file as it once was.
  if (index[frame[0] >>> 16] !== 0 && frame[1] <= state[SEQUENCE]) return fault.STORAGE_DAMAGED;
  enter(frame[0] >>> 16, at * 256 + count);
  lengths[log] += unitsOf(count);
  return GOES_ON;
}

/** A record is now at this place. Its sequence number is in frame. */
function enter(record: number, place: number): void {
  if (index[record] !== 0) state[LIVE] -= unitsOf(index[record] & 255);
  index[record] = place;
  state[LIVE] += unitsOf(place & 255);
  if (frame[1] < state[SEQUENCE]) return;
  state[SEQUENCE] = frame[1];
  state[LATEST] = record;
}

/**
 * Makes a file anew from the other; or the other one from it, if that turns out not to be whole.
 * @param why STORAGE_... that is told; WHOLE: it is too long
 */
function mend(log: number, why: number): void {
  const other = scan(1 - log, 0);
  const to = other === WHOLE ? log : 1 - log;
  const reason = other === WHOLE ? why : other;
  const good = UNIT_OCTETS * lengths[to];
  let made = other === WHOLE || scan(log, 0) === WHOLE;
  if (made) {
    const source = openToRead(1 - to);
    const target = openToWrite(to);
    made = !isNoHandle(source) && !isNoHandle(target) && writeLatest(source, target);
    if (!isNoHandle(source)) source.close(source);
    if (!isNoHandle(target)) target.close(target);
  }
  // Whether it is in flash shows when it is read; the index is that of file 0.
  for (let last = 1; last >= 0; last--) made = scan(last, 0) === WHOLE && made;
  if (!made) state[USE] = UNUSABLE;
  if (reason !== WHOLE) tellLogFault(to, reason, good, made);
  if (!made) tellLogFault(to, fault.STORAGE_UNWRITABLE, 0, false);
}

/** The header, the latest of each record, and at the end the one that was written last. */
function writeLatest(source: Handle, target: Handle): boolean {
  let written = true;
  for (let i = -1; i <= RECORDS; i++) {
    const place = i < 0 ? 1 : index[i < RECORDS ? i : state[LATEST]];
    if (written && place !== 0 && i !== state[LATEST]) {
      source.seek(source, 'set', UNIT_OCTETS * (place >>> 8));
      written = copyFrame(source, target, place & 255);
    }
  }
  return written;
}

/** As firmware/board.ts. */
export function storageRead(record: number, words: Words, at: number, count: number): boolean {
  if (state[USE] !== OPEN || record >= RECORDS || index[record] === 0) return false;
  if (scan(0, index[record] >>> 8) !== count || frame[0] >>> 16 !== record) return false;
  for (let i = 0; i < count; i++) words[at + i] = frame[2 + i];
  return true;
}

/**
 * Stores a record, whole, in both files: firmware/board.ts, storageWrite.
 * @returns false if it is not stored, and why was told. Where nothing was ever provisioned nothing is written, which is true.
 */
export function writeRecord(record: number, words: Words, at: number, count: number): boolean {
  const units = unitsOf(count);
  if (state[USE] === EMPTY) return true;
  if (record >= RECORDS || count > MOST_WORDS) return false;
  // One file at a time: it takes a while.
  const longest = lengths[0] < lengths[1] ? 1 : 0;
  if (state[USE] === OPEN && lengths[longest] + units > SLACK_UNITS + 2 * state[LIVE]) mend(longest, WHOLE);
  if (state[USE] !== OPEN) return false;
  frame[0] = record * 65536 + count;
  frame[1] = state[SEQUENCE] + 1;
  for (let i = 0; i < 4 * units - 2; i++) frame[2 + i] = i < count ? words[at + i] : 0;
  for (let log = 0; log < 2 && state[USE] === OPEN; log++) {
    const file = openToAppend(log);
    const written = !isNoHandle(file) && writeFrame(file, units);
    if (!isNoHandle(file)) file.close(file);
    if (!written) {
      state[USE] = UNUSABLE;
      tellLogFault(log, fault.STORAGE_UNWRITABLE, 0, false);
    }
  }
  if (state[USE] !== OPEN) return false;
  enter(record, lengths[0] * 256 + count);
  for (let log = 0; log < 2; log++) lengths[log] += units;
  return true;
}
