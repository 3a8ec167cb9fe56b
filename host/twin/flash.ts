// SPDX-License-Identifier: Apache-2.0
// Storage records as the boards' files hold them (board-defs/nodemcu/records.ts): one file a record, words big-endian.

/** @returns the name of a record's file. */
export function fileNameOf(record: number): string {
  return `kemp.${record}`;
}

/** @returns the record that a file holds, or undefined. */
export function recordNumberOf(name: string): number | undefined {
  const found = /^kemp\.(\d+)$/.exec(name);
  return found === null ? undefined : Number(found[1]);
}

/** @returns a file's content; its octets are characters of code 0 to 255. */
export function fileOf(words: Int32Array): string {
  const octets = Buffer.alloc(4 * words.length);
  words.forEach((word, i) => octets.writeInt32BE(word, 4 * i));
  return octets.toString('latin1');
}

/** @returns the words in a file. */
export function wordsOf(content: string): Int32Array {
  const octets = Buffer.from(content, 'latin1');
  return Int32Array.from({ length: octets.length >> 2 }, (_, i) => octets.readInt32BE(4 * i));
}
