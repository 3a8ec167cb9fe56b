// SPDX-License-Identifier: Apache-2.0
// ADVERT: what a router says of itself every 4 s, give or take a quarter (protocol.md "Discovery"). A node without a way to
// the base station says nothing; one that is removed says that, once.

import { randomWord } from '#board';
import { handleOf, put8, putHandle } from '../link/address.ts';
import { refuse } from '../link/refuse.ts';
import { endTask, goOn } from '../link/task.ts';
import { jitter, setTimer, TIMER_ADVERT } from '../link/timers.ts';
import { broadcastMessage, message } from '../link/transmit.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { IDENTITY_EUI } from '../records.ts';
import { REFUSED_BUCKET } from '../refusals.ts';
import { SOLICITED, take } from './bucket.ts';
import { findCandidate, NO_CANDIDATE } from './candidates.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import * as layout from './layout.ts';
import { NO_RANK } from './parent.ts';

const PERIOD_MS = 4000;
const SPREAD_MS = 1000;
/** Half of the longest wait before a SOLICIT is answered. */
const SOLICIT_MS = 125;
/** Load and room are four bits each. */
const MOST = 15;

const state = makeWords(6);
const INCARNATION = 0;
/** An ADVERT in the making: the next key to look at, live keys and free tentative places so far, its octets. */
const NEXT = 1;
const LOAD = 2;
const ROOM = 3;
const LENGTH = 4;
/** 1 if the next ADVERT is the last one: it says that no way leads through here. */
const FAREWELL = 5;
/** Keys that one turn looks at. */
const KEYS_A_TURN = 8;

/** Begins to advertise. The incarnation tells neighbours that this router's keys are gone. */
export function startAdvert(): void {
  state[INCARNATION] = randomWord() & 255;
  setTimer(TIMER_ADVERT, jitter(SPREAD_MS, SPREAD_MS));
}

/** This router is removed: those who hang below it need not wait for its silence. */
export function sayFarewell(): void {
  state[FAREWELL] = 1;
  setTimer(TIMER_ADVERT, 0);
}

/** A SOLICIT: the next ADVERT comes within 250 ms, unless too many were asked for. Ends the task. */
export function onSolicit(): void {
  if (take(SOLICITED)) setTimer(TIMER_ADVERT, jitter(SOLICIT_MS, SOLICIT_MS));
  else refuse(REFUSED_BUCKET);
  endTask();
}

/** TIMER_ADVERT: sends an ADVERT of this rank and of the latest revocation known; ends the task. */
export function advertTask(rank: number, epoch: number): void {
  setTimer(TIMER_ADVERT, jitter(PERIOD_MS, SPREAD_MS));
  if (rank === NO_RANK && state[FAREWELL] === 0) {
    endTask();
    return;
  }
  state[FAREWELL] = 0;
  message[0] = layout.head(layout.ADVERT, 0);
  put8(message, layout.ADVERT_EUI, me, IDENTITY_EUI);
  message[layout.ADVERT_RANK] = rank;
  message[layout.ADVERT_INCARNATION] = state[INCARNATION];
  message[layout.ADVERT_EPOCH] = (epoch >>> 8) & 255;
  message[layout.ADVERT_EPOCH + 1] = epoch & 255;
  state[NEXT] = 0;
  state[LOAD] = 0;
  state[ROOM] = 0;
  state[LENGTH] = layout.ADVERT_ROUTERS;
  goOn(putRouters);
}

/** Load, room and the routers that share a live key with this one; then the ADVERT goes out. */
function putRouters(): void {
  let one = state[NEXT];
  for (let turn = 0; turn < KEYS_A_TURN && one < key.KEYS_END; turn++) {
    if (!key.keyAlive(one)) {
      if (one >= key.LIVE_END) state[ROOM] += 1;
    } else if (key.isLive(one)) {
      if (state[LOAD] < MOST) state[LOAD] += 1;
      putRouter(one);
    }
    one += key.NEXT_KEY;
  }
  state[NEXT] = one;
  if (one < key.KEYS_END) {
    goOn(putRouters);
  } else {
    message[layout.ADVERT_LOAD] = state[LOAD] * 16 + state[ROOM];
    broadcastMessage(state[LENGTH], endTask);
  }
}

function putRouter(one: number): void {
  const at = state[LENGTH];
  const listed = at < layout.ADVERT_ROUTERS + 2 * layout.ADVERT_MAX_ROUTERS;
  if (listed && findCandidate(key.keys, one) !== NO_CANDIDATE) {
    state[LENGTH] = putHandle(message, at, handleOf(key.keys, one));
  }
}
