// SPDX-License-Identifier: Apache-2.0
// Storage records as the boards' files hold them (docs/storage.md): what provisioning writes, and what is read from a mote.

/** The two files of a mote, each with all records. To provision one, the first is enough: the mote makes the second. */
export const LOG_FILES = ['kemp.a', 'kemp.b'] as const;

/** The seed of a board's random numbers, which no role has: the board puts another in its place at each start. */
export const SEED_RECORD = 0;
export const SEED_WORDS = 4;

/** What check values begin with: "KEMP". */
const CHECK_START = 0x4b454d50;
/** The file's first record: "KE" and one word, which is 0; its version in place of a sequence number. */
const HEADER = 0x4b450001;
const VERSION = 1;
/** Number and count, sequence number; check value. */
const AROUND = 3;
const UNIT_WORDS = 4;
const MOST_WORDS = 64;

export interface Log {
  /** The latest of each record. */
  readonly records: Map<number, Int32Array>;
  /** Number of the record written last. */
  readonly sequence: number;
  /** Octets from the beginning that are as they were written. */
  readonly good: number;
  readonly whole: boolean;
}

/** @returns the check value that goes on with these words: a xorshift after each (docs/storage.md, "Check value"). */
export function checkValue(words: Iterable<number>, start = CHECK_START): number {
  let check = start;
  for (const word of words) {
    check ^= word;
    check ^= check << 13;
    check ^= check >>> 17;
    check ^= check << 5;
  }
  return check;
}

/**
 * @param records by their number, 1 to 64 words each
 * @param sequence of the last one; if there was a log before, more than its sequence number
 * @returns a file with these records; an octet is a character of code 0 to 255
 */
export function logOf(records: ReadonlyMap<number, Int32Array>, sequence = records.size): string {
  const first = sequence - records.size + 1;
  const frames = [...records].map(([record, words], i) => {
    if (words.length < 1 || words.length > MOST_WORDS)
      throw new RangeError(`record ${record}: expected 1 to ${MOST_WORDS} words, got ${words.length}`);
    return frameOf((record << 16) | words.length, first + i, words);
  });
  const all = [frameOf(HEADER, VERSION, [0]), ...frames].flat();
  const octets = Buffer.alloc(4 * all.length);
  all.forEach((word, i) => octets.writeInt32BE(word, 4 * i));
  return octets.toString('latin1');
}

/** @returns the words of a record as they lie in a file. */
function frameOf(head: number, sequence: number, words: Iterable<number>): number[] {
  const frame = [head, sequence, ...words];
  while (frame.length % UNIT_WORDS !== UNIT_WORDS - 1) frame.push(0);
  return [...frame, checkValue(frame)];
}

/** @returns what a file holds, up to where it is damaged. */
export function readLog(content: string): Log {
  const octets = Buffer.from(content, 'latin1');
  const words = Int32Array.from({ length: octets.length >> 2 }, (_, i) => octets.readInt32BE(4 * i));
  const records = new Map<number, Int32Array>();
  let sequence = 0;
  let at = 0;
  while (at < words.length) {
    const count = words[at]! & 0xffff;
    const end = at + UNIT_WORDS * Math.ceil((count + AROUND) / UNIT_WORDS);
    if (count < 1 || count > MOST_WORDS || end > words.length) break;
    if (words[end - 1] !== checkValue(words.subarray(at, end - 1))) break;
    if (at === 0 && (words[0] !== HEADER || words[1] !== VERSION)) break;
    // A record comes again with a number above all before it.
    if (records.has(words[at]! >>> 16) && words[at + 1]! <= sequence) break;
    if (at > 0) {
      records.set(words[at]! >>> 16, words.slice(at + 2, at + 2 + count));
      sequence = Math.max(sequence, words[at + 1]!);
    }
    at = end;
  }
  return { records, sequence, good: 4 * at, whole: at > 0 && 4 * at === octets.length };
}

/**
 * @param files content of the two files, undefined where there is none
 * @returns what a mote would take; undefined if none is whole
 */
export function readLogs(files: readonly (string | undefined)[]): Log | undefined {
  const whole = files
    .flatMap((content) => (content === undefined ? [] : [readLog(content)]))
    .filter((log) => log.whole);
  return whole.reduce<Log | undefined>((best, log) => (best && best.sequence >= log.sequence ? best : log), undefined);
}
