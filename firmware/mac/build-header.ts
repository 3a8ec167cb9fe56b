// SPDX-License-Identifier: Apache-2.0
// Writing an MHR from the table of header.ts. Header IEs other than a termination are never sent.

import type { Bytes, Words } from '../../crypto-core/tables.ts';
import {
  ABSENT,
  ACK_REQUEST,
  ADDRESS_HIGH,
  ADDRESS_LOW,
  ADDRESS_MODE,
  ADDRESS_PAN,
  ADDRESS_SHORT,
  addressLength,
  auxLength,
  COUNTER,
  DST_MODE,
  FRAME_PENDING,
  FRAME_TYPE,
  FRAME_VERSION,
  hasDstPan,
  hasSrcPan,
  HEADER_LENGTH,
  IE_PRESENT,
  KEY_INDEX,
  KEY_MODE,
  KEY_SOURCE_HIGH,
  KEY_SOURCE_LOW,
  LEVEL,
  MODE_EXTENDED,
  MODE_SHORT,
  PAN_COMPRESSION,
  PAYLOAD_IES,
  SEQUENCE,
  SRC_MODE,
} from './header.ts';
import { putShortLe, putWordLe } from './little-endian.ts';

/**
 * Writes the MHR to frame[0..] and its length to HEADER_LENGTH. With IE_PRESENT (version 2) it ends in header termination 1 where
 * PAYLOAD_IES is set, else in termination 2.
 * @param header fields as parseHeader would accept them; a PAN ID that PAN_COMPRESSION leaves out is not read
 * @returns octets written: 2 to 37, where the payload begins
 */
export function buildHeader(frame: Bytes, header: Words): number {
  const version2 = header[FRAME_VERSION] === 2;
  const suppressed = version2 && header[SEQUENCE] === ABSENT;
  let low =
    header[FRAME_TYPE] | (header[FRAME_PENDING] << 4) | (header[ACK_REQUEST] << 5) | (header[PAN_COMPRESSION] << 6);
  let high = (header[DST_MODE] << 2) | (header[FRAME_VERSION] << 4) | (header[SRC_MODE] << 6);
  if (header[LEVEL] !== 0) low += 8;
  if (suppressed) high += 1;
  if (version2 && header[IE_PRESENT] !== 0) high += 2;
  frame[0] = low;
  frame[1] = high;
  let at = 2;
  if (!suppressed) {
    frame[at] = header[SEQUENCE] & 255;
    at += 1;
  }
  at = buildAddress(frame, at, hasDstPan(header), header, DST_MODE);
  at = buildAddress(frame, at, hasSrcPan(header), header, SRC_MODE);
  if (header[LEVEL] !== 0) at = buildSecurity(frame, at, header);
  if (version2 && header[IE_PRESENT] !== 0) {
    putShortLe(frame, at, header[PAYLOAD_IES] !== 0 ? 0x3f00 : 0x3f80);
    at += 2;
  }
  header[HEADER_LENGTH] = at;
  return at;
}

/** @param address DST_MODE or SRC_MODE. @returns where the next field begins. */
function buildAddress(frame: Bytes, from: number, hasPan: boolean, header: Words, address: number): number {
  let at = from;
  if (hasPan) {
    putShortLe(frame, at, header[address + ADDRESS_PAN]);
    at += 2;
  }
  const mode = header[address + ADDRESS_MODE];
  if (mode === MODE_SHORT) {
    putShortLe(frame, at, header[address + ADDRESS_SHORT]);
  } else if (mode === MODE_EXTENDED) {
    putWordLe(frame, at, header[address + ADDRESS_LOW]);
    putWordLe(frame, at + 4, header[address + ADDRESS_HIGH]);
  }
  return at + addressLength(mode);
}

/** Auxiliary security header (9.4). @returns where the next field begins. */
function buildSecurity(frame: Bytes, at: number, header: Words): number {
  const mode = header[KEY_MODE];
  const next = at + auxLength(mode);
  frame[at] = header[LEVEL] | (mode << 3);
  putWordLe(frame, at + 1, header[COUNTER]);
  if (mode >= 2) putWordLe(frame, at + 5, header[KEY_SOURCE_LOW]);
  if (mode === 3) putWordLe(frame, at + 9, header[KEY_SOURCE_HIGH]);
  if (mode !== 0) frame[next - 1] = header[KEY_INDEX];
  return next;
}
