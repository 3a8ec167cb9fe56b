// SPDX-License-Identifier: Apache-2.0
// The session with the base station, S_N: what B's messages to this node, and its own to B, are sealed under. N asks for
// a new one after a reset, gives up the old one first, and repeats until a NOTICE comes (protocol.md "Session").

import { seconds } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';
import { wipeWords } from '../../crypto-core/index.ts';
import { nothing } from '../link/task.ts';
import { IDENTITY_KEY } from '../records.ts';
import { me } from './identity.ts';
import { LABEL_DATA, LABEL_SEAL, LABEL_SESSION, sessionKey, subkey, T_CTR, T_NEW_SESSION, terms } from './terms.ts';

export const session = makeWords(15);
/** seal(S_N), 4 words. */
export const SESSION_SEAL = 0;
/** Low octet of the ctr that made it: names the session on air. */
export const SESSION_INDEX = 4;
export const SESSION_SEQ_OUT = 5;
export const SESSION_SEQ_IN = 6;
const SESSION_OPEN = 7;
export const SESSION_MADE = 8;
/** data(S_N), 4 words, and its numbers: the next one of N, the lowest one accepted from B. */
export const SESSION_DATA = 9;
export const SESSION_DATA_OUT = 13;
export const SESSION_DATA_IN = 14;

let afterSession = nothing;

/** True once a NOTICE has shown that B knows S_N. */
export function hasSession(): boolean {
  return session[SESSION_OPEN] === 1;
}

/** Seconds since S_N was made. */
export function sessionAge(): number {
  return seconds() - session[SESSION_MADE];
}

/** Forgets S_N: a REQUEST for a new one goes out. */
export function closeSession(): void {
  wipeWords(session, 0, 15);
}

/** Makes S_N from `terms`, if the run asked for a new session. */
export function openSession(next: () => void): void {
  afterSession = next;
  if (terms[T_NEW_SESSION] === 1 && !hasSession()) {
    subkey(me, IDENTITY_KEY, LABEL_SESSION, session, SESSION_SEAL, onSessionLabel);
  } else {
    next();
  }
}

function onSessionLabel(): void {
  sessionKey(session, SESSION_SEAL, terms, session, SESSION_SEAL, onSessionKey);
}

function onSessionKey(): void {
  subkey(session, SESSION_SEAL, LABEL_DATA, session, SESSION_DATA, onSessionData);
}

function onSessionData(): void {
  subkey(session, SESSION_SEAL, LABEL_SEAL, session, SESSION_SEAL, onSessionSeal);
}

function onSessionSeal(): void {
  session[SESSION_INDEX] = terms[T_CTR] & 255;
  session[SESSION_SEQ_OUT] = 1;
  session[SESSION_SEQ_IN] = 1;
  session[SESSION_DATA_OUT] = 1;
  session[SESSION_DATA_IN] = 1;
  session[SESSION_OPEN] = 1;
  session[SESSION_MADE] = seconds();
  afterSession();
}

/** A session that was kept through a sleep is in `session`, with the very numbers it had. */
export function resumeSession(): void {
  session[SESSION_OPEN] = 1;
}
