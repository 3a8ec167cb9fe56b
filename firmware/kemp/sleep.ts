// SPDX-License-Identifier: Apache-2.0
// Deep sleep, which is a reset: what a mote keeps in retained memory so that it goes on where it was (protocol.md "Sleep"). A record
// serves once: it is wiped before anything is sent, so no counter in it is used again. It holds the exact counters, next and lowest
// accepted; whatever is not whole, or was not left by a sleep, is not taken, and the mote joins anew.

import { report, retainedRead, retainedWrite, seconds, sleep, woken } from '#board';
import { div, makeWords } from '../../crypto-core/tables.ts';
import { sleepAsked } from '../app/calls.ts';
import { EVENT_RESTORED } from '../events.ts';
import { beginTask, endTask, goOn, nothing } from '../link/task.ts';
import { setTimer, TIMER_SLEEP } from '../link/timers.ts';
import { NO_SHORT } from '../records.ts';
import { challenge, confirming, DORMANT, isRestored } from './confirm.ts';
import { counterLeft, resumeCounter } from './identity.ts';
import * as key from './keys.ts';
import { parentKey, parentRank, setParentRank } from './parent.ts';
import { lastReading, resumeReadings } from './readings.ts';
import { runOpen } from './run.ts';
import {
  hasSession,
  resumeSession,
  session,
  SESSION_DATA,
  SESSION_DATA_IN,
  SESSION_DATA_OUT,
  SESSION_INDEX,
  SESSION_MADE,
  SESSION_SEAL,
  SESSION_SEQ_IN,
  SESSION_SEQ_OUT,
} from './session.ts';
import { LABEL_LINK, subkey } from './terms.ts';

/** How often a sleep looks whether its moment has come, ms. */
const LOOK_MS = 100;

// The record, in words.
const CHECK = 0;
/** Version, number of keys, 1 if the first is that of the parent, 1 if there is a session: a nibble each; rank of the parent. */
const HEAD = 1;
const VERSION = 1;
/** Values of ctr that are left (8 bits), session index (8), number of the last reading (16). */
const NUMBERS = 2;
const SEAL = 3; // 4 words
const DATA = 7; // 4 words
const SEQ_OUT = 11;
const SEQ_IN = 12;
const MADE = 13;
const DATA_OUT = 14;
const DATA_IN = 15;
const KEYS = 16;

const MOST_KEYS = 7;
// A key in it: EUI-64 (2), names, secret (4), EUI-64 of the authority (2), ctr, end of life, frame counters (2), ages.
const NAMES = 2;
const SECRET = 3;
const AUTHORITY = 7;
const CTR = 9;
const EXPIRES = 10;
const TX = 11;
const RX = 12;
const AGES = 13;
const KEY_WORDS = 14;

/** What a board gives of retained memory, but for two words. */
const RECORD_WORDS = KEYS + MOST_KEYS * KEY_WORDS;
const state = makeWords(4);
/** Keys in the record, and the key or the word to go on with. */
const COUNT = 0;
const NEXT = 1;
/** The key with the parent, and the check value so far. */
const PARENT = 2;
const CRC = 3;
/** Words of the record that one turn wipes, and that one turn checks. */
const WORDS_A_TURN = 32;
const CHECKS_A_TURN = 2;

let onChecked = nothing;

/** TIMER_SLEEP: falls asleep, unless a key is being established; ends the task. */
export function sleepTask(): void {
  if (runOpen() || confirming()) {
    setTimer(TIMER_SLEEP, LOOK_MS);
    endTask();
  } else {
    keep();
  }
}

/** Makes the record: the parent's key, those used last beside it, and the session. From now on nothing is sent. */
function keep(): void {
  state[COUNT] = 0;
  state[NEXT] = 0;
  state[PARENT] = parentKey();
  if (state[PARENT] !== key.NO_KEY) keepKey(state[PARENT]);
  goOn(keepNext);
}

function keepNext(): void {
  const one = state[NEXT];
  const parent = state[PARENT];
  const fits = one !== parent && state[COUNT] < MOST_KEYS && isKept(one);
  if (fits && newerThan(one, parent) < MOST_KEYS - 1) keepKey(one);
  state[NEXT] = one + key.NEXT_KEY;
  if (state[NEXT] < key.LIVE_END) goOn(keepNext);
  else goOn(keepSession);
}

function keepSession(): void {
  const parentKept = state[PARENT] === key.NO_KEY ? 0 : 0x100;
  const sessionKept = hasSession() ? 0x200 : 0;
  retainedWrite(HEAD, VERSION * 0x10000 + state[COUNT] * 0x1000 + parentKept + sessionKept + (parentRank() & 255));
  retainedWrite(NUMBERS, (counterLeft() << 24) | (session[SESSION_INDEX] << 16) | lastReading());
  for (let i = 0; i < 4; i++) {
    retainedWrite(SEAL + i, session[SESSION_SEAL + i]);
    retainedWrite(DATA + i, session[SESSION_DATA + i]);
  }
  retainedWrite(SEQ_OUT, session[SESSION_SEQ_OUT]);
  retainedWrite(SEQ_IN, session[SESSION_SEQ_IN]);
  retainedWrite(MADE, session[SESSION_MADE]);
  retainedWrite(DATA_OUT, session[SESSION_DATA_OUT]);
  retainedWrite(DATA_IN, session[SESSION_DATA_IN]);
  check(onKept);
}

function onKept(): void {
  retainedWrite(CHECK, state[CRC]);
  sleep(sleepAsked());
  endTask();
}

function isKept(one: number): boolean {
  return key.keyAlive(one) && (key.isLive(one) || isRestored(one));
}

/** How many keys, the parent's apart, come before `one`: used later, or as late and of a lower place. */
function newerThan(one: number, parent: number): number {
  let newer = 0;
  for (let other = 0; other < key.LIVE_END; other += key.NEXT_KEY) {
    const later = key.keys[other + key.KEY_USED] - key.keys[one + key.KEY_USED];
    if (other !== parent && isKept(other) && (later > 0 || (later === 0 && other < one))) newer++;
  }
  return newer;
}

function keepKey(one: number): void {
  const keys = key.keys;
  const to = placeOf(state[COUNT]);
  const shortAndIndex = (keys[one + 2] << 16) | (key.indexOf(one) << 8);
  state[COUNT] += 1;
  retainedWrite(to, keys[one]);
  retainedWrite(to + 1, keys[one + 1]);
  retainedWrite(to + NAMES, shortAndIndex | (key.depthOf(one) << 4) | key.modeOf(one));
  for (let i = 0; i < 4; i++) retainedWrite(to + SECRET + i, keys[one + key.KEY_SECRET + i]);
  retainedWrite(to + AUTHORITY, keys[one + key.KEY_AUTHORITY]);
  retainedWrite(to + AUTHORITY + 1, keys[one + key.KEY_AUTHORITY + 1]);
  retainedWrite(to + CTR, keys[one + key.KEY_CTR]);
  retainedWrite(to + EXPIRES, keys[one + key.KEY_EXPIRES]);
  retainedWrite(to + TX, keys[one + key.KEY_TX]);
  retainedWrite(to + RX, keys[one + key.KEY_RX]);
  const ages = (minutesFrom(one, key.bornAt(one)) << 16) | minutesFrom(one, keys[one + key.KEY_MADE]);
  retainedWrite(to + AGES, ages);
}

/** Where a key of the record begins, by its number; that behind the last one is the end of the record. */
function placeOf(number: number): number {
  return KEYS + number * KEY_WORDS;
}

/** From a moment of a key to its end, whole minutes. */
function minutesFrom(one: number, moment: number): number {
  return div(key.keys[one + key.KEY_EXPIRES] - moment, 60) & 0xffff;
}

/**
 * CRC-32 (IEEE 802.3) of the words behind the check value up to the end of the last key, each from its lowest bit on.
 * @param next called when CRC holds it.
 */
function check(next: () => void): void {
  onChecked = next;
  state[CRC] = -1;
  state[NEXT] = HEAD;
  goOn(checkNext);
}

function checkNext(): void {
  const from = state[NEXT];
  let crc = state[CRC];
  const end = placeOf(state[COUNT]);
  for (let at = from; at < end && at < from + CHECKS_A_TURN; at++) {
    crc = crc ^ retainedRead(at);
    for (let bit = 0; bit < 32; bit++) {
      const low = crc & 1;
      crc = crc >>> 1;
      if (low === 1) crc = crc ^ 0xedb88320;
    }
  }
  state[CRC] = crc;
  state[NEXT] = from + CHECKS_A_TURN;
  if (state[NEXT] < end) {
    goOn(checkNext);
  } else {
    state[CRC] = crc ^ -1;
    goOn(onChecked);
  }
}

/** At a start that ends a sleep: takes what was kept, and challenges the parent. */
export function resume(): void {
  if (!woken()) return;
  const head = retainedRead(HEAD);
  state[COUNT] = (head >>> 12) & 15;
  beginTask(0, 0);
  if (head >>> 16 === VERSION && state[COUNT] <= MOST_KEYS) check(onRead);
  else finish(key.NO_KEY);
}

/** What is not what this mote wrote, or not whole, is not taken: nothing of it. */
function onRead(): void {
  if (retainedRead(CHECK) !== state[CRC]) {
    finish(key.NO_KEY);
    return;
  }
  const numbers = retainedRead(NUMBERS);
  takeSession(numbers);
  resumeCounter(numbers >>> 24);
  resumeReadings(numbers & 0xffff);
  state[NEXT] = -1;
  onLink();
}

function takeSession(numbers: number): void {
  if ((retainedRead(HEAD) & 0x200) === 0) return;
  for (let i = 0; i < 4; i++) {
    session[SESSION_SEAL + i] = retainedRead(SEAL + i);
    session[SESSION_DATA + i] = retainedRead(DATA + i);
  }
  session[SESSION_INDEX] = (numbers >>> 16) & 255;
  session[SESSION_SEQ_OUT] = retainedRead(SEQ_OUT);
  session[SESSION_SEQ_IN] = retainedRead(SEQ_IN);
  session[SESSION_MADE] = retainedRead(MADE);
  session[SESSION_DATA_OUT] = retainedRead(DATA_OUT);
  session[SESSION_DATA_IN] = retainedRead(DATA_IN);
  resumeSession();
}

/** A link key is there, or none is needed yet: the next one. */
function onLink(): void {
  if (state[NEXT] >= 0) takeKey(state[NEXT] * key.NEXT_KEY, placeOf(state[NEXT]));
  state[NEXT] += 1;
  if (state[NEXT] === state[COUNT]) {
    onTaken();
    return;
  }
  const slot = state[NEXT] * key.NEXT_KEY;
  const secret = placeOf(state[NEXT]) + SECRET;
  for (let i = 0; i < 4; i++) key.keys[slot + key.KEY_SECRET + i] = retainedRead(secret + i);
  subkey(key.keys, slot + key.KEY_SECRET, LABEL_LINK, key.keys, slot + key.KEY_LINK, onLink);
}

/** The parent's key was kept first. Others are challenged when they are wanted (decide.ts). */
function onTaken(): void {
  const head = retainedRead(HEAD);
  setParentRank(head & 255);
  finish((head & 0x100) !== 0 && key.keyAlive(0) ? 0 : key.NO_KEY);
}

/** Wipes the record, which serves once; then the parent is challenged, if its key is there. */
function finish(parent: number): void {
  state[PARENT] = parent;
  state[NEXT] = 0;
  goOn(wipeNext);
}

function wipeNext(): void {
  const from = state[NEXT];
  for (let i = from; i < RECORD_WORDS && i < from + WORDS_A_TURN; i++) retainedWrite(i, 0);
  state[NEXT] = from + WORDS_A_TURN;
  if (state[NEXT] < RECORD_WORDS) goOn(wipeNext);
  else if (state[PARENT] !== key.NO_KEY) challenge(state[PARENT]);
  else endTask();
}

/** Fills the slot of a key that has its secrets; no frame opens under it before that. */
function takeKey(slot: number, from: number): void {
  const keys = key.keys;
  const names = retainedRead(from + NAMES);
  const ages = retainedRead(from + AGES);
  const expires = retainedRead(from + EXPIRES);
  keys[slot] = retainedRead(from);
  keys[slot + 1] = retainedRead(from + 1);
  keys[slot + 2] = names >>> 16;
  key.setTraits(slot, key.UNCONFIRMED, names & 3, (names >>> 4) & 15, (names >>> 8) & 15, 0);
  key.setTries(slot, DORMANT);
  key.setProbes(slot, 1);
  keys[slot + key.KEY_AUTHORITY] = retainedRead(from + AUTHORITY);
  keys[slot + key.KEY_AUTHORITY + 1] = retainedRead(from + AUTHORITY + 1);
  keys[slot + key.KEY_AUTHORITY + 2] = NO_SHORT;
  keys[slot + key.KEY_CTR] = retainedRead(from + CTR);
  keys[slot + key.KEY_EXPIRES] = expires;
  keys[slot + key.KEY_TX] = retainedRead(from + TX);
  keys[slot + key.KEY_RX] = retainedRead(from + RX);
  key.setBorn(slot, expires - 60 * (ages >>> 16));
  keys[slot + key.KEY_MADE] = expires - 60 * (ages & 0xffff);
  keys[slot + key.KEY_USED] = seconds();
  key.startSequences(slot);
  const ctr = keys[slot + key.KEY_CTR];
  report(EVENT_RESTORED, keys[slot + 1], key.modeOf(slot), key.depthOf(slot), key.indexOf(slot), ctr);
  key.logKey(slot);
}
