// SPDX-License-Identifier: Apache-2.0
// The revoked nodes that the base station has told of, kept in flash: refused as nodes and as introducers until B itself grants
// them a key again (protocol.md "Revocation").

import { storageRead, storageWrite } from '#board';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { MARK_WORDS, MARKS, RECORD_MARKS, RECORDS_VERSION } from '../records.ts';

const SIZE = 1 + MARKS * MARK_WORDS;
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
  for (let mark = 1; mark < SIZE; mark += MARK_WORDS) {
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
    for (let other = 1; other < SIZE; other += MARK_WORDS) {
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
