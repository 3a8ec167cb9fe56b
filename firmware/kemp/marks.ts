// SPDX-License-Identifier: Apache-2.0
// The revoked nodes that the base station has told of, kept in flash: refused as nodes and as introducers until B itself grants
// them a key again (protocol.md "Revocation").

import { storageRead, storageWrite } from '#board';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { MARK_WORDS, MARKS, RECORD_MARKS, RECORDS_VERSION } from '../records.ts';

const MARKS_END = 1 + MARKS * MARK_WORDS;
/** Epoch of the latest revocation that this mote was told of. */
const LATEST = MARKS_END;
const SIZE = MARKS_END + 1;
const marks = makeWords(SIZE);
const EPOCH = 2;

/** Loads the marks; without a record there are none. */
export function loadMarks(): void {
  if (!storageRead(RECORD_MARKS, marks, 0, SIZE) || marks[0] !== RECORDS_VERSION) {
    for (let i = 0; i < SIZE; i++) marks[i] = 0;
    marks[0] = RECORDS_VERSION;
  }
}

/** Offset of the mark of an EUI-64, or 0: no mark is there. */
function find(table: Words, at: number): number {
  for (let mark = 1; mark < MARKS_END; mark += MARK_WORDS) {
    if (marks[mark + 1] === table[at + 1] && marks[mark] === table[at] && marks[mark + EPOCH] !== 0) return mark;
  }
  return 0;
}

/** True if the node is revoked. */
export function isMarked(table: Words, at: number): boolean {
  return find(table, at) !== 0;
}

/** Marks a node, in the place of the oldest mark if all are taken; in flash when this returns. @param epoch 1 or more */
export function mark(table: Words, at: number, epoch: number): void {
  let place = find(table, at);
  if (place === 0) {
    place = 1;
    for (let other = 1; other < MARKS_END; other += MARK_WORDS) {
      if (marks[other + EPOCH] < marks[place + EPOCH]) place = other;
    }
  }
  marks[place] = table[at];
  marks[place + 1] = table[at + 1];
  marks[place + EPOCH] = epoch;
  storageWrite(RECORD_MARKS, marks, 0, SIZE);
}

/** Lifts the mark of a node, if there is one. */
export function unmark(table: Words, at: number): void {
  const place = find(table, at);
  if (place === 0) return;
  marks[place + EPOCH] = 0;
  storageWrite(RECORD_MARKS, marks, 0, SIZE);
}

/** Epoch of the latest revocation that this mote was told of; 0: none yet. */
export function toldEpoch(): number {
  return marks[LATEST];
}

/** This mote was told of a revocation of this epoch; with the mark, or with the next one, in flash. */
export function noteEpoch(epoch: number): void {
  if (epoch > marks[LATEST]) marks[LATEST] = epoch;
}
