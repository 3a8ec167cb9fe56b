// SPDX-License-Identifier: Apache-2.0
// ROUTE: a router that went back to a parent it still shared a key with tells the base station itself, since no ATTACHED does.
// The UP message that carries it records the way; B acknowledges it (protocol.md "ROUTE"). The answer also proves the way: ADVERTs
// are hints, and routers that believe false ones may follow each other in a circle.

import { putWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { endTask } from '../link/task.ts';
import { setTimer, stopTimer, TIMER_ROUTE } from '../link/timers.ts';
import { message } from '../link/transmit.ts';
import { IDENTITY_BASE_EUI, IDENTITY_EUI } from '../records.ts';
import { HINTS, take } from './bucket.ts';
import { barCandidate, findCandidate, NO_CANDIDATE } from './candidates.ts';
import { me, runTimeout } from './identity.ts';
import * as key from './keys.ts';
import { head, ROUTE, ROUTE_INDEX, ROUTE_SEALED, ROUTE_SEQ, TAG_OCTETS } from './layout.ts';
import { detach, parentKey, rank } from './parent.ts';
import { beginUp, sendUp } from './relay.ts';
import { sealBody, sealTerms } from './sealed.ts';
import { hasSession, session, SESSION_INDEX, SESSION_SEAL, SESSION_SEQ_OUT } from './session.ts';

/** Delay of the first, ms. */
const FIRST_MS = 50;
/** Doublings of T between repeats, at most. */
const MOST_DOUBLINGS = 6;
/** Repeats without an answer after which a doubtful parent is given up; one less for one that went farther away. */
const PATIENCE = 4;

const state = makeWords(3);
const TRIES = 0;
/** 1 until B has acknowledged. */
const OPEN = 1;
/** 1 if the parent went farther from B: the way is to be proved. */
const DOUBTED = 2;

/** The parent is another one: B is to know. */
export function startRoute(): void {
  state[DOUBTED] = 0;
  begin();
}

/** The parent says that it has gone farther from B: it may have followed this very router. Taken as often as other hints. */
export function proveRoute(): void {
  if (!take(HINTS)) return;
  state[DOUBTED] = 1;
  if (state[OPEN] === 0) begin();
}

function begin(): void {
  state[TRIES] = 0;
  state[OPEN] = 1;
  setTimer(TIMER_ROUTE, FIRST_MS);
}

/** B has acknowledged. */
export function routeKnown(): void {
  state[OPEN] = 0;
  stopTimer(TIMER_ROUTE);
}

/**
 * A parent that an ADVERT alone has made one: the key with it is one that this router was asked for, which does not say that the other
 * end is a router; or it went farther away.
 */
function isDoubtful(up: number): boolean {
  return up !== key.NO_KEY && (state[DOUBTED] === 1 || key.isServed(up));
}

/** TIMER_ROUTE: tells B; ends the task. A doubtful parent from which B never answers is barred like one that failed in a run. */
export function routeTask(): void {
  const up = parentKey();
  if (state[TRIES] >= PATIENCE - state[DOUBTED] && isDoubtful(up)) {
    const doubted = findCandidate(key.keys, up);
    if (doubted !== NO_CANDIDATE) barCandidate(doubted);
    state[OPEN] = 0;
    detach();
    endTask();
    return;
  }
  setTimer(TIMER_ROUTE, runTimeout(rank()) << state[TRIES]);
  if (state[TRIES] < MOST_DOUBLINGS) state[TRIES] += 1;
  if (!hasSession() || up === key.NO_KEY) {
    endTask();
    return;
  }
  const at = beginUp(ROUTE_SEALED + TAG_OCTETS);
  const seq = session[SESSION_SEQ_OUT];
  session[SESSION_SEQ_OUT] = seq + 1;
  message[at] = head(ROUTE, 0);
  message[at + ROUTE_INDEX] = session[SESSION_INDEX];
  putWord(message, at + ROUTE_SEQ, seq);
  sealTerms(message, at, ROUTE_SEALED, seq, me, IDENTITY_EUI, me, IDENTITY_BASE_EUI);
  sealBody(session, SESSION_SEAL, message, at + ROUTE_SEALED, 0, sendUp);
}
