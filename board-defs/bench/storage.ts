// SPDX-License-Identifier: Apache-2.0
// Storage records in RAM, one behind the other: [record, count, words...]. The bench keeps what outlives a reset (OUT_STORE) and
// hands it back (IN_PRELOAD); this copy is what storageRead needs in between. Like a flash with a directory, it finds a record at
// once, however many there are.

import { makeWords, type Words } from '../../crypto-core/tables.ts';

/** Words for all records: a base station's 64 nodes (protocol.md "Session"), 33 words each, 8 answers of 27, and the mote's own. */
const ARENA_WORDS = 2560;
/** Words of the largest record. */
const LARGEST = 64;
const RECORD = 0;
const COUNT = 1;
const DATA = 2;
const arena = makeWords(ARENA_WORDS);

/** Where each record begins, and 1 more; 0: it is not there. */
const RECORDS = 96;
const directory = makeWords(RECORDS);

/** [0]: words used. */
const used = makeWords(1);

/** @returns where the record is; the end of all records if it is not there. */
function find(record: number): number {
  const known = record >= 0 && record < RECORDS ? directory[record] : 0;
  return known === 0 ? used[0] : known - 1;
}

/** Reads a record to words[at..]. @returns whether it exists with `count` words. */
export function storageRead(record: number, words: Words, at: number, count: number): boolean {
  const from = find(record);
  if (from === used[0] || arena[from + COUNT] !== count) return false;
  for (let i = 0; i < count; i++) words[at + i] = arena[from + DATA + i];
  return true;
}

/** Keeps words[at..] as a record. @returns false, and nothing changed, if it is too large or there is no room. */
export function writeRecord(record: number, words: Words, at: number, count: number): boolean {
  if (count < 1 || count > LARGEST || record < 0 || record >= RECORDS) return false;
  let to = find(record);
  const old = to === used[0] ? 0 : DATA + arena[to + COUNT];
  if (used[0] - old + DATA + count > ARENA_WORDS) return false;
  if (old !== DATA + count) {
    // Another length: the records behind close the gap, and this one goes to the end.
    for (let i = to + old; i < used[0]; i++) arena[i - old] = arena[i];
    used[0] -= old;
    while (to < used[0]) {
      directory[arena[to + RECORD]] = to + 1;
      to += DATA + arena[to + COUNT];
    }
    used[0] += DATA + count;
    arena[to + RECORD] = record;
    arena[to + COUNT] = count;
    directory[record] = to + 1;
  }
  for (let i = 0; i < count; i++) arena[to + DATA + i] = words[at + i];
  return true;
}
