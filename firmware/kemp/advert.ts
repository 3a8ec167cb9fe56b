// SPDX-License-Identifier: Apache-2.0
// ADVERT: what a router says of itself every 4 s, give or take a quarter (protocol.md "Discovery"). A node without a way to
// the base station says nothing.

import { randomWord } from '#board';
import { handleOf, put8 } from '../link/address.ts';
import { refuse } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
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

const state = makeWords(1);
const INCARNATION = 0;

/** Begins to advertise. The incarnation tells neighbours that this router's keys are gone. */
export function startAdvert(): void {
  state[INCARNATION] = randomWord() & 255;
  setTimer(TIMER_ADVERT, jitter(SPREAD_MS, SPREAD_MS));
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
  if (rank === NO_RANK) {
    endTask();
    return;
  }
  message[0] = layout.head(layout.ADVERT, 0);
  put8(message, layout.ADVERT_EUI, me, IDENTITY_EUI);
  message[layout.ADVERT_RANK] = rank;
  message[layout.ADVERT_INCARNATION] = state[INCARNATION];
  message[layout.ADVERT_EPOCH] = (epoch >>> 8) & 255;
  message[layout.ADVERT_EPOCH + 1] = epoch & 255;
  const length = putRouters();
  broadcastMessage(length, endTask);
}

/** Load, room and the routers that share a live key with this one. @returns the length of the message. */
function putRouters(): number {
  let at = layout.ADVERT_ROUTERS;
  let load = 0;
  let room = 0;
  for (let one = 0; one < key.KEYS_END; one += key.NEXT_KEY) {
    if (!key.keyAlive(one)) {
      if (one >= key.LIVE_END) room++;
    } else if (key.keys[one + key.KEY_STATE] === key.LIVE) {
      if (load < MOST) load++;
      const listed = at < layout.ADVERT_ROUTERS + 2 * layout.ADVERT_MAX_ROUTERS;
      if (listed && findCandidate(key.keys, one) !== NO_CANDIDATE) {
        const handle = handleOf(key.keys, one);
        message[at] = handle >>> 8;
        message[at + 1] = handle & 255;
        at += 2;
      }
    }
  }
  message[layout.ADVERT_LOAD] = load * 16 + room;
  return at;
}
