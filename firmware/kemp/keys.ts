// SPDX-License-Identifier: Apache-2.0
// Pairwise keys. The key is the unit, not the neighbour: counters, index, depth and lifetime belong to it, so an old and a
// new key with one node live side by side until the new one is confirmed (protocol.md "Keys"). Slots from LIVE_KEYS up are the
// tentative table: what an APPROVAL asks for waits there and never displaces an authenticated key.

import { keylogWanted, report, seconds } from '#board';
import { LIVE_KEYS, TENTATIVE_KEYS } from '#room';
import { wipeWords } from '../../crypto-core/index.ts';
import { div, makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_KEY_GONE, EVENT_LINK_KEY_1, EVENT_LINK_KEY_2 } from '../events.ts';
import { nothing } from '../link/task.ts';
import { copyAddress, handleOf, names, tellingWord } from '../link/address.ts';
import { note, NOTE_KEY_GONE } from '../console/notes.ts';

const SLOTS = LIVE_KEYS + TENTATIVE_KEYS;

/** Peer: EUI-64 (2 words) and short address. */
export const KEY_PEER = 0;
export const KEY_STATE = 3;
/** KDF(K, label): link, seal; K itself serves its authority role by derive and request-MAC. 4 words each. */
export const KEY_SECRET = 4;
export const KEY_LINK = 8;
export const KEY_SEAL = 12;
export const KEY_INDEX = 16;
export const KEY_DEPTH = 17;
export const KEY_MODE = 18;
/** The authority that made it, or that made the one it refreshed: EUI-64 and short. */
export const KEY_AUTHORITY = 19;
/** ctr of the run that made it. */
export const KEY_CTR = 22;
/** End of life, in the board's seconds; and, while B has not acknowledged ATTACHED, its full end (else 0). */
export const KEY_EXPIRES = 23;
export const KEY_FULL_EXPIRES = 24;
/** Frame counters: next to send, lowest accepted. */
export const KEY_TX = 25;
export const KEY_RX = 26;
/** Sequence numbers of messages sealed under KEY_SEAL: next to send, lowest accepted. */
export const KEY_SEQ_OUT = 27;
export const KEY_SEQ_IN = 28;
/** Repeats of CONFIRM (at N) or ATTACHED (at R) so far, and when the next is due (ms); -1 repeats: none is due. */
export const KEY_TRIES = 29;
export const KEY_DUE = 30;
/** Highest ctr that the peer's REQUESTs used at this authority: a guard against floods. */
export const KEY_PEER_CTR = 31;
/** Index of the group key that the peer has told: of that key no more is kept, since no frame goes under one. */
export const KEY_GROUP_INDEX = 32;
/** Seconds of the last frame that opened under it. */
export const KEY_USED = 33;
/** 1 at R, which answers CONFIRM; 0 at N, which sends it. */
export const KEY_SERVED = 34;
/** When this key was made, and when the base station made the first of its line: seconds. They set refresh and renewal. */
export const KEY_MADE = 35;
export const KEY_BORN = 36;
/** ECHOs sent in vain since the peer was last heard under this key, and when the next is due (ms); DOUBTED: it did not answer. */
export const KEY_PROBES = 37;
export const KEY_PROBE_DUE = 38;
/** At R: index of the group key that the peer was told of last, and when that was last tried in vain (s). */
export const KEY_TOLD = 39;
export const KEY_TELL_TRIED = 40;
const KEY_WORDS = 41;

export const FREE = 0;
/** R sealed a NOTICE with it; N has not used it yet. */
export const TENTATIVE = 1;
/** N uses it; R's first frame under it has not come yet. */
export const UNCONFIRMED = 2;
/** Both ends have proved it. */
export const LIVE = 3;

/** Of KEY_PROBES: all ECHOs were in vain. The key stays, since a stranger may have made the doubt, and waits for a sign of life. */
export const DOUBTED = 4;

export const keys = makeWords((SLOTS + 1) * KEY_WORDS);

/** The slot of a key that a NOTICE offers: none of the others is given up for it before the NOTICE has opened. */
export const OFFERED = SLOTS * KEY_WORDS;

/** Offsets behind the last live and behind the last tentative slot, and the step between two. */
export const LIVE_END = LIVE_KEYS * KEY_WORDS;
export const KEYS_END = SLOTS * KEY_WORDS;
export const NEXT_KEY = KEY_WORDS;

/** No such key. */
export const NO_KEY = -1;

/** A key that has not ended. */
export function keyAlive(key: number): boolean {
  return keys[key + KEY_STATE] !== FREE && keys[key + KEY_EXPIRES] > seconds();
}

/** @param peer address (address.ts) at `at`. @param index key index on air. @returns offset of the key or NO_KEY. */
export function findKey(peer: Words, at: number, index: number): number {
  const word = tellingWord(peer, at);
  const value = peer[at + word];
  for (let key = 0; key < KEYS_END; key += KEY_WORDS) {
    const fits = keys[key + word] === value && keys[key + KEY_INDEX] === index;
    if (fits && names(peer, at, keys, key) && keyAlive(key)) return key;
  }
  return NO_KEY;
}

/** Whether the peer has been asked for a sign of life (echo.ts) and may still give one; and whether it has. */
export function isAsked(key: number): boolean {
  return keys[key + KEY_STATE] === LIVE && keys[key + KEY_PROBES] > 0 && keys[key + KEY_PROBES] < DOUBTED;
}

export function answers(key: number): boolean {
  return keys[key + KEY_STATE] === LIVE && keys[key + KEY_PROBES] === 0;
}

/** The key to use towards a peer: the newest one it proved, or, if asked for, one that waits for its proof. */
export function keyWith(peer: Words, at: number, state: number): number {
  let best = NO_KEY;
  const word = tellingWord(peer, at);
  const value = peer[at + word];
  for (let key = 0; key < LIVE_END; key += KEY_WORDS) {
    const fits = keys[key + word] === value && keys[key + KEY_STATE] >= state;
    if (fits && names(peer, at, keys, key) && keyAlive(key)) {
      if (best === NO_KEY || keys[key + KEY_CTR] > keys[best + KEY_CTR]) best = key;
    }
  }
  return best;
}

/** Whether a key waits here that this mote has offered to the peer: no run begins with it meanwhile. */
export function hasTentative(peer: Words, at: number): boolean {
  for (let key = LIVE_END; key < KEYS_END; key += KEY_WORDS) {
    if (keys[key + KEY_STATE] === TENTATIVE && names(peer, at, keys, key) && keyAlive(key)) return true;
  }
  return false;
}

/** As keyWith(), but for keys that are in doubt: nothing is built on them. */
export function trustedWith(peer: Words, at: number, state: number): number {
  const best = keyWith(peer, at, state);
  return best !== NO_KEY && keys[best + KEY_PROBES] === DOUBTED ? NO_KEY : best;
}

/** A slot of [from, to) that no key is in, or one that has ended; NO_KEY if there is none. */
function freeSlot(from: number, to: number): number {
  const now = seconds();
  for (let key = from; key < to; key += KEY_WORDS) {
    if (keys[key + KEY_STATE] === FREE || keys[key + KEY_EXPIRES] <= now) return key;
  }
  return NO_KEY;
}

/** The live key to use towards the neighbour of a handle (address.ts), or NO_KEY. */
export function keyOfHandle(handle: number): number {
  for (let key = 0; key < LIVE_END; key += KEY_WORDS) {
    if (keys[key + KEY_STATE] === LIVE && handleOf(keys, key) === handle) return keyWith(keys, key, LIVE);
  }
  return NO_KEY;
}

/** A free slot of [from, to), wiped, for the peer; NO_KEY if there is none. */
export function newKey(from: number, to: number, peer: Words, at: number): number {
  const key = freeSlot(from, to);
  if (key !== NO_KEY) {
    wipeWords(keys, key, KEY_WORDS);
    copyAddress(peer, at, keys, key);
  }
  return key;
}

let onDeparture = nothing;

/** @param next called when the life of a key with a served neighbour ends. */
export function watchDepartures(next: () => void): void {
  onDeparture = next;
}

/** Deletes a key. */
export function dropKey(key: number): void {
  if (keys[key + KEY_STATE] >= UNCONFIRMED) {
    report(EVENT_KEY_GONE, keys[key + 1], keys[key + KEY_INDEX], 0, 0, 0);
    note(NOTE_KEY_GONE, keys, key, keys[key + KEY_INDEX]);
  }
  wipeWords(keys, key, KEY_WORDS);
}

/** Deletes every other key of the live table with the peer of `key`: the older one, once the new one is proved. */
export function dropOlder(key: number): void {
  const low = keys[key + 1];
  for (let other = 0; other < LIVE_END; other += KEY_WORDS) {
    const fits = keys[other + 1] === low && keys[other + KEY_STATE] !== FREE;
    if (fits && other !== key && names(keys, key, keys, other)) dropKey(other);
  }
}

/** N counts the life of its key from a REQUEST, R from the APPROVAL that followed: what is inherited is never more than N has. */
const MARGIN_SECONDS = 10;

/** Life that can be handed on with a key, in whole minutes. */
export function lifeLeft(key: number): number {
  const left = keys[key + KEY_EXPIRES] - seconds() - MARGIN_SECONDS;
  return left > 0 ? div(left, 60) : 0;
}

/** Deletes every key whose life is over. */
export function sweepKeys(): void {
  for (let key = 0; key < KEYS_END; key += KEY_WORDS) {
    if (keys[key + KEY_STATE] !== FREE && !keyAlive(key)) {
      if (keys[key + KEY_STATE] === LIVE && keys[key + KEY_SERVED] === 1) onDeparture();
      dropKey(key);
    }
  }
}

/** The lowest key index not in use with this peer, named in full: four bits in NOTICE, of which one live and five tentative keys use less. */
export function freeIndex(peer: Words, at: number): number {
  let used = 0;
  for (let key = 0; key < KEYS_END; key += KEY_WORDS) {
    if (keys[key + 1] === peer[at + 1] && names(peer, at, keys, key) && keyAlive(key))
      used |= 1 << keys[key + KEY_INDEX];
  }
  let index = 1;
  while ((used & (1 << index)) !== 0) index++;
  return index;
}

/** Whether a live slot is free. */
export function hasRoom(): boolean {
  return freeSlot(0, LIVE_END) !== NO_KEY;
}

/**
 * A live slot for a new key with `peer`: a free one, else that of the key used least recently, since a neighbour that moved
 * on is the first to go. The peer's own key is spared while both are in use. @returns offset, for moveKey(), or NO_KEY.
 */
export function roomFor(peer: Words, at: number): number {
  const free = freeSlot(0, LIVE_END);
  if (free !== NO_KEY) return free;
  let oldest = oldestKey(peer, at, 1);
  if (oldest === NO_KEY) oldest = oldestKey(peer, at, 0);
  if (oldest === NO_KEY) return NO_KEY;
  dropKey(oldest);
  return oldest;
}

/** The live key used least recently, of those that this mote serves (1) or asked for itself (0); the peer's own is spared. */
function oldestKey(peer: Words, at: number, served: number): number {
  let oldest = NO_KEY;
  for (let key = 0; key < LIVE_END; key += KEY_WORDS) {
    const counts = keys[key + KEY_STATE] === LIVE && keys[key + KEY_SERVED] === served && !names(peer, at, keys, key);
    if (counts && (oldest === NO_KEY || keys[key + KEY_USED] < keys[oldest + KEY_USED])) oldest = key;
  }
  return oldest;
}

/** Moves a key from one slot to another. */
export function moveKey(from: number, to: number): void {
  for (let i = 0; i < KEY_WORDS; i++) {
    keys[to + i] = keys[from + i];
    keys[from + i] = 0;
  }
}

/** Tells the key log of a link key, where its user asked for it by name. */
export function logKey(key: number): void {
  if (keylogWanted()) {
    const link = key + KEY_LINK;
    report(EVENT_LINK_KEY_1, keys[key + 1], keys[key + KEY_INDEX], keys[link], keys[link + 1], 0);
    report(EVENT_LINK_KEY_2, keys[key + 1], keys[key + KEY_INDEX], keys[link + 2], keys[link + 3], 0);
  }
}
