// SPDX-License-Identifier: Apache-2.0
// From what a network and its nodes are to the records that their motes hold (firmware/records.ts).

import * as records from '../../firmware/records.ts';
import type { NetworkTerms, Role } from './fields.ts';

/** Storage records by their number, as flash holds them. */
export type Flash = Map<number, Int32Array>;

/** OUI of the examples of IEEE 802, AC-DE-48. */
export const DOCUMENTATION_OUI = 0xacde48;

/** A node as its records name it. */
export interface Named {
  readonly eui64: string;
  readonly short?: string | undefined;
}

export interface Enrolled extends Named {
  readonly role: Role;
  readonly zones: readonly number[];
  /** In place of the network's. */
  readonly channel?: number | undefined;
}

/** @param octets in hex, a multiple of four. @returns big-endian int32 words. */
export function hexWords(hex: string): number[] {
  return hex.match(/.{8}/g)!.map((word) => parseInt(word, 16) | 0);
}

/** @returns the EUI-64 as two big-endian words. */
export function euiWords({ eui64 }: Pick<Named, 'eui64'>): [high: number, low: number] {
  return hexWords(eui64.replaceAll(':', '')) as [number, number];
}

/** @returns the short address, NO_SHORT without one. */
export function shortOf({ short }: Pick<Named, 'short'>): number {
  return short === undefined ? records.NO_SHORT : parseInt(short, 16);
}

/** @param key K_N in four words; undefined for the base station, which has none. */
export function identityRecord(
  terms: NetworkTerms,
  node: Enrolled,
  base: Named,
  key: readonly number[] | undefined,
): Int32Array {
  const words = new Int32Array(records.IDENTITY_WORDS);
  words[records.IDENTITY_VERSION] = records.RECORDS_VERSION;
  words.set(euiWords(node), records.IDENTITY_EUI);
  words[records.IDENTITY_SHORT] = shortOf(node);
  if (key !== undefined) words.set(key, records.IDENTITY_KEY);
  words[records.IDENTITY_PAN] = parseInt(terms.pan, 16);
  words[records.IDENTITY_CHANNEL] = node.channel ?? terms.channel;
  for (const channel of terms.scanChannels) words[records.IDENTITY_SCAN] |= 1 << channel;
  words.set(euiWords(base), records.IDENTITY_BASE_EUI);
  words[records.IDENTITY_BASE_SHORT] = shortOf(base);
  words[records.IDENTITY_AES_MS] = Math.ceil(terms.aesMs);
  words[records.IDENTITY_DEPTH_LIMIT] = terms.depthLimit;
  words[records.IDENTITY_LIFE] = terms.lifeMinutes;
  words[records.IDENTITY_HYSTERESIS] = terms.hysteresis;
  words[records.IDENTITY_LEAVE_BELOW] = terms.leaveBelow;
  words[records.IDENTITY_DATA_PERIOD] = node.role === 'mote' ? terms.dataPeriodMs : 0;
  words[records.IDENTITY_OUI] = DOCUMENTATION_OUI;
  words[records.IDENTITY_REFRESH] = terms.refreshMinutes;
  words[records.IDENTITY_SESSION] = terms.sessionMinutes;
  words[records.IDENTITY_PROVISIONAL] = terms.provisionalMinutes;
  words[records.IDENTITY_OPTIONS] =
    (terms.sealData ? records.OPTION_SEAL_DATA : 0) + (terms.tellReturns ? records.OPTION_TELL_RETURNS : 0);
  return words;
}

/** @param count nodes in the registry. */
export function registryRecord(count: number): Int32Array {
  return Int32Array.of(records.RECORDS_VERSION, count);
}

/** @returns the record of a node that has never joined. @param key K_N in four words. */
export function nodeRecord(node: Enrolled, key: readonly number[]): Int32Array {
  const words = new Int32Array(records.NODE_WORDS);
  words[records.NODE_VERSION] = records.RECORDS_VERSION;
  words.set(euiWords(node), records.NODE_EUI);
  words[records.NODE_SHORT] = shortOf(node);
  words.set(key, records.NODE_KEY);
  words[records.NODE_COUNTER] = -1;
  for (const zone of node.zones) words[records.NODE_ZONES] |= 1 << zone;
  return words;
}
