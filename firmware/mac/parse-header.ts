// SPDX-License-Identifier: Apache-2.0
// Reading an MHR: frame control, addressing, auxiliary security header, header IEs, in this order. Nothing is read before
// its length is checked, and reserved values are refused by name (refusals.ts). Reserved *bits* are ignored (7.2.2).

import type { Bytes, Words } from '../../crypto-core/tables.ts';
import { FCS_LENGTH } from './fcs.ts';
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
  DST_PAN,
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
  micLength,
  MODE_EXTENDED,
  MODE_NONE,
  MODE_SHORT,
  PAN_COMPRESSION,
  PAYLOAD_END,
  PAYLOAD_IES,
  SEQUENCE,
  SRC_MODE,
  SRC_PAN,
} from './header.ts';
import { getShortLe, getWordLe } from './little-endian.ts';
import {
  ACCEPTED,
  REFUSED_ADDRESS_MODE,
  REFUSED_AUX_TRUNCATED,
  REFUSED_COUNTER_ENDED,
  REFUSED_COUNTER_RANGE,
  REFUSED_COUNTER_SUPPRESSED,
  REFUSED_FRAME_TYPE,
  REFUSED_FRAME_VERSION,
  REFUSED_IE,
  REFUSED_IE_TERMINATION,
  REFUSED_KEY_INDEX,
  REFUSED_LEVEL,
  REFUSED_MIC_TRUNCATED,
  REFUSED_PAN_COMPRESSION,
  REFUSED_SECURITY_2003,
  REFUSED_TOO_SHORT,
} from './refusals.ts';

/**
 * Reads a frame's MHR, and finds its payload and MIC. The FCS is not checked here (fcs.ts).
 * @param length octets of the frame, FCS included, 127 at most
 * @param header HEADER_WORDS words; every field is set if the frame is accepted, and means nothing if not
 * @returns 0 (ACCEPTED), or the refusal
 */
export function parseHeader(frame: Bytes, length: number, header: Words): number {
  const end = length - FCS_LENGTH;
  if (end < 2) return REFUSED_TOO_SHORT;
  let refusal = parseControl(frame, header);
  if (refusal !== ACCEPTED) return refusal;
  refusal = parseAddressing(frame, end, header);
  if (refusal !== ACCEPTED) return refusal;
  refusal = parseSecurity(frame, end, header);
  if (refusal !== ACCEPTED) return refusal;
  header[PAYLOAD_END] = end - micLength(header[LEVEL]);
  if (header[PAYLOAD_END] < header[HEADER_LENGTH]) return REFUSED_MIC_TRUNCATED;
  header[PAYLOAD_IES] = 0;
  return header[IE_PRESENT] === 0 ? ACCEPTED : skipHeaderIes(frame, header);
}

/** Frame control field (7.2.2). LEVEL holds the security enabled bit until parseSecurity. */
function parseControl(frame: Bytes, header: Words): number {
  const low = frame[0];
  const high = frame[1];
  header[FRAME_TYPE] = low & 7;
  header[LEVEL] = (low >>> 3) & 1;
  header[FRAME_PENDING] = (low >>> 4) & 1;
  header[ACK_REQUEST] = (low >>> 5) & 1;
  header[PAN_COMPRESSION] = (low >>> 6) & 1;
  header[DST_MODE] = (high >>> 2) & 3;
  header[FRAME_VERSION] = (high >>> 4) & 3;
  header[SRC_MODE] = high >>> 6;
  if (header[FRAME_TYPE] > 3) return REFUSED_FRAME_TYPE;
  if (header[FRAME_VERSION] === 3) return REFUSED_FRAME_VERSION;
  if (header[DST_MODE] === 1 || header[SRC_MODE] === 1) return REFUSED_ADDRESS_MODE;
  header[SEQUENCE] = 0;
  header[IE_PRESENT] = 0;
  if (header[FRAME_VERSION] === 2) {
    if ((high & 1) !== 0) header[SEQUENCE] = ABSENT;
    header[IE_PRESENT] = (high >>> 1) & 1;
  } else if (header[PAN_COMPRESSION] === 1 && (header[DST_MODE] === MODE_NONE || header[SRC_MODE] === MODE_NONE)) {
    return REFUSED_PAN_COMPRESSION;
  }
  return ACCEPTED;
}

/** Sequence number and addressing fields (7.2.3 to 7.2.7); their length follows from the frame control field. */
function parseAddressing(frame: Bytes, end: number, header: Words): number {
  const dstPan = hasDstPan(header);
  const srcPan = hasSrcPan(header);
  let length = 2 + addressLength(header[DST_MODE]) + addressLength(header[SRC_MODE]);
  if (header[SEQUENCE] !== ABSENT) length += 1;
  if (dstPan) length += 2;
  if (srcPan) length += 2;
  if (length > end) return REFUSED_TOO_SHORT;

  let at = 2;
  if (header[SEQUENCE] !== ABSENT) {
    header[SEQUENCE] = frame[at];
    at += 1;
  }
  at = parseAddress(frame, at, dstPan, header, DST_MODE);
  at = parseAddress(frame, at, srcPan, header, SRC_MODE);
  if (!srcPan && header[DST_MODE] !== MODE_NONE && header[SRC_MODE] !== MODE_NONE) header[SRC_PAN] = header[DST_PAN];
  header[HEADER_LENGTH] = at;
  return ACCEPTED;
}

/** @param address DST_MODE or SRC_MODE. @returns where the next field begins. */
function parseAddress(frame: Bytes, from: number, hasPan: boolean, header: Words, address: number): number {
  let at = from;
  header[address + ADDRESS_PAN] = ABSENT;
  header[address + ADDRESS_SHORT] = ABSENT;
  header[address + ADDRESS_HIGH] = 0;
  header[address + ADDRESS_LOW] = 0;
  if (hasPan) {
    header[address + ADDRESS_PAN] = getShortLe(frame, at);
    at += 2;
  }
  if (header[address + ADDRESS_MODE] === MODE_SHORT) {
    header[address + ADDRESS_SHORT] = getShortLe(frame, at);
  } else if (header[address + ADDRESS_MODE] === MODE_EXTENDED) {
    header[address + ADDRESS_LOW] = getWordLe(frame, at);
    header[address + ADDRESS_HIGH] = getWordLe(frame, at + 4);
  }
  return at + addressLength(header[address + ADDRESS_MODE]);
}

/** Auxiliary security header (9.4). */
function parseSecurity(frame: Bytes, end: number, header: Words): number {
  header[KEY_MODE] = 0;
  header[COUNTER] = 0;
  header[KEY_INDEX] = 0;
  header[KEY_SOURCE_HIGH] = 0;
  header[KEY_SOURCE_LOW] = 0;
  if (header[LEVEL] === 0) return ACCEPTED;
  if (header[FRAME_VERSION] === 0) return REFUSED_SECURITY_2003;

  const at = header[HEADER_LENGTH];
  if (at >= end) return REFUSED_AUX_TRUNCATED;
  const control = frame[at];
  const mode = (control >>> 3) & 3;
  header[LEVEL] = control & 7;
  header[KEY_MODE] = mode;
  if (header[LEVEL] === 0) return REFUSED_LEVEL;
  if ((control & 0x60) !== 0) return REFUSED_COUNTER_SUPPRESSED;
  if (at + auxLength(mode) > end) return REFUSED_AUX_TRUNCATED;

  header[COUNTER] = getWordLe(frame, at + 1);
  if (header[COUNTER] === -1) return REFUSED_COUNTER_ENDED;
  if (header[COUNTER] < 0) return REFUSED_COUNTER_RANGE;
  if (mode === 2) {
    header[KEY_SOURCE_LOW] = getWordLe(frame, at + 5);
  } else if (mode === 3) {
    header[KEY_SOURCE_LOW] = getWordLe(frame, at + 5);
    header[KEY_SOURCE_HIGH] = getWordLe(frame, at + 9);
  }
  header[HEADER_LENGTH] = at + auxLength(mode);
  if (mode !== 0) {
    header[KEY_INDEX] = frame[header[HEADER_LENGTH] - 1];
    if (header[KEY_INDEX] === 0) return REFUSED_KEY_INDEX;
  }
  return ACCEPTED;
}

/**
 * Walks the header IEs (7.4.2) from HEADER_LENGTH, which it moves to where the payload begins, and sets PAYLOAD_IES. Header
 * termination 1 (element 0x7E) announces payload IEs, termination 2 (0x7F) a plain payload; a list without either must fill
 * the frame (7.4.1).
 */
function skipHeaderIes(frame: Bytes, header: Words): number {
  const end = header[PAYLOAD_END];
  let at = header[HEADER_LENGTH];
  while (at < end) {
    if (at + 2 > end) return REFUSED_IE;
    const descriptor = getShortLe(frame, at);
    if (descriptor >= 0x8000) return REFUSED_IE_TERMINATION;
    const element = descriptor >>> 7;
    const next = at + 2 + (descriptor & 127);
    if (next > end) return REFUSED_IE;
    at = next;
    if (element === 0x7e || element === 0x7f) {
      if ((descriptor & 127) !== 0) return REFUSED_IE;
      header[HEADER_LENGTH] = at;
      if (element === 0x7e) header[PAYLOAD_IES] = 1;
      return ACCEPTED;
    }
  }
  header[HEADER_LENGTH] = at;
  return ACCEPTED;
}
