// SPDX-License-Identifier: Apache-2.0
// ROUTE: a router that went back to a parent it still shared a key with tells the base station itself, since no ATTACHED does.
// The UP message that carries it records the way; B acknowledges it (protocol.md "Centralised mode").

import { putWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { endTask } from '../link/task.ts';
import { setTimer, stopTimer, TIMER_ROUTE } from '../link/timers.ts';
import { message } from '../link/transmit.ts';
import { IDENTITY_BASE_EUI, IDENTITY_EUI } from '../records.ts';
import { barCandidate, findCandidate, NO_CANDIDATE } from './candidates.ts';
import { me, runTimeout } from './identity.ts';
import * as key from './keys.ts';
import { head, ROUTE, ROUTE_INDEX, ROUTE_SEALED, ROUTE_SEQ, TAG_OCTETS } from './layout.ts';
import { detach, parentKey, rank } from './parent.ts';
import { beginUp, sendUp } from './relay.ts';
import { sealBody, sealTerms } from './sealed.ts';
import { hasSession, session, SESSION_INDEX, SESSION_SEAL, SESSION_SEQ_OUT } from './session.ts';

/** Doublings of T between repeats, at most. */
const MOST_DOUBLINGS = 6;
/** Repeats without an answer after which a parent that once asked for the key is given up: an ADVERT alone made it one. */
const DOUBTFUL = 4;

const state = makeWords(1);
const TRIES = 0;

/** The parent is another one: B is to know. */
export function startRoute(): void {
  state[TRIES] = 0;
  setTimer(TIMER_ROUTE, 50);
}

/** B has acknowledged. */
export function routeKnown(): void {
  stopTimer(TIMER_ROUTE);
}

/**
 * TIMER_ROUTE: tells B; ends the task. A key that this router was asked for does not say that the other end is a router: where B
 * never answers, it is barred like one that failed in a run.
 */
export function routeTask(): void {
  const up = parentKey();
  if (state[TRIES] === DOUBTFUL && up !== key.NO_KEY && key.keys[up + key.KEY_SERVED] === 1) {
    const doubted = findCandidate(key.keys, up);
    if (doubted !== NO_CANDIDATE) barCandidate(doubted);
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
