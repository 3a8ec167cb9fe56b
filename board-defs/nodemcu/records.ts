// SPDX-License-Identifier: Apache-2.0
// Records in SPIFFS, one file each: words big-endian. A file is written in place, so a cut of the power in the middle of
// storageWrite loses the record.

import { exists, openToRead, openToWrite } from '#storage';
import { makeBytes, type Words } from '../../crypto-core/tables.ts';
import { getWord, putWord } from '../../crypto-core/words.ts';
import type { Text } from './modules.ts';

declare const string: Text;

const word = makeBytes(4);

/** Reads a record to words[at..]. @returns whether it exists with `count` words. */
export function storageRead(record: number, words: Words, at: number, count: number): boolean {
  if (!exists(string.format('kemp.%d', record))) return false;
  const handle = openToRead(string.format('kemp.%d', record));
  const text = handle.read(handle, 4 * count + 1);
  handle.close(handle);
  if (string.len(text) !== 4 * count) return false;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < 4; j++) word[j] = string.byte(text, 4 * i + j + 1);
    words[at + i] = getWord(word, 0);
  }
  return true;
}

/** Keeps words[at..] as a record. */
export function storageWrite(record: number, words: Words, at: number, count: number): void {
  const handle = openToWrite(string.format('kemp.%d', record));
  for (let i = 0; i < count; i++) {
    putWord(word, 0, words[at + i]);
    handle.write(handle, string.char(word[0], word[1], word[2], word[3]));
  }
  handle.close(handle);
}
