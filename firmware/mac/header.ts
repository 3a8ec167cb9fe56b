// SPDX-License-Identifier: Apache-2.0
// The MHR (IEEE 802.15.4-2020 7.2) as one table of words, in or out: parse-header.ts fills it, build-header.ts reads it.
// An EUI-64 is two big-endian words, as printed; on air it is little-endian. A field that the frame does not have is
// ABSENT, or 0 where it is an EUI-64 or belongs to security.

import type { Words } from '../../crypto-core/tables.ts';
import { FCS_LENGTH } from './fcs.ts';

export const ABSENT = -1;

/** FRAME_BEACON, FRAME_DATA, FRAME_ACK or FRAME_COMMAND. */
export const FRAME_TYPE = 0;
/** 0: 2003, 1: 2006 and 2011, 2: 2015 and later. */
export const FRAME_VERSION = 1;
export const FRAME_PENDING = 2;
export const ACK_REQUEST = 3;
export const PAN_COMPRESSION = 4;
/** Version 2 alone. */
export const IE_PRESENT = 5;
/** 0 to 255; ABSENT: suppressed (version 2). */
export const SEQUENCE = 6;

// Destination, then source: five words each, so that one piece of code serves both (address + ADDRESS_...).
/** MODE_NONE, MODE_SHORT or MODE_EXTENDED. */
export const DST_MODE = 7;
export const DST_PAN = 8;
export const DST_SHORT = 9;
export const DST_HIGH = 10;
export const DST_LOW = 11;
export const SRC_MODE = 12;
/** Where both addresses are present and only the destination's PAN ID is sent, it is the source's too. */
export const SRC_PAN = 13;
export const SRC_SHORT = 14;
export const SRC_HIGH = 15;
export const SRC_LOW = 16;

/** Security level, 1 to 7; 0: security is not enabled. */
export const LEVEL = 17;
/** Key identifier mode, 0 to 3. */
export const KEY_MODE = 18;
/** Frame counter, 0 to 2^31 - 1. */
export const COUNTER = 19;
/** 1 to 255; 0 in key identifier mode 0. */
export const KEY_INDEX = 20;
/** Key source, little-endian on air: mode 3 both words, mode 2 the low one. */
export const KEY_SOURCE_HIGH = 21;
export const KEY_SOURCE_LOW = 22;

/** Whether the payload begins with payload IEs: header IEs ended by HT1. */
export const PAYLOAD_IES = 23;
/** Octets of the MHR, header IEs and their termination included: where the payload begins. */
export const HEADER_LENGTH = 24;
/** Where the payload ends and the MIC, if any, begins. Set by parseHeader. */
export const PAYLOAD_END = 25;
export const HEADER_WORDS = 26;

export const FRAME_BEACON = 0;
export const FRAME_DATA = 1;
export const FRAME_ACK = 2;
export const FRAME_COMMAND = 3;

export const MODE_NONE = 0;
export const MODE_SHORT = 2;
export const MODE_EXTENDED = 3;

export const ADDRESS_MODE = 0;
export const ADDRESS_PAN = 1;
export const ADDRESS_SHORT = 2;
export const ADDRESS_HIGH = 3;
export const ADDRESS_LOW = 4;

/** Short destination and PAN ID of a broadcast. */
export const BROADCAST = 0xffff;

/** @param mode an addressing mode. @returns octets of the address: 0, 2 or 8. */
export function addressLength(mode: number): number {
  return mode === MODE_EXTENDED ? 8 : mode;
}

/** Whether the destination PAN ID is sent (7.2.2.6; version 2: table 7-2). */
export function hasDstPan(header: Words): boolean {
  const full = header[PAN_COMPRESSION] === 0;
  if (header[DST_MODE] === MODE_NONE) return header[FRAME_VERSION] === 2 && header[SRC_MODE] === MODE_NONE && !full;
  if (header[FRAME_VERSION] !== 2) return true;
  if (header[SRC_MODE] === MODE_NONE) return full;
  return full || header[DST_MODE] !== MODE_EXTENDED || header[SRC_MODE] !== MODE_EXTENDED;
}

/** Whether the source PAN ID is sent. Two EUI-64s in version 2 have one PAN ID at most, the destination's. */
export function hasSrcPan(header: Words): boolean {
  if (header[SRC_MODE] === MODE_NONE || header[PAN_COMPRESSION] !== 0) return false;
  return header[FRAME_VERSION] !== 2 || header[DST_MODE] !== MODE_EXTENDED || header[SRC_MODE] !== MODE_EXTENDED;
}

/** @param mode key identifier mode. @returns octets of the auxiliary security header with its frame counter: 5 to 14. */
export function auxLength(mode: number): number {
  if (mode === 0) return 5;
  if (mode === 1) return 6;
  return mode === 2 ? 10 : 14;
}

/** @param level security level, 0 to 7. @returns octets of the MIC: 0, 4, 8 or 16 (table 9-6; 4 is encryption alone). */
export function micLength(level: number): number {
  const size = level & 3;
  if (size === 0) return 0;
  if (size === 1) return 4;
  return size === 2 ? 8 : 16;
}

/** @returns octets of a frame whose payload ends at `payloadEnd`: with the MIC of the header's level and the FCS. */
export function frameLength(header: Words, payloadEnd: number): number {
  return payloadEnd + micLength(header[LEVEL]) + FCS_LENGTH;
}
