// SPDX-License-Identifier: Apache-2.0
// Routers in earshot, as their ADVERTs tell. An ADVERT is a hint: nothing here is trusted, a false one costs a failed run at
// most, after which its sender is barred for a doubling time.

import { seconds } from '#board';
import { CANDIDATES } from '#room';
import { getWord } from '../../crypto-core/index.ts';
import { makeWords, type Bytes, type Words } from '../../crypto-core/tables.ts';
import { copyAddress, getHandle, names, tellingWord } from '../link/address.ts';
import { goOn, nothing } from '../link/task.ts';
import { inMillis, remaining } from '../link/timers.ts';
import { keyWith, LIVE, NO_KEY } from './keys.ts';
import {
  ADVERT_EUI,
  ADVERT_INCARNATION,
  ADVERT_LOAD,
  ADVERT_MAX_ROUTERS,
  ADVERT_RANK,
  ADVERT_ROUTERS,
  MAX_HOPS,
} from './layout.ts';

export const CANDIDATE_ADDRESS = 0;
/**
 * Whether one is here at all (bit 0), its room (1 to 4), failed runs in a row (5 to 8), how many routers it shares keys with (9 to 12),
 * and its smoothed link quality in quarters, 0 to 1020, above.
 */
const CANDIDATE_TRAITS = 3;
const ROOM = 1;
const FAILURES = 5;
const ROUTERS = 9;
const QUALITY = 13;
/** Its rank (8 bits), and above it its incarnation, or NO_INCARNATION. */
const CANDIDATE_PLACE = 4;
/** When it counts as silent (timers.ts). */
const CANDIDATE_SILENT_AT = 5;
/** The second until which it is barred for failed runs. */
const CANDIDATE_BARRED = 6;
/** Handles (address.ts) of routers it shares keys with, two a word. */
const CANDIDATE_ROUTER = 7;
const CANDIDATE_WORDS = CANDIDATE_ROUTER + (ADVERT_MAX_ROUTERS >>> 1);

/** Not told yet. */
const NO_INCARNATION = -1;

/** Three ADVERT periods of 4 s at their longest, and a little. */
const SILENT_MS = 16000;
/** First bar after a failed run. */
const BAR_SECONDS = 4;

export const candidates = makeWords(CANDIDATES * CANDIDATE_WORDS);
export const CANDIDATES_END = CANDIDATES * CANDIDATE_WORDS;
export const NEXT_CANDIDATE = CANDIDATE_WORDS;
export const NO_CANDIDATE = -1;

/** Candidates that one turn looks for keys with. */
const CANDIDATES_A_TURN = 4;
/** A search for a place: what it has found, the candidate to look at next, and what comes after it. */
export let placeFound = NO_CANDIDATE;
let lookAt = 0;
let onPlace = nothing;

/** @returns offset of the candidate that an address names, or NO_CANDIDATE. */
export function findCandidate(table: Words, at: number): number {
  const word = tellingWord(table, at);
  const value = table[at + word];
  for (let one = 0; one < CANDIDATES_END; one += CANDIDATE_WORDS) {
    const fits = candidates[one + word] === value && candidates[one + CANDIDATE_TRAITS] > 0;
    if (fits && names(table, at, candidates, one)) return one;
  }
  return NO_CANDIDATE;
}

/** Room, failures or routers: four bits. */
function trait(one: number, at: number): number {
  return (candidates[one + CANDIDATE_TRAITS] >> at) & 15;
}

/** Smoothed link quality, 0 to 255. */
export function qualityOf(one: number): number {
  return candidates[one + CANDIDATE_TRAITS] >>> (QUALITY + 2);
}

/** Whether there is a candidate at this place. */
export function known(one: number): boolean {
  return candidates[one + CANDIDATE_TRAITS] > 0;
}

/** Hops to the base station, as it says. */
export function rankOf(one: number): number {
  return candidates[one + CANDIDATE_PLACE] & 255;
}

/** What it says of its incarnation, or NO_INCARNATION. */
function incarnationOf(one: number): number {
  return candidates[one + CANDIDATE_PLACE] >> 8;
}

function setPlace(one: number, incarnation: number, rank: number): void {
  candidates[one + CANDIDATE_PLACE] = (incarnation << 8) | rank;
}

/** Takes note of an incarnation. @returns false if it is none that was told before. */
export function isSameIncarnation(one: number, incarnation: number): boolean {
  const same = incarnationOf(one) === incarnation;
  setPlace(one, incarnation, rankOf(one));
  return same;
}

/** Milliseconds until it counts as silent; not above 0: it does. */
export function millisLeft(one: number): number {
  return remaining(candidates[one + CANDIDATE_SILENT_AT]);
}

/** Heard lately. */
export function heard(one: number): boolean {
  return candidates[one + CANDIDATE_TRAITS] > 0 && remaining(candidates[one + CANDIDATE_SILENT_AT]) > 0;
}

/** So far from the base station, it says, that no route leads through it. */
export function isTooFar(one: number): boolean {
  return rankOf(one) >= MAX_HOPS;
}

/** Heard lately, not too far, not barred, with room. */
export function eligible(one: number): boolean {
  if (!heard(one) || isTooFar(one)) return false;
  return candidates[one + CANDIDATE_BARRED] <= seconds() && trait(one, ROOM) > 0;
}

/** True if it told that it shares a key with the router of this handle. */
export function advertised(one: number, handle: number): boolean {
  const count = trait(one, ROUTERS);
  for (let i = 0; i < count; i++) {
    const two = candidates[one + CANDIDATE_ROUTER + (i >>> 1)];
    const own = i % 2 === 0 ? two & 0xffff : two >>> 16;
    if (own === handle) return true;
  }
  return false;
}

/** A run with this candidate failed: it is barred, twice as long each time. */
export function barCandidate(one: number): void {
  const failures = trait(one, FAILURES);
  candidates[one + CANDIDATE_BARRED] = seconds() + (BAR_SECONDS << failures);
  if (failures < 8) candidates[one + CANDIDATE_TRAITS] += 1 << FAILURES;
}

/** A run with this candidate succeeded. */
export function clearBar(one: number): void {
  candidates[one + CANDIDATE_TRAITS] -= trait(one, FAILURES) << FAILURES;
}

/** A place that is free, or that of a silent one, or NO_CANDIDATE. */
function freePlace(): number {
  for (let one = 0; one < CANDIDATES_END; one += CANDIDATE_WORDS) {
    if (!heard(one)) return one;
  }
  return NO_CANDIDATE;
}

/** True if `one` is the first to be compared, or heard less well than `other`. */
function isWeaker(one: number, other: number): boolean {
  if (other === NO_CANDIDATE) return true;
  return candidates[one + CANDIDATE_TRAITS] >>> QUALITY < candidates[other + CANDIDATE_TRAITS] >>> QUALITY;
}

/**
 * Looks for a place for a newcomer: a free one, else that of a silent one, else that of the weakest. A router that this node shares
 * a key with never makes room for one that nobody has vouched for. @param next called in another turn with the place in
 * `placeFound`, or NO_CANDIDATE there.
 */
export function findPlace(next: () => void): void {
  onPlace = next;
  lookAt = 0;
  placeFound = freePlace();
  goOn(placeFound === NO_CANDIDATE ? lookForWeakest : next);
}

function lookForWeakest(): void {
  for (let turn = 0; turn < CANDIDATES_A_TURN && lookAt < CANDIDATES_END; turn++) {
    if (isWeaker(lookAt, placeFound) && keyWith(candidates, lookAt, LIVE) === NO_KEY) placeFound = lookAt;
    lookAt += CANDIDATE_WORDS;
  }
  goOn(lookAt < CANDIDATES_END ? lookForWeakest : onPlace);
}

/** @returns offset of the candidate that an ADVERT in body[at..] comes from, or NO_CANDIDATE. */
export function findAdvertiser(body: Bytes, at: number): number {
  const high = getWord(body, at + ADVERT_EUI);
  const low = getWord(body, at + ADVERT_EUI + 4);
  for (let one = 0; one < CANDIDATES_END; one += CANDIDATE_WORDS) {
    const fits = candidates[one + 1] === low && candidates[one] === high;
    if (fits && candidates[one + CANDIDATE_TRAITS] > 0) return one;
  }
  return NO_CANDIDATE;
}

/** Gives a place to the sender of the ADVERT in body[at..], of which nothing else is known. */
export function newCandidate(one: number, body: Bytes, at: number): void {
  for (let i = 0; i < CANDIDATE_WORDS; i++) candidates[one + i] = 0;
  candidates[one] = getWord(body, at + ADVERT_EUI);
  candidates[one + 1] = getWord(body, at + ADVERT_EUI + 4);
  candidates[one + CANDIDATE_TRAITS] = 1;
  setPlace(one, NO_INCARNATION, 0);
  markSilent(one);
}

/**
 * Takes an ADVERT of a candidate. @param length octets of it. @param sender its source address as the MHR gives it. @param lqi link
 * quality, 0 to 255.
 */
export function takeAdvert(
  one: number,
  body: Bytes,
  at: number,
  length: number,
  sender: Words,
  senderAt: number,
  lqi: number,
): void {
  const old = candidates[one + CANDIDATE_TRAITS] >>> QUALITY;
  const quality = heard(one) ? old + lqi - (old >>> 2) : lqi * 4;
  candidates[one + 2] = sender[senderAt + 2];
  const known = incarnationOf(one);
  setPlace(one, known === NO_INCARNATION ? body[at + ADVERT_INCARNATION] : known, body[at + ADVERT_RANK]);
  candidates[one + CANDIDATE_SILENT_AT] = inMillis(SILENT_MS);
  let count = (length - ADVERT_ROUTERS) >>> 1;
  if (count > ADVERT_MAX_ROUTERS) count = ADVERT_MAX_ROUTERS;
  const room = body[at + ADVERT_LOAD] & 15;
  candidates[one + CANDIDATE_TRAITS] =
    1 + (room << ROOM) + (trait(one, FAILURES) << FAILURES) + (count << ROUTERS) + (quality << QUALITY);
  for (let i = 0; i < count; i++) {
    const handle = getHandle(body, at + ADVERT_ROUTERS + 2 * i);
    const two = one + CANDIDATE_ROUTER + (i >>> 1);
    candidates[two] = i % 2 === 0 ? handle : candidates[two] | (handle << 16);
  }
}

/** The radio is tuned to another channel: nobody who was heard is there. */
export function markAllSilent(): void {
  for (let one = 0; one < CANDIDATES_END; one += CANDIDATE_WORDS) markSilent(one);
}

/** The candidate is silent: its frames do not arrive any more. */
export function markSilent(one: number): void {
  candidates[one + CANDIDATE_SILENT_AT] = inMillis(0);
}

/**
 * A router known from before a sleep has answered: it counts as heard, with the quality of its answer. It shares a key with this
 * node, so the weakest makes room for it where no place is free.
 */
export function recallCandidate(table: Words, at: number, rank: number, lqi: number): void {
  let one = freePlace();
  if (one === NO_CANDIDATE) {
    for (let other = 0; other < CANDIDATES_END; other += CANDIDATE_WORDS) {
      if (isWeaker(other, one)) one = other;
    }
  }
  for (let i = 0; i < CANDIDATE_WORDS; i++) candidates[one + i] = 0;
  copyAddress(table, at, candidates, one);
  candidates[one + CANDIDATE_TRAITS] = 1 + (1 << ROOM) + (lqi << (QUALITY + 2));
  setPlace(one, NO_INCARNATION, rank);
  candidates[one + CANDIDATE_SILENT_AT] = inMillis(SILENT_MS);
}
