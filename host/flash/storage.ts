// SPDX-License-Identifier: Apache-2.0
// How the records of provisioning get into a mote's flash: the one place that knows how boards keep them
// (board-defs/nodemcu/records.ts): a file a record, words big-endian.

import * as records from '../../firmware/records.ts';
import { euiText } from '../provision/checked.ts';
import type { Flash } from '../provision/records.ts';
import { fileNameOf, fileOf, recordNumberOf, wordsOf } from '../twin/flash.ts';

/** @returns whether a file holds records. */
export function holdsRecords(name: string): boolean {
  return recordNumberOf(name) !== undefined;
}

function same(one: Int32Array, other: Int32Array, from: number, end: number): boolean {
  return one.length === other.length && one.slice(from, end).every((word, i) => word === other[from + i]);
}

/**
 * What a base station knows of a node it keeps, as long as it is the same node with the same key: counters, sessions,
 * revocations. A counter that began anew would take a REQUEST twice.
 */
function merged(before: Int32Array | undefined, after: Int32Array): Int32Array {
  if (before === undefined || !same(before, after, records.NODE_VERSION, records.NODE_COUNTER)) return after;
  const words = before.slice();
  words[records.NODE_ZONES] = after[records.NODE_ZONES]!;
  return words;
}

/**
 * @param existing files that hold records, by name, as they are on the mote.
 * @param wanted the records of provisioning.
 * @returns the files that have to be made or replaced, in this order; none where all is as it should be.
 */
export function planStorage(existing: ReadonlyMap<string, Uint8Array>, wanted: Flash): Map<string, Buffer> {
  const plan = new Map<string, Buffer>();
  // The number of nodes comes last: until then a base station knows the nodes it knew.
  const order = [...wanted].sort(
    ([one], [other]) => Number(one === records.RECORD_REGISTRY) - Number(other === records.RECORD_REGISTRY),
  );
  for (const [record, words] of order) {
    const name = fileNameOf(record);
    const there = existing.get(name);
    const before = there && wordsOf(Buffer.from(there).toString('latin1'));
    const content = Buffer.from(fileOf(record >= records.RECORD_NODE ? merged(before, words) : words), 'latin1');
    if (there === undefined || !content.equals(there)) plan.set(name, content);
  }
  return plan;
}

/** @returns the EUI-64 with colons of who the mote is; undefined while it is nobody. */
export function euiOf(existing: ReadonlyMap<string, Uint8Array>): string | undefined {
  const identity = existing.get(fileNameOf(records.RECORD_IDENTITY));
  if (identity?.length !== 4 * records.IDENTITY_WORDS) return undefined;
  const octets = Buffer.from(identity).subarray(4 * records.IDENTITY_EUI, 4 * records.IDENTITY_EUI + 8);
  return euiText(octets.toString('hex'));
}
