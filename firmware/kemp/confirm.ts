// SPDX-License-Identifier: Apache-2.0
// CONFIRM at N: its first secured frame under a new key, repeated at 1, 2 and 4 T until R's first frame under that key comes.
// Counters never restart: a repeat is a new frame. Until then N keeps the attachment it had. A key that was kept through a sleep is
// proved in the same way, by ECHO, before anything is sent or believed under it.

import { names } from '../link/address.ts';
import { rx, RX_LQI } from '../link/receive.ts';
import { endTask, nameRun } from '../link/task.ts';
import { inMillis, remaining, setTimer, TIMER_CONFIRM } from '../link/timers.ts';
import { sendData } from '../link/transmit.ts';
import { IDENTITY_EUI } from '../records.ts';
import { barCandidate, clearBar, findCandidate, NO_CANDIDATE, rankOf, recallCandidate } from './candidates.ts';
import { sendEcho } from './echo.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { ECHO_ASK } from './layout.ts';
import { attachTo, parentRank } from './parent.ts';
import { clearRun, run, RUN_ATTACHES, RUN_HOPS, runT, wantRouter } from './run.ts';
import { routerOf } from './terms.ts';

const REPEATS = 3;
/** ECHO goes out twice. */
const ECHO_REPEATS = 1;
/** What triesOf() a key from before a sleep gives whose peer has not been challenged yet. */
export const DORMANT = key.NO_TRIES;

/** True if a key was kept through a sleep, and its peer has not been heard since. */
export function isRestored(one: number): boolean {
  return key.stateOf(one) === key.UNCONFIRMED && key.probesOf(one) > 0;
}

/** Challenges the peer of a restored key, which becomes the parent if it answers; ends the task. */
export function challenge(restored: number): void {
  clearRun();
  wantRouter(key.keys, restored);
  run[RUN_ATTACHES] = 1;
  run[RUN_HOPS] = 1;
  startConfirm(restored);
}

/** Sends the first frame under a key just made, or one to be proved again; ends the task. */
export function startConfirm(fresh: number): void {
  key.setState(fresh, key.UNCONFIRMED);
  key.setTries(fresh, 0);
  sendConfirm(fresh);
}

function sendConfirm(fresh: number): void {
  const tries = key.triesOf(fresh);
  const wait = runT() << tries;
  key.keys[fresh + key.KEY_DUE] = inMillis(wait);
  key.setTries(fresh, tries + 1);
  setTimer(TIMER_CONFIRM, wait);
  nameRun(me[IDENTITY_EUI + 1], key.keys[fresh + key.KEY_CTR]);
  if (isRestored(fresh)) sendEcho(fresh, ECHO_ASK);
  else sendData(0, fresh, endTask);
}

function waits(one: number): boolean {
  return key.stateOf(one) === key.UNCONFIRMED && key.triesOf(one) !== DORMANT;
}

/** True while a key waits for R's first frame. */
export function confirming(): boolean {
  for (let one = 0; one < key.LIVE_END; one += key.NEXT_KEY) {
    if (waits(one)) return true;
  }
  return false;
}

/** TIMER_CONFIRM: repeats, or gives up, the first key that is due; ends the task. */
export function confirmTask(): void {
  let due = key.NO_KEY;
  let soonest = 0x3fffffff;
  for (let one = 0; one < key.LIVE_END; one += key.NEXT_KEY) {
    if (waits(one)) {
      const left = remaining(key.keys[one + key.KEY_DUE]);
      if (left <= 0) due = one;
      else if (left < soonest) soonest = left;
    }
  }
  if (soonest < 0x3fffffff) setTimer(TIMER_CONFIRM, soonest);
  if (due === key.NO_KEY) {
    endTask();
  } else if (key.triesOf(due) <= (isRestored(due) ? ECHO_REPEATS : REPEATS)) {
    sendConfirm(due);
  } else {
    const failed = findCandidate(key.keys, due);
    if (failed !== NO_CANDIDATE) barCandidate(failed);
    key.dropKey(due);
    endTask();
  }
}

/** R's first frame under the key has come: the key is proved on both sides, the one before it goes. @returns the key. */
export function onConfirmed(used: number): number {
  key.setState(used, key.LIVE);
  key.dropOlder(used);
  const router = findCandidate(key.keys, used);
  if (router !== NO_CANDIDATE) clearBar(router);
  if (run[RUN_ATTACHES] === 1 && names(run, routerOf(0), key.keys, used)) {
    run[RUN_ATTACHES] = 0;
    if (router === NO_CANDIDATE) recallCandidate(key.keys, used, parentRank(), rx[RX_LQI]);
    const rank = router === NO_CANDIDATE ? parentRank() : rankOf(router);
    attachTo(used, rank, key.modeOf(used));
  }
  return used;
}
