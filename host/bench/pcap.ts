// SPDX-License-Identifier: Apache-2.0
// Frames as they were on air, acknowledgements and retries included, in the classic capture format (24-octet header, 16 a
// packet) with link type 195, IEEE 802.15.4 with FCS. Time stamps are the simulation clock's, from 1970-01-01 on.

import type { Transmission } from '../medium/air.ts';

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const LINKTYPE_IEEE802_15_4_WITHFCS = 195;
const SNAPLEN = 256;

export function pcapHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(MAGIC_MICROSECONDS, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAPLEN, 16);
  header.writeUInt32LE(LINKTYPE_IEEE802_15_4_WITHFCS, 20);
  return header;
}

/** @returns the record of one transmission, stamped with its start. */
export function pcapRecord({ start, octets }: Pick<Transmission, 'start' | 'octets'>): Buffer {
  const record = Buffer.alloc(16 + octets.length);
  record.writeUInt32LE(Math.floor(start / 1e6), 0);
  record.writeUInt32LE(start % 1e6, 4);
  record.writeUInt32LE(octets.length, 8);
  record.writeUInt32LE(octets.length, 12);
  record.set(octets, 16);
  return record;
}
