// SPDX-License-Identifier: Apache-2.0
// Pairwise keys. The key is the unit, not the neighbour: counters, index, depth and lifetime belong to it, so an old and a
// new key with one node live side by side until the new one is confirmed (protocol.md "Keys"). Slots from LIVE_KEYS up are the
// tentative table: what an APPROVAL asks for waits there and never displaces an authenticated key.

import { keylogWanted, report, seconds } from '#board';
import { LIVE_KEYS, SERVES, TENTATIVE_KEYS } from '#room';
import { wipeWords } from '../../crypto-core/index.ts';
import { div, makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_KEY_GONE, EVENT_LINK_KEY_1, EVENT_LINK_KEY_2 } from '../events.ts';
import { nothing } from '../link/task.ts';
import { copyAddress, handleOf, names, tellingWord } from '../link/address.ts';
import { note, NOTE_KEY_GONE } from '../console/notes.ts';

const SLOTS = LIVE_KEYS + TENTATIVE_KEYS;

/** Peer: EUI-64 (2 words) and short address. */
export const KEY_PEER = 0;
/**
 * What takes a few bits, from the low end: index of a group key (8), index on air (4), depth (4), mode (2), repeats (4), ECHOs (3),
 * SERVED (1); and the state above them (2), so that states compare as whole words.
 */
const KEY_TRAITS = 3;
/** KDF(K, label): K itself serves its authority role by derive and request-MAC; link. 4 words each. */
export const KEY_SECRET = 4;
export const KEY_LINK = 8;
/** The authority that made it, or that made the one it refreshed: EUI-64 and short. */
export const KEY_AUTHORITY = 12;
/** ctr of the run that made it. */
export const KEY_CTR = 15;
/** End of life, in the board's seconds. */
export const KEY_EXPIRES = 16;
/** Frame counters: next to send, lowest accepted. */
export const KEY_TX = 17;
export const KEY_RX = 18;
/** When the next repeat of CONFIRM (at N) or ATTACHED (at R) is due (ms), and the next ECHO. */
export const KEY_DUE = 19;
export const KEY_PROBE_DUE = 20;
/** Seconds of the last frame that opened under it. */
export const KEY_USED = 21;
/** At N: when this key was made, and when the base station made the first of its line: seconds. They set refresh and renewal. */
export const KEY_MADE = 22;
const KEY_BORN = 23;
/**
 * In their places at R: the full end of its life while B has not acknowledged ATTACHED (else 0), and when the peer was last told of
 * the group key in vain (s).
 */
export const KEY_FULL_EXPIRES = KEY_MADE;
export const KEY_TELL_TRIED = KEY_BORN;

// What only a node that serves others has in each record; a mote has KEY_SEAL of the key that a NOTICE offers, behind the others.
/** KDF(K, label): seal. */
export const KEY_SEAL = 24;
/** Sequence numbers of messages sealed under it: next to send, lowest accepted. */
export const KEY_SEQ_OUT = 28;
export const KEY_SEQ_IN = 29;
/** Highest ctr that the peer's REQUESTs used at this authority: a guard against floods. */
export const KEY_PEER_CTR = 30;
const SERVING_WORDS = 7;
const KEY_WORDS = KEY_SEAL + SERVES * SERVING_WORDS;

// States; 0: the slot is free.
/** R sealed a NOTICE with it; N has not used it yet. */
export const TENTATIVE = 1 << 26;
/** N uses it; R's first frame under it has not come yet. */
export const UNCONFIRMED = 2 << 26;
/** Both ends have proved it. */
export const LIVE = 3 << 26;
/** Beside a state: this mote is R, which answers CONFIRM; not N, which sends it. */
export const SERVED = 1 << 25;

// Places of the other traits, and what they hold at most.
const INDEX = 8;
const DEPTH = 12;
const MODE = 16;
const TRIES = 18;
const PROBES = 22;
const NIBBLE = 15;

/** Of triesOf(): no repeat is due. */
export const NO_TRIES = NIBBLE;
/** Of probesOf(): all ECHOs were in vain. The key stays, since a stranger may have made the doubt, and waits for a sign of life. */
export const DOUBTED = 4;

/** The slot of a key that a NOTICE offers: none of the others is given up for it before the NOTICE has opened. */
export const OFFERED = SLOTS * KEY_WORDS;

export const keys = makeWords(OFFERED + KEY_SEAL + SERVING_WORDS);

/** Offsets behind the last live and behind the last tentative slot, and the step between two. */
export const LIVE_END = LIVE_KEYS * KEY_WORDS;
export const KEYS_END = SLOTS * KEY_WORDS;
export const NEXT_KEY = KEY_WORDS;

/** TENTATIVE, UNCONFIRMED, LIVE; or 0: the slot is free. */
export function stateOf(key: number): number {
  return keys[key + KEY_TRAITS] & LIVE;
}

export function isFree(key: number): boolean {
  return keys[key + KEY_TRAITS] < TENTATIVE;
}

export function isLive(key: number): boolean {
  return keys[key + KEY_TRAITS] >= LIVE;
}

export function isServed(key: number): boolean {
  return (keys[key + KEY_TRAITS] & SERVED) !== 0;
}

/** Index on air, 1 to 15. */
export function indexOf(key: number): number {
  return (keys[key + KEY_TRAITS] >> INDEX) & NIBBLE;
}

export function depthOf(key: number): number {
  return (keys[key + KEY_TRAITS] >> DEPTH) & NIBBLE;
}

/** MODE_... (events.ts) of the run that made it. */
export function modeOf(key: number): number {
  return (keys[key + KEY_TRAITS] >> MODE) & 3;
}

/** Repeats of CONFIRM (at N) or ATTACHED (at R) so far, or NO_TRIES. */
export function triesOf(key: number): number {
  return (keys[key + KEY_TRAITS] >> TRIES) & NIBBLE;
}

/** ECHOs sent in vain since the peer was last heard under this key, or DOUBTED. */
export function probesOf(key: number): number {
  return (keys[key + KEY_TRAITS] >> PROBES) & 7;
}

/** Index of a group key: at N of the one that the peer has told, of which no more is kept; at R of the one the peer was told of last. */
export function groupIndexOf(key: number): number {
  return keys[key + KEY_TRAITS] & 255;
}

/** When the base station made the first key of its line, seconds; 0 at R. */
export function bornAt(key: number): number {
  return isServed(key) ? 0 : keys[key + KEY_BORN];
}

export function setBorn(key: number, moment: number): void {
  keys[key + KEY_BORN] = moment;
}

/** Nothing has been sealed under this key yet. */
export function startSequences(key: number): void {
  if (SERVES === 0) return;
  keys[key + KEY_SEQ_OUT] = 1;
  keys[key + KEY_SEQ_IN] = 1;
}

/** Begins the life of a key. @param state one, or one with SERVED. */
export function setTraits(key: number, state: number, mode: number, depth: number, index: number, group: number): void {
  keys[key + KEY_TRAITS] = state | (mode << MODE) | (depth << DEPTH) | (index << INDEX) | group;
}

function setTrait(key: number, mask: number, value: number): void {
  keys[key + KEY_TRAITS] = (keys[key + KEY_TRAITS] & ~mask) | value;
}

export function setState(key: number, state: number): void {
  setTrait(key, LIVE, state);
}

export function setTries(key: number, tries: number): void {
  setTrait(key, NIBBLE << TRIES, tries << TRIES);
}

export function setProbes(key: number, probes: number): void {
  setTrait(key, 7 << PROBES, probes << PROBES);
}

export function setGroupIndex(key: number, index: number): void {
  setTrait(key, 255, index);
}

/** No such key. */
export const NO_KEY = -1;

/** A key that has not ended. */
export function keyAlive(key: number): boolean {
  return keys[key + KEY_TRAITS] >= TENTATIVE && keys[key + KEY_EXPIRES] > seconds();
}

/** @param peer address (address.ts) at `at`. @param index key index on air. @returns offset of the key or NO_KEY. */
export function findKey(peer: Words, at: number, index: number): number {
  const word = tellingWord(peer, at);
  const value = peer[at + word];
  for (let key = 0; key < KEYS_END; key += KEY_WORDS) {
    const fits = keys[key + word] === value && indexOf(key) === index;
    if (fits && names(peer, at, keys, key) && keyAlive(key)) return key;
  }
  return NO_KEY;
}

/** Whether the peer has been asked for a sign of life (echo.ts) and may still give one; and whether it has. */
export function isAsked(key: number): boolean {
  return isLive(key) && probesOf(key) > 0 && probesOf(key) < DOUBTED;
}

export function answers(key: number): boolean {
  return isLive(key) && probesOf(key) === 0;
}

/** The key to use towards a peer: the newest one it proved, or, if asked for, one that waits for its proof. */
export function keyWith(peer: Words, at: number, state: number): number {
  let best = NO_KEY;
  const word = tellingWord(peer, at);
  const value = peer[at + word];
  for (let key = 0; key < LIVE_END; key += KEY_WORDS) {
    const fits = keys[key + word] === value && keys[key + KEY_TRAITS] >= state;
    if (fits && names(peer, at, keys, key) && keyAlive(key)) {
      if (best === NO_KEY || keys[key + KEY_CTR] > keys[best + KEY_CTR]) best = key;
    }
  }
  return best;
}

/** Whether a key waits here that this mote has offered to the peer: no run begins with it meanwhile. */
export function hasTentative(peer: Words, at: number): boolean {
  for (let key = LIVE_END; key < KEYS_END; key += KEY_WORDS) {
    if (stateOf(key) === TENTATIVE && names(peer, at, keys, key) && keyAlive(key)) return true;
  }
  return false;
}

/** As keyWith(), but for keys that are in doubt: nothing is built on them. */
export function trustedWith(peer: Words, at: number, state: number): number {
  const best = keyWith(peer, at, state);
  return best !== NO_KEY && probesOf(best) === DOUBTED ? NO_KEY : best;
}

/** A slot of [from, to) that no key is in, or one that has ended; NO_KEY if there is none. */
function freeSlot(from: number, to: number): number {
  const now = seconds();
  for (let key = from; key < to; key += KEY_WORDS) {
    if (isFree(key) || keys[key + KEY_EXPIRES] <= now) return key;
  }
  return NO_KEY;
}

/** The live key to use towards the neighbour of a handle (address.ts), or NO_KEY. */
export function keyOfHandle(handle: number): number {
  for (let key = 0; key < LIVE_END; key += KEY_WORDS) {
    if (isLive(key) && handleOf(keys, key) === handle) return keyWith(keys, key, LIVE);
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
  if (keys[key + KEY_TRAITS] >= UNCONFIRMED) {
    report(EVENT_KEY_GONE, keys[key + 1], indexOf(key), 0, 0, 0);
    note(NOTE_KEY_GONE, keys, key, indexOf(key));
  }
  wipeWords(keys, key, KEY_WORDS);
}

/** Deletes every other key of the live table with the peer of `key`: the older one, once the new one is proved. */
export function dropOlder(key: number): void {
  const low = keys[key + 1];
  for (let other = 0; other < LIVE_END; other += KEY_WORDS) {
    const fits = keys[other + 1] === low && !isFree(other);
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
    if (!isFree(key) && !keyAlive(key)) {
      if (isLive(key) && isServed(key)) onDeparture();
      dropKey(key);
    }
  }
}

/** The lowest key index not in use with this peer, named in full: four bits in NOTICE, of which one live and five tentative keys use less. */
export function freeIndex(peer: Words, at: number): number {
  let used = 0;
  for (let key = 0; key < KEYS_END; key += KEY_WORDS) {
    if (keys[key + 1] === peer[at + 1] && names(peer, at, keys, key) && keyAlive(key)) {
      const taken = indexOf(key);
      used |= 1 << taken;
    }
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
  let oldest = oldestKey(peer, at, LIVE + SERVED);
  if (oldest === NO_KEY) oldest = oldestKey(peer, at, LIVE);
  if (oldest === NO_KEY) return NO_KEY;
  dropKey(oldest);
  return oldest;
}

/** The live key used least recently, of those that this mote serves (LIVE + SERVED) or asked for itself (LIVE); the peer's own is spared. */
function oldestKey(peer: Words, at: number, kind: number): number {
  let oldest = NO_KEY;
  for (let key = 0; key < LIVE_END; key += KEY_WORDS) {
    const counts = (keys[key + KEY_TRAITS] & (LIVE + SERVED)) === kind && !names(peer, at, keys, key);
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
    report(EVENT_LINK_KEY_1, keys[key + 1], indexOf(key), keys[link], keys[link + 1], 0);
    report(EVENT_LINK_KEY_2, keys[key + 1], indexOf(key), keys[link + 2], keys[link + 3], 0);
  }
}
