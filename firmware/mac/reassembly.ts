// SPDX-License-Identifier: Apache-2.0
// Collecting MPX fragments into bodies. A message is known by its source, its transaction id and how it was secured, so
// that a fragment under no key, another key or the group key never joins one under a pairwise key. One hop is in order:
// a fragment ahead of the one due ends the message, one behind it is a repeat and is ignored. Fragment 0 begins anew: its own
// repeat loses nothing by that, and a sender that was reset meanwhile may use a transaction id again.

import { BODY_LENGTH } from '#room';
import { makeWords, type Bytes, type Words } from '../../crypto-core/tables.ts';
import { BROADCAST, DST_SHORT, KEY_INDEX, KEY_MODE, LEVEL, SRC_HIGH, SRC_LOW, SRC_PAN, SRC_SHORT } from './header.ts';
import {
  MPX_CONTENT_AT,
  MPX_CONTENT_LENGTH,
  MPX_FRAGMENT,
  MPX_TOTAL,
  MPX_TRANSACTION,
  MPX_TRANSFER,
  TRANSFER_ABORT,
  TRANSFER_FRAGMENT,
  TRANSFER_LAST,
} from './mpx.ts';
import { packOctets, unpackOctets } from './packed.ts';
import {
  REFUSED_FRAGMENT_LATE,
  REFUSED_FRAGMENT_ORDER,
  REFUSED_FRAGMENT_SIZE,
  REFUSED_MESSAGE_ABORTED,
  REFUSED_MESSAGE_SIZE,
  REFUSED_NO_SLOT,
} from './refusals.ts';

/** Milliseconds that a message may take from its first fragment on. */
export const REASSEMBLY_TIME = 5000;

const SLOTS = 2;
const NONE = -1;

/** The fragment due; 0: the slot is free. */
const DUE = 0;
const STARTED = 1;
const TOTAL = 2;
const FILLED = 3;
const TRANSACTION = 4;
/** How it was secured (security()): 0 if it was not. */
const SECURITY = 5;
/** PAN ID and short address. */
const SOURCE = 6;
const SOURCE_HIGH = 7;
const SOURCE_LOW = 8;
const BODY = 9;
const BODY_WORDS = BODY_LENGTH >>> 2;
const SLOT_WORDS = BODY + BODY_WORDS;
const slots = makeWords(SLOTS * SLOT_WORDS);

/**
 * Takes one MPX IE: a full frame at once, a fragment when its message is complete. Secured frames are given here only once
 * their MIC was verified and their counter is fresh.
 * @param header of the frame (parseHeader)
 * @param mpx of its MPX IE (findMpx)
 * @param now millis()
 * @param body BODY_LENGTH octets
 * @returns octets in `body`, if a message is complete; 0 if there is more to come, or nothing to do; a refusal with its sign
 *   changed, where one of a message under way is the end of that message
 */
export function reassemble(header: Words, frame: Bytes, mpx: Words, now: number, body: Bytes): number {
  const transfer = mpx[MPX_TRANSFER];
  if (transfer === TRANSFER_FRAGMENT || transfer === TRANSFER_LAST) return collect(header, frame, mpx, now, body);
  if (transfer === TRANSFER_ABORT) return abort(header, mpx);
  const length = mpx[MPX_CONTENT_LENGTH];
  for (let i = 0; i < length; i++) body[i] = frame[mpx[MPX_CONTENT_AT] + i];
  return length;
}

/**
 * Ends the messages that took too long.
 * @param now millis()
 * @returns how many they were
 */
export function reassemblyExpire(now: number): number {
  let count = 0;
  for (let i = 0; i < SLOTS; i++) {
    const slot = i * SLOT_WORDS;
    if (slots[slot + DUE] !== 0 && expired(slot, now)) {
      release(slot);
      count += 1;
    }
  }
  return count;
}

function collect(header: Words, frame: Bytes, mpx: Words, now: number, body: Bytes): number {
  const fragment = mpx[MPX_FRAGMENT];
  let slot = NONE;
  if (fragment === 0) {
    if (mpx[MPX_TOTAL] > BODY_LENGTH) return -REFUSED_MESSAGE_SIZE;
    slot = claim(header, now);
    if (slot === NONE) return -REFUSED_NO_SLOT;
    open(slot, header, mpx, now);
  } else {
    slot = find(header, mpx[MPX_TRANSACTION]);
    if (slot === NONE) return -REFUSED_FRAGMENT_ORDER;
    if (expired(slot, now)) return fail(slot, REFUSED_FRAGMENT_LATE);
    if (fragment < slots[slot + DUE]) return 0;
    if (fragment > slots[slot + DUE]) return fail(slot, REFUSED_FRAGMENT_ORDER);
  }

  const filled = slots[slot + FILLED];
  const length = filled + mpx[MPX_CONTENT_LENGTH];
  const total = slots[slot + TOTAL];
  const last = mpx[MPX_TRANSFER] === TRANSFER_LAST;
  if (length > total || last !== (length === total)) return fail(slot, REFUSED_FRAGMENT_SIZE);
  packOctets(slots, slot + BODY, filled, frame, mpx[MPX_CONTENT_AT], mpx[MPX_CONTENT_LENGTH]);
  slots[slot + FILLED] = length;
  slots[slot + DUE] += 1;
  if (!last) return 0;
  unpackOctets(slots, slot + BODY, total, body, 0);
  release(slot);
  return total;
}

/** The slot in which this source's transaction is collected, or NONE. */
function find(header: Words, transaction: number): number {
  for (let i = 0; i < SLOTS; i++) {
    const slot = i * SLOT_WORDS;
    if (slots[slot + DUE] !== 0 && slots[slot + TRANSACTION] === transaction && isFrom(slot, header)) return slot;
  }
  return NONE;
}

function isFrom(slot: number, header: Words): boolean {
  return (
    slots[slot + SECURITY] === security(header) &&
    slots[slot + SOURCE] === ((header[SRC_PAN] << 16) | header[SRC_SHORT]) &&
    slots[slot + SOURCE_HIGH] === header[SRC_HIGH] &&
    slots[slot + SOURCE_LOW] === header[SRC_LOW]
  );
}

/** One number for level, key and kind of key: a broadcast is under the group key, whose index may equal a pairwise one. */
function security(header: Words): number {
  if (header[LEVEL] === 0) return 0;
  const key = header[LEVEL] * 1024 + header[KEY_MODE] * 256 + header[KEY_INDEX];
  return header[DST_SHORT] === BROADCAST ? -key : key;
}

/**
 * A slot for a new message, or NONE: one that is free or expired; that of an earlier message of the same sender, who sends
 * one at a time; for a secured message that of an unsecured one.
 */
function claim(header: Words, now: number): number {
  let best = NONE;
  for (let i = 0; i < SLOTS; i++) {
    const slot = i * SLOT_WORDS;
    if (slots[slot + DUE] !== 0 && isFrom(slot, header)) return slot;
    if (slots[slot + DUE] === 0 || expired(slot, now)) best = slot;
  }
  if (best !== NONE || header[LEVEL] === 0) return best;
  for (let i = 0; i < SLOTS; i++) {
    if (slots[i * SLOT_WORDS + SECURITY] === 0) return i * SLOT_WORDS;
  }
  return NONE;
}

function open(slot: number, header: Words, mpx: Words, now: number): void {
  slots[slot + DUE] = 0;
  slots[slot + STARTED] = now;
  slots[slot + TOTAL] = mpx[MPX_TOTAL];
  slots[slot + FILLED] = 0;
  slots[slot + TRANSACTION] = mpx[MPX_TRANSACTION];
  slots[slot + SECURITY] = security(header);
  slots[slot + SOURCE] = (header[SRC_PAN] << 16) | header[SRC_SHORT];
  slots[slot + SOURCE_HIGH] = header[SRC_HIGH];
  slots[slot + SOURCE_LOW] = header[SRC_LOW];
}

/** millis() wraps at 2^31. */
function expired(slot: number, now: number): boolean {
  return ((now - slots[slot + STARTED]) & 0x7fffffff) > REASSEMBLY_TIME;
}

function abort(header: Words, mpx: Words): number {
  const slot = find(header, mpx[MPX_TRANSACTION]);
  return slot === NONE ? 0 : fail(slot, REFUSED_MESSAGE_ABORTED);
}

function fail(slot: number, refusal: number): number {
  release(slot);
  return -refusal;
}

/** Frees a slot. Its octets go too: they may have come under a link key. */
function release(slot: number): void {
  slots[slot + DUE] = 0;
  for (let i = 0; i < BODY_WORDS; i++) slots[slot + BODY + i] = 0;
}
