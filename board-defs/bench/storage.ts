// SPDX-License-Identifier: Apache-2.0
// Storage records in RAM, one behind the other: [record, count, words...]. The bench keeps what outlives a reset (OUT_STORE) and
// hands it back (IN_PRELOAD); this copy is what storageRead needs in between. There is no directory: 70 records are a short walk.

import { makeWords, type Words } from '../../crypto-core/tables.ts';

/** Words for all records: a base station's 64 nodes (protocol.md "Session"), 33 words each, 8 answers of 27, and the mote's own. */
const ARENA_WORDS = 2560;
/** Words of the largest record. */
const LARGEST = 64;
const RECORD = 0;
const COUNT = 1;
const DATA = 2;
const arena = makeWords(ARENA_WORDS);

/** [0]: words used. */
const used = makeWords(1);

/** @returns where the record is; the end of all records if it is not there. */
function find(record: number): number {
  let at = 0;
  while (at < used[0] && arena[at + RECORD] !== record) at += DATA + arena[at + COUNT];
  return at;
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
  if (count < 1 || count > LARGEST) return false;
  let to = find(record);
  const old = to === used[0] ? 0 : DATA + arena[to + COUNT];
  if (used[0] - old + DATA + count > ARENA_WORDS) return false;
  if (old !== DATA + count) {
    // Another length: the records behind close the gap, and this one goes to the end.
    for (let i = to + old; i < used[0]; i++) arena[i - old] = arena[i];
    to = used[0] - old;
    used[0] = to + DATA + count;
    arena[to + RECORD] = record;
    arena[to + COUNT] = count;
  }
  for (let i = 0; i < count; i++) arena[to + DATA + i] = words[at + i];
  return true;
}
