// SPDX-License-Identifier: Apache-2.0
// The log of a board without a role: RTC memory is the mailbox. Word 0 says what to do, words 1 and 2 which record and its count.

import { makeWords } from '../../crypto-core/tables.ts';
import { openLogs, storageRead, writeRecord } from '../../board-defs/nodemcu/log.ts';
import { retainedRead, retainedWrite } from '../../board-defs/nodemcu/retained.ts';

// What the modules of a processor set up at their start is used.
export { defer, randomWord } from '#mcu';

const words = makeWords(64);
const FROM = 3;

/** Does what is asked; under the name that a program of the twins exports. @returns 1 if it was done */
export function blocks(): number {
  const record = retainedRead(1);
  const count = retainedRead(2);
  if (retainedRead(0) === 0) {
    openLogs();
    return 1;
  }
  if (retainedRead(0) === 1) {
    if (!storageRead(record, words, 0, count)) return 0;
    for (let i = 0; i < count; i++) retainedWrite(FROM + i, words[i]);
    return 1;
  }
  for (let i = 0; i < count; i++) words[i] = retainedRead(FROM + i);
  return writeRecord(record, words, 0, count) ? 1 : 0;
}
