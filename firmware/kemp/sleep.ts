// SPDX-License-Identifier: Apache-2.0
// Deep sleep, which is a reset: what a mote keeps in retained memory so that it goes on where it was (protocol.md "Sleep"). A record
// serves once: it is wiped before anything is sent, so no counter in it is used again. It holds the exact counters, next and lowest
// accepted; whatever is not whole, or was not left by a sleep, is not taken, and the mote joins anew.

import { report, retainedRead, retainedWrite, seconds, sleep, woken } from '#board';
import { wipeWords } from '../../crypto-core/index.ts';
import { div, makeWords } from '../../crypto-core/tables.ts';
import { sleepAsked } from '../app/calls.ts';
import { EVENT_RESTORED } from '../events.ts';
import { beginTask, endTask, goOn, nothing } from '../link/task.ts';
import { setTimer, TIMER_SLEEP } from '../link/timers.ts';
import { NO_SHORT } from '../records.ts';
import { candidates as record } from './candidates.ts';
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

/**
 * What a board gives of RTC memory, but for two words. It is put together where candidates are (160 words): nothing is heard after sleep(), and nobody has
 * been when resume() begins its task, which ends when the record is taken.
 */
const RECORD_WORDS = KEYS + MOST_KEYS * KEY_WORDS;
const state = makeWords(4);
/** Keys in the record, and the key or the word to go on with. */
const COUNT = 0;
const NEXT = 1;
/** The key with the parent, and the check value so far. */
const PARENT = 2;
const CRC = 3;
/** Words of the record that one turn copies, and that one turn checks. */
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

/** Makes the record: the parent's key, those used last beside it, and the session. Nothing is sent until it is in retained memory. */
function keep(): void {
  wipeWords(record, 0, RECORD_WORDS);
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
  record[HEAD] =
    VERSION * 0x10000 +
    state[COUNT] * 0x1000 +
    (state[PARENT] === key.NO_KEY ? 0 : 0x100) +
    (hasSession() ? 0x200 : 0) +
    (parentRank() & 255);
  record[NUMBERS] = (counterLeft() << 24) | (session[SESSION_INDEX] << 16) | lastReading();
  for (let i = 0; i < 4; i++) {
    record[SEAL + i] = session[SESSION_SEAL + i];
    record[DATA + i] = session[SESSION_DATA + i];
  }
  record[SEQ_OUT] = session[SESSION_SEQ_OUT];
  record[SEQ_IN] = session[SESSION_SEQ_IN];
  record[MADE] = session[SESSION_MADE];
  record[DATA_OUT] = session[SESSION_DATA_OUT];
  record[DATA_IN] = session[SESSION_DATA_IN];
  check(onKept);
}

function onKept(): void {
  record[CHECK] = state[CRC];
  state[NEXT] = 0;
  goOn(writeNext);
}

function writeNext(): void {
  const from = state[NEXT];
  for (let i = from; i < RECORD_WORDS && i < from + WORDS_A_TURN; i++) retainedWrite(i, record[i]);
  state[NEXT] = from + WORDS_A_TURN;
  if (state[NEXT] < RECORD_WORDS) {
    goOn(writeNext);
  } else {
    sleep(sleepAsked());
    endTask();
  }
}

function isKept(one: number): boolean {
  return key.keyAlive(one) && (key.keys[one + key.KEY_STATE] === key.LIVE || isRestored(one));
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
  const to = KEYS + state[COUNT] * KEY_WORDS;
  state[COUNT] += 1;
  record[to] = keys[one];
  record[to + 1] = keys[one + 1];
  record[to + NAMES] =
    (keys[one + 2] << 16) |
    (keys[one + key.KEY_INDEX] << 8) |
    (keys[one + key.KEY_DEPTH] << 4) |
    keys[one + key.KEY_MODE];
  for (let i = 0; i < 4; i++) record[to + SECRET + i] = keys[one + key.KEY_SECRET + i];
  record[to + AUTHORITY] = keys[one + key.KEY_AUTHORITY];
  record[to + AUTHORITY + 1] = keys[one + key.KEY_AUTHORITY + 1];
  record[to + CTR] = keys[one + key.KEY_CTR];
  record[to + EXPIRES] = keys[one + key.KEY_EXPIRES];
  record[to + TX] = keys[one + key.KEY_TX];
  record[to + RX] = keys[one + key.KEY_RX];
  record[to + AGES] = (minutesOf(one, key.KEY_BORN) << 16) | minutesOf(one, key.KEY_MADE);
}

/** From a moment of a key to its end, whole minutes. */
function minutesOf(one: number, moment: number): number {
  return div(key.keys[one + key.KEY_EXPIRES] - key.keys[one + moment], 60) & 0xffff;
}

/** CRC-32 (IEEE 802.3) of all words behind the check value, each from its lowest bit on. @param next called when CRC holds it. */
function check(next: () => void): void {
  onChecked = next;
  state[CRC] = -1;
  state[NEXT] = HEAD;
  goOn(checkNext);
}

function checkNext(): void {
  const from = state[NEXT];
  let crc = state[CRC];
  for (let at = from; at < RECORD_WORDS && at < from + CHECKS_A_TURN; at++) {
    crc = crc ^ record[at];
    for (let bit = 0; bit < 32; bit++) {
      const low = crc & 1;
      crc = crc >>> 1;
      if (low === 1) crc = crc ^ 0xedb88320;
    }
  }
  state[CRC] = crc;
  state[NEXT] = from + CHECKS_A_TURN;
  if (state[NEXT] < RECORD_WORDS) {
    goOn(checkNext);
  } else {
    state[CRC] = crc ^ -1;
    goOn(onChecked);
  }
}

/** At a start that ends a sleep: takes what was kept, and challenges the parent. */
export function resume(): void {
  if (!woken()) return;
  beginTask(0, 0);
  state[NEXT] = 0;
  goOn(readNext);
}

function readNext(): void {
  const from = state[NEXT];
  for (let i = from; i < RECORD_WORDS && i < from + WORDS_A_TURN; i++) {
    record[i] = retainedRead(i);
    retainedWrite(i, 0);
  }
  state[NEXT] = from + WORDS_A_TURN;
  if (state[NEXT] < RECORD_WORDS) goOn(readNext);
  else if (record[HEAD] >>> 16 === VERSION) check(onRead);
  else refuseRecord();
}

/** Not what this mote wrote, or not whole: nothing of it is taken. */
function refuseRecord(): void {
  wipeWords(record, 0, RECORD_WORDS);
  endTask();
}

function onRead(): void {
  if (record[CHECK] !== state[CRC]) {
    refuseRecord();
    return;
  }
  takeSession();
  resumeCounter(record[NUMBERS] >>> 24);
  resumeReadings(record[NUMBERS] & 0xffff);
  state[COUNT] = (record[HEAD] >>> 12) & 15;
  state[NEXT] = -1;
  onLink();
}

function takeSession(): void {
  if ((record[HEAD] & 0x200) === 0) return;
  for (let i = 0; i < 4; i++) {
    session[SESSION_SEAL + i] = record[SEAL + i];
    session[SESSION_DATA + i] = record[DATA + i];
  }
  session[SESSION_INDEX] = (record[NUMBERS] >>> 16) & 255;
  session[SESSION_SEQ_OUT] = record[SEQ_OUT];
  session[SESSION_SEQ_IN] = record[SEQ_IN];
  session[SESSION_MADE] = record[MADE];
  session[SESSION_DATA_OUT] = record[DATA_OUT];
  session[SESSION_DATA_IN] = record[DATA_IN];
  resumeSession();
}

/** A link key is there, or none is needed yet: the next one. */
function onLink(): void {
  if (state[NEXT] >= 0) takeKey(state[NEXT] * key.NEXT_KEY, KEYS + state[NEXT] * KEY_WORDS);
  state[NEXT] += 1;
  if (state[NEXT] < state[COUNT]) {
    const slot = state[NEXT] * key.NEXT_KEY + key.KEY_LINK;
    subkey(record, KEYS + state[NEXT] * KEY_WORDS + SECRET, LABEL_LINK, key.keys, slot, onLink);
    return;
  }
  const head = record[HEAD];
  wipeWords(record, 0, RECORD_WORDS);
  // The parent's was kept first. Others are challenged when they are wanted (decide.ts).
  const first = (head & 0x100) !== 0 && key.keyAlive(0);
  setParentRank(head & 255);
  if (first) challenge(0);
  else endTask();
}

/** Fills the slot of a key; no frame opens under it before that. */
function takeKey(slot: number, from: number): void {
  const keys = key.keys;
  const names = record[from + NAMES];
  const ages = record[from + AGES];
  keys[slot] = record[from];
  keys[slot + 1] = record[from + 1];
  keys[slot + 2] = names >>> 16;
  keys[slot + key.KEY_INDEX] = (names >>> 8) & 15;
  keys[slot + key.KEY_DEPTH] = (names >>> 4) & 15;
  keys[slot + key.KEY_MODE] = names & 15;
  for (let i = 0; i < 4; i++) keys[slot + key.KEY_SECRET + i] = record[from + SECRET + i];
  keys[slot + key.KEY_AUTHORITY] = record[from + AUTHORITY];
  keys[slot + key.KEY_AUTHORITY + 1] = record[from + AUTHORITY + 1];
  keys[slot + key.KEY_AUTHORITY + 2] = NO_SHORT;
  keys[slot + key.KEY_CTR] = record[from + CTR];
  keys[slot + key.KEY_EXPIRES] = record[from + EXPIRES];
  keys[slot + key.KEY_TX] = record[from + TX];
  keys[slot + key.KEY_RX] = record[from + RX];
  keys[slot + key.KEY_BORN] = record[from + EXPIRES] - 60 * (ages >>> 16);
  keys[slot + key.KEY_MADE] = record[from + EXPIRES] - 60 * (ages & 0xffff);
  keys[slot + key.KEY_USED] = seconds();
  keys[slot + key.KEY_SEQ_OUT] = 1;
  keys[slot + key.KEY_SEQ_IN] = 1;
  keys[slot + key.KEY_TRIES] = DORMANT;
  keys[slot + key.KEY_PROBES] = 1;
  keys[slot + key.KEY_STATE] = key.UNCONFIRMED;
  report(
    EVENT_RESTORED,
    keys[slot + 1],
    keys[slot + key.KEY_MODE],
    keys[slot + key.KEY_DEPTH],
    keys[slot + key.KEY_INDEX],
    keys[slot + key.KEY_CTR],
  );
  key.logKey(slot);
}
