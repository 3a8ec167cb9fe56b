// SPDX-License-Identifier: Apache-2.0
// N's side of a run, up to its REQUEST. A node has one open run; the next one closes it (protocol.md "Centralised mode").

import { randomWord, report, seconds } from '#board';
import { mac, putWord, wipeWords } from '../../crypto-core/index.ts';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_RUN, EVENT_RUN_END, MODE_CENTRALISED, MODE_REFRESH, OUTCOME_REJECTED } from '../events.ts';
import { copyAddress, isLower, names, put8, putAddress, widthOf } from '../link/address.ts';
import { endTask, nameRun } from '../link/task.ts';
import { jitter, setTimer, stopTimer, TIMER_RUN } from '../link/timers.ts';
import { message, sendMessage } from '../link/transmit.ts';
import { IDENTITY_EUI, IDENTITY_KEY } from '../records.ts';
import { me, nextCounter, runTimeout } from './identity.ts';
import * as key from './keys.ts';
import { head, REQUEST, TAIL_CTR, TAIL_MAC, TAIL_OCTETS, TAIL_R0 } from './layout.ts';
import { closeSession, hasSession } from './session.ts';
import * as term from './terms.ts';

/** The terms of the open run, and behind them what N alone keeps. */
export const run = makeWords(term.TERMS_WORDS + 13);
const RUN_OPEN = term.TERMS_WORDS;
const RUN_TRIES = term.TERMS_WORDS + 1;
/** Router that the REQUEST is handed to: address. */
export const RUN_ENTRY = term.TERMS_WORDS + 2;
/** Its distance in hops from the authority, which sets T. */
export const RUN_HOPS = term.TERMS_WORDS + 5;
/** Bit i: router i has answered with a good NOTICE. */
const RUN_DONE = term.TERMS_WORDS + 6;
/** derive(K_NA), 4 words. */
export const RUN_DERIVE = term.TERMS_WORDS + 7;
/** 1 if data shall go through the first router once it has proved its key. */
export const RUN_ATTACHES = term.TERMS_WORDS + 11;

/** When its first REQUEST was made, seconds: N counts the life of the key from there. */
export const RUN_STARTED = term.TERMS_WORDS + 12;

/** Times that the identical REQUEST is sent before a new ctr is taken. */
const TRIES = 3;

export function runOpen(): boolean {
  return run[RUN_OPEN] === 1;
}

/** T of the open run, in milliseconds. */
export function runT(): number {
  return runTimeout(run[RUN_HOPS]);
}

/** Forgets all of a former run: mode, authority, routers and entry of the next are then set in `run`. */
export function clearRun(): void {
  wipeWords(run, 0, term.TERMS_WORDS + 13);
  copyAddress(me, IDENTITY_EUI, run, term.T_NODE);
}

/** Adds a router to those wanted. */
export function wantRouter(table: Words, at: number): void {
  copyAddress(table, at, run, term.routerOf(run[term.T_COUNT]));
  run[term.T_COUNT] += 1;
}

/** Begins the run that `run` describes; ends the task. */
export function startRun(): void {
  if (run[term.T_MODE] === MODE_CENTRALISED) {
    copyAddress(me, IDENTITY_KEY, term.secret, 0);
    term.secret[3] = me[IDENTITY_KEY + 3];
    if (!hasSession()) {
      closeSession();
      run[term.T_NEW_SESSION] = 1;
    }
  } else {
    const known = key.keyWith(run, term.T_AUTHORITY, key.LIVE);
    if (known === key.NO_KEY) {
      endTask();
      return;
    }
    for (let i = 0; i < 4; i++) term.secret[i] = key.keys[known + key.KEY_SECRET + i];
  }
  run[RUN_OPEN] = 1;
  run[RUN_STARTED] = seconds();
  run[term.T_CTR] = nextCounter();
  run[term.T_R0] = randomWord();
  run[term.T_R0 + 1] = randomWord();
  nameRun(me[IDENTITY_EUI + 1], run[term.T_CTR]);
  const first = term.routerOf(0) + 1;
  report(EVENT_RUN, run[term.T_MODE], run[term.T_CTR], run[term.T_AUTHORITY + 1], run[first], run[term.T_COUNT]);
  // Derive first: both labels share one L, and the request-MAC key may take the place of K_NA.
  term.subkey(term.secret, 0, term.LABEL_DERIVE, run, RUN_DERIVE, onDerive);
}

function onDerive(): void {
  term.subkey(term.secret, 0, term.LABEL_REQUEST_MAC, term.secret, 0, onRequestKey);
}

function onRequestKey(): void {
  term.requestMac(term.secret, 0, run, onRequestMac);
}

function onRequestMac(): void {
  run[term.T_MAC] = mac[0];
  run[term.T_MAC + 1] = mac[1];
  wipeWords(term.secret, 0, 4);
  sendRequest();
}

/** Sends the REQUEST of the open run, the same octets each time; ends the task. */
function sendRequest(): void {
  message[0] = head(REQUEST, run[term.T_MODE]);
  let length = 1;
  if (run[term.T_MODE] === MODE_CENTRALISED) {
    const width = widestRouter();
    for (let which = 0; which < run[term.T_COUNT]; which++) {
      length = putAddress(message, length, width, run, term.routerOf(which));
    }
  } else if (run[term.T_MODE] === MODE_REFRESH) {
    message[1] = run[term.T_INDEX];
    length = 2;
  } else {
    // The receiver is one of A and R: the other one is named.
    const other = names(run, RUN_ENTRY, run, term.T_AUTHORITY) ? term.routerOf(0) : term.T_AUTHORITY;
    length = putAddress(message, length, widthOf(run, other), run, other);
  }
  sendMessage(putTail(length, run), run, RUN_ENTRY, key.NO_KEY, onRequestSent);
}

/** Writes the tail of a REQUEST at message[at..]. @returns the offset behind it. */
export function putTail(at: number, t: Words): number {
  putWord(message, at + TAIL_CTR, term.counterWord(t));
  put8(message, at + TAIL_R0, t, term.T_R0);
  put8(message, at + TAIL_MAC, t, term.T_MAC);
  return at + TAIL_OCTETS;
}

function widestRouter(): number {
  let width = 2;
  for (let which = 0; which < run[term.T_COUNT]; which++) {
    if (widthOf(run, term.routerOf(which)) === 8) width = 8;
  }
  return width;
}

function onRequestSent(): void {
  const wait = runT() << run[RUN_TRIES];
  run[RUN_TRIES] += 1;
  // Only the later half of T ± 50 %: a repeat before the answer can be there costs every hop a frame.
  setTimer(TIMER_RUN, jitter(wait + (wait >>> 2), wait >>> 2));
  endTask();
}

/** Repeats the REQUEST. @returns false if it was sent often enough, or its authority's key has ended: the run has to end. */
export function repeatRun(): boolean {
  if (run[RUN_TRIES] >= TRIES) return false;
  const introduced = run[term.T_MODE] !== MODE_CENTRALISED;
  if (introduced && key.keyWith(run, term.T_AUTHORITY, key.LIVE) === key.NO_KEY) return false;
  nameRun(me[IDENTITY_EUI + 1], run[term.T_CTR]);
  sendRequest();
  return true;
}

/** The router of the open run, not yet answered, that `address` names: 0 to 2, or -1. */
export function awaitedRouter(table: Words, at: number): number {
  for (let which = 0; which < run[term.T_COUNT]; which++) {
    if ((run[RUN_DONE] & (1 << which)) === 0 && names(table, at, run, term.routerOf(which))) return which;
  }
  return -1;
}

/** Router `which` has answered. @returns true if all of them have. */
export function answered(which: number): boolean {
  run[RUN_DONE] |= 1 << which;
  return run[RUN_DONE] === (1 << run[term.T_COUNT]) - 1;
}

/** True if at least one router has answered. */
export function answeredAny(): boolean {
  return run[RUN_DONE] !== 0;
}

/**
 * Two runs between one pair cross where each is the router that the other wants: that of the lower EUI-64 stands. The higher one
 * drops that router from its own run. @returns false if the other's message is to be ignored.
 */
export function yields(table: Words, at: number): boolean {
  const which = runOpen() ? awaitedRouter(table, at) : -1;
  if (which < 0) return true;
  if (isLower(me, IDENTITY_EUI, table, at)) return false;
  if (answered(which)) endRun(OUTCOME_REJECTED);
  return true;
}

/** Ends the open run: its randoms and keys are forgotten, what it was for is not. */
export function endRun(outcome: number): void {
  report(EVENT_RUN_END, run[term.T_CTR], outcome, run[term.T_MODE], 0, 0);
  stopTimer(TIMER_RUN);
  run[RUN_OPEN] = 0;
  wipeWords(run, term.T_R0, 2);
  wipeWords(run, RUN_DERIVE, 4);
}
