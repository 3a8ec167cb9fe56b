// SPDX-License-Identifier: Apache-2.0
// The MPX payload IE (IEEE 802.15.9, payload IE group 3), and in it the KMP header of a KEMP message: KMP id 255, vendor
// specific, with an OUI. A KEMP body follows it. One MPX IE fills the payload; no payload termination is sent, since the
// IE ends with the payload (IEEE 802.15.4 7.4.1).
//
//   full frame      control 1: 0x09 (type 1, multiplex id 1) | KMP id, OUI | body
//   first fragment  control 1: type 2 | number 0 | total size 2 | multiplex id 2 | KMP id, OUI | slice
//   next fragments  control 1: type 2, the last one 4 | number 1 | slice
//
// The total size counts the KMP header. Little-endian, but for the OUI.

import { makeWords, type Bytes, type Words } from '../../crypto-core/tables.ts';
import { getShortLe, putShortLe } from './little-endian.ts';
import {
  ACCEPTED,
  REFUSED_FRAGMENT_EMPTY,
  REFUSED_FRAGMENT_LAST_ZERO,
  REFUSED_IE,
  REFUSED_KMP,
  REFUSED_MPX_TRUNCATED,
  REFUSED_MPX_TYPE,
  REFUSED_MULTIPLEX,
  REFUSED_NO_MPX,
  REFUSED_OUI,
} from './refusals.ts';

// What findMpx tells of an MPX IE.
/** Transfer type: TRANSFER_... */
export const MPX_TRANSFER = 0;
/** Transaction id, 0 to 31; of no meaning in a TRANSFER_SMALL. */
export const MPX_TRANSACTION = 1;
/** Number of this fragment, from 0; 0 in a full frame. */
export const MPX_FRAGMENT = 2;
/** Octets of the whole body: in a full frame and in a first fragment; in TRANSFER_ABORT what the peer said, or 0. */
export const MPX_TOTAL = 3;
/** Where in the frame this part of the body begins, and its octets. */
export const MPX_CONTENT_AT = 4;
export const MPX_CONTENT_LENGTH = 5;
export const MPX_WORDS = 6;

export const TRANSFER_FULL = 0;
export const TRANSFER_SMALL = 1;
export const TRANSFER_FRAGMENT = 2;
export const TRANSFER_LAST = 4;
export const TRANSFER_ABORT = 6;

const GROUP_MPX = 3;
const GROUP_TERMINATION = 15;
/** Multiplex id of KMP. */
const MULTIPLEX_KMP = 1;
const KMP_VENDOR = 255;
/** KMP id and OUI. */
const KMP_LENGTH = 4;

/** Octets that a full frame, a first fragment and a next one spend beside their part of the body, descriptor included. */
export const MPX_FULL_OVERHEAD = 7;
export const MPX_FIRST_OVERHEAD = 12;
export const MPX_NEXT_OVERHEAD = 4;

/** [0]: the OUI of our KMP id. Until useOui, AC-DE-48, which IEEE set aside for documentation. */
const oui = makeWords(1);
oui[0] = 0xacde48;

/** @param value OUI of KMP id 255, 24 bits as printed (0xACDE48 is AC-DE-48). */
export function useOui(value: number): void {
  oui[0] = value;
}

/**
 * Finds the first MPX IE among the payload IEs; others are skipped. Payload IEs end with a payload termination, or with the
 * payload.
 * @param at where the payload IEs begin (HEADER_LENGTH, where PAYLOAD_IES is set)
 * @param end where they end at most (PAYLOAD_END)
 * @param mpx MPX_WORDS words; set if the IE is accepted
 * @returns 0 (ACCEPTED), or the refusal
 */
export function findMpx(frame: Bytes, at: number, end: number, mpx: Words): number {
  let from = at;
  while (from < end) {
    if (from + 2 > end) return REFUSED_IE;
    const descriptor = getShortLe(frame, from);
    const group = (descriptor >>> 11) & 15;
    const content = from + 2;
    from = content + (descriptor & 0x7ff);
    if (descriptor < 0x8000 || from > end) return REFUSED_IE;
    if (group === GROUP_MPX) return parseMpx(frame, content, from, mpx);
    if (group === GROUP_TERMINATION) return from === content ? REFUSED_NO_MPX : REFUSED_IE;
  }
  return REFUSED_NO_MPX;
}

function parseMpx(frame: Bytes, at: number, end: number, mpx: Words): number {
  if (at >= end) return REFUSED_MPX_TRUNCATED;
  const transfer = frame[at] & 7;
  mpx[MPX_TRANSFER] = transfer;
  mpx[MPX_TRANSACTION] = frame[at] >>> 3;
  mpx[MPX_FRAGMENT] = 0;
  mpx[MPX_TOTAL] = 0;
  if (transfer === TRANSFER_SMALL) return parseMessage(frame, mpx[MPX_TRANSACTION], at + 1, end, mpx);
  if (transfer === TRANSFER_FULL) {
    if (at + 3 > end) return REFUSED_MPX_TRUNCATED;
    return parseMessage(frame, getShortLe(frame, at + 1), at + 3, end, mpx);
  }
  if (transfer === TRANSFER_ABORT) return parseAbort(frame, at + 1, end, mpx);
  if (transfer !== TRANSFER_FRAGMENT && transfer !== TRANSFER_LAST) return REFUSED_MPX_TYPE;

  if (at + 2 > end) return REFUSED_MPX_TRUNCATED;
  mpx[MPX_FRAGMENT] = frame[at + 1];
  if (mpx[MPX_FRAGMENT] !== 0) return parseSlice(at + 2, end, mpx);
  if (transfer === TRANSFER_LAST) return REFUSED_FRAGMENT_LAST_ZERO;
  if (at + 6 > end) return REFUSED_MPX_TRUNCATED;
  const refusal = parseMessage(frame, getShortLe(frame, at + 4), at + 6, end, mpx);
  if (refusal !== ACCEPTED) return refusal;
  mpx[MPX_TOTAL] = getShortLe(frame, at + 2) - KMP_LENGTH;
  return parseSlice(mpx[MPX_CONTENT_AT], end, mpx);
}

/** The KMP header, and all after it as the content. */
function parseMessage(frame: Bytes, multiplex: number, at: number, end: number, mpx: Words): number {
  if (multiplex !== MULTIPLEX_KMP) return REFUSED_MULTIPLEX;
  if (at >= end) return REFUSED_MPX_TRUNCATED;
  if (frame[at] !== KMP_VENDOR) return REFUSED_KMP;
  if (at + KMP_LENGTH > end) return REFUSED_MPX_TRUNCATED;
  if (((frame[at + 1] << 16) | (frame[at + 2] << 8) | frame[at + 3]) !== oui[0]) return REFUSED_OUI;
  mpx[MPX_CONTENT_AT] = at + KMP_LENGTH;
  mpx[MPX_CONTENT_LENGTH] = end - at - KMP_LENGTH;
  mpx[MPX_TOTAL] = mpx[MPX_CONTENT_LENGTH];
  return ACCEPTED;
}

/** A fragment's slice: an empty one would be no progress, yet cost a place in the sequence. */
function parseSlice(at: number, end: number, mpx: Words): number {
  if (at === end) return REFUSED_FRAGMENT_EMPTY;
  mpx[MPX_CONTENT_AT] = at;
  mpx[MPX_CONTENT_LENGTH] = end - at;
  return ACCEPTED;
}

/** An abort is empty, or says the total size given, or the largest one accepted. */
function parseAbort(frame: Bytes, at: number, end: number, mpx: Words): number {
  if (at !== end && at + 2 !== end) return REFUSED_MPX_TRUNCATED;
  if (at !== end) mpx[MPX_TOTAL] = getShortLe(frame, at);
  mpx[MPX_CONTENT_AT] = end;
  mpx[MPX_CONTENT_LENGTH] = 0;
  return ACCEPTED;
}

/**
 * Writes all of an MPX IE with a whole body but the body.
 * @param at where the payload begins
 * @param bodyLength octets of the body
 * @returns where in the frame the body goes
 */
export function putMpxFull(frame: Bytes, at: number, bodyLength: number): number {
  putDescriptor(frame, at, MPX_FULL_OVERHEAD + bodyLength);
  frame[at + 2] = TRANSFER_SMALL | (MULTIPLEX_KMP << 3);
  return putKmp(frame, at + 3);
}

/**
 * Writes all of an MPX IE with one fragment but its slice of the body (fragment.ts says which). A last fragment numbered 0 is
 * never sent: a body in one piece is putMpxFull's.
 * @param transaction 0 to 31
 * @param fragment number, from 0
 * @param count fragments of the message, 2 or more
 * @param bodyLength octets of the whole body
 * @param sliceLength octets of this slice, 1 or more
 * @returns where in the frame the slice goes
 */
export function putMpxFragment(
  frame: Bytes,
  at: number,
  transaction: number,
  fragment: number,
  count: number,
  bodyLength: number,
  sliceLength: number,
): number {
  frame[at + 2] = (fragment === count - 1 ? TRANSFER_LAST : TRANSFER_FRAGMENT) | (transaction << 3);
  frame[at + 3] = fragment;
  if (fragment !== 0) {
    putDescriptor(frame, at, MPX_NEXT_OVERHEAD + sliceLength);
    return at + 4;
  }
  putDescriptor(frame, at, MPX_FIRST_OVERHEAD + sliceLength);
  putShortLe(frame, at + 4, bodyLength + KMP_LENGTH);
  putShortLe(frame, at + 6, MULTIPLEX_KMP);
  return putKmp(frame, at + 8);
}

/** @param length octets of the IE, its descriptor included. */
function putDescriptor(frame: Bytes, at: number, length: number): void {
  putShortLe(frame, at, 0x8000 | (GROUP_MPX << 11) | (length - 2));
}

/** KMP id and OUI, which alone is sent high octet first. @returns what comes after them. */
function putKmp(frame: Bytes, at: number): number {
  frame[at] = KMP_VENDOR;
  frame[at + 1] = (oui[0] >>> 16) & 255;
  frame[at + 2] = (oui[0] >>> 8) & 255;
  frame[at + 3] = oui[0] & 255;
  return at + KMP_LENGTH;
}
