// SPDX-License-Identifier: Apache-2.0
// The application of images that name no other: a mote tells its uptime in seconds, and takes what comes down without a word.

import { putWord } from '../../crypto-core/index.ts';
import { makeBytes, type Bytes } from '../../crypto-core/tables.ts';
import { seconds, send } from './calls.ts';

const reading = makeBytes(4);

export function onSample(): void {
  putWord(reading, 0, seconds());
  send(reading, 0, 4);
}

export function onDownlink(bytes: Bytes, at: number, length: number): void {
  if (length < 0) reading[0] = bytes[at];
}
