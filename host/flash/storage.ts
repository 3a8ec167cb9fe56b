// SPDX-License-Identifier: Apache-2.0
// How the records of provisioning get into a mote's flash: the one place that joins uploads and the log in which boards keep
// records (docs/storage.md). The log is in two files; the one that is not the latest is replaced, so that the mote has its
// records whatever happens. It takes the file with the higher sequence number, and makes the other one like it.

import { randomBytes } from 'node:crypto';
import * as records from '../../firmware/records.ts';
import type { Flash } from '../provision/records.ts';
import { LOG_FILES, logOf, readLog, readLogs, SEED_RECORD, SEED_WORDS } from '../storage/log.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** There are records, and none of their files is whole. */
export class DamagedRecords extends Error {}

/** @returns whether a file holds records. */
export function holdsRecords(name: string): boolean {
  return (LOG_FILES as readonly string[]).includes(name);
}

function contents(existing: Files): (string | undefined)[] {
  return LOG_FILES.map((name) => {
    const octets = existing.get(name);
    return octets && Buffer.from(octets).toString('latin1');
  });
}

function euiIn(flash: ReadonlyMap<number, Int32Array>): string | undefined {
  const identity = flash.get(records.RECORD_IDENTITY);
  if (identity?.length !== records.IDENTITY_WORDS) return undefined;
  const hex = [0, 1].map((i) => (identity[records.IDENTITY_EUI + i]! >>> 0).toString(16).padStart(8, '0')).join('');
  return hex.toUpperCase().match(/../g)!.join(':');
}

/** @returns the EUI-64 with colons of who the mote is; undefined while it is nobody. */
export function euiOf(existing: Files): string | undefined {
  const log = readLogs(contents(existing));
  return log && euiIn(log.records);
}

function equal(one: Int32Array | undefined, other: Int32Array, from = 0, end = other.length): boolean {
  return one?.length === other.length && other.slice(from, end).every((word, i) => word === one[from + i]);
}

/**
 * What a base station knows of a node it keeps, as long as it is the same node with the same key: counters, sessions,
 * revocations. A counter that began anew would take a REQUEST twice.
 */
function merged(before: Int32Array | undefined, after: Int32Array): Int32Array {
  if (!equal(before, after, records.NODE_VERSION, records.NODE_COUNTER)) return after;
  const words = before!.slice();
  words[records.NODE_ZONES] = after[records.NODE_ZONES]!;
  return words;
}

/** Records that stay although nobody provisions them; what a role does not know makes its log unreadable. */
function kept(before: Flash, wanted: Flash): Flash {
  if (euiIn(before) !== euiIn(wanted)) return new Map();
  const isBase = wanted.has(records.RECORD_REGISTRY);
  return new Map([...before].filter(([record]) => isBase || record < records.RECORD_REGISTRY));
}

/** Random octets of this machine: what a board's hardware alone is not trusted with (docs/storage.md, "Random numbers"). */
function newSeed(): Int32Array {
  const octets = randomBytes(4 * SEED_WORDS);
  return Int32Array.from({ length: SEED_WORDS }, (_, i) => octets.readInt32BE(4 * i));
}

/**
 * With each change the mote gets a new seed for its random numbers, too; and a mote that has none gets one.
 * @param existing files that hold records, by name, as they are on the mote.
 * @param wanted the records of provisioning. @param anew the records that are there may be damaged: they are given up.
 * @returns the file that has to be replaced; none where all is as it should be. @throws DamagedRecords
 */
export function planStorage(existing: Files, wanted: Flash, anew = false): Map<string, Buffer> {
  const files = contents(existing);
  const log = readLogs(files);
  if (log === undefined && existing.size > 0 && !anew) throw new DamagedRecords();
  const before: Flash = new Map(log?.records);
  const after = kept(before, wanted);
  for (const [record, words] of wanted)
    after.set(record, record >= records.RECORD_NODE ? merged(before.get(record), words) : words);
  const same = after.size === before.size && [...after].every(([record, words]) => equal(before.get(record), words));
  if (same && before.get(SEED_RECORD)?.length === SEED_WORDS) return new Map();
  after.set(SEED_RECORD, newSeed());
  const sequence = (log?.sequence ?? 0) + after.size;
  const [first, second] = files.map((content) => (content === undefined ? undefined : readLog(content)));
  // Of two that are alike the first.
  const secondIsLatest = second?.whole === true && (first?.whole !== true || second.sequence >= first.sequence);
  const name = secondIsLatest || log === undefined ? LOG_FILES[0] : LOG_FILES[1];
  return new Map([[name, Buffer.from(logOf(after, sequence), 'latin1')]]);
}
