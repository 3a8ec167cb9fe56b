// SPDX-License-Identifier: Apache-2.0
// CONFIRM at N: its first secured frame under a new key, repeated at 1, 2 and 4 T until R's first frame under that key comes.
// Counters never restart: a repeat is a new frame. Until then N keeps the attachment it had.

import { names } from '../link/address.ts';
import { endTask, nameRun } from '../link/task.ts';
import { inMillis, remaining, setTimer, TIMER_CONFIRM } from '../link/timers.ts';
import { sendData } from '../link/transmit.ts';
import { IDENTITY_EUI } from '../records.ts';
import { barCandidate, candidates, CANDIDATE_RANK, clearBar, findCandidate, NO_CANDIDATE } from './candidates.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { attachTo } from './parent.ts';
import { run, RUN_ATTACHES, runT } from './run.ts';
import { routerOf } from './terms.ts';

const REPEATS = 3;

/** Sends the first frame under a key just made, or one to be proved again; ends the task. */
export function startConfirm(fresh: number): void {
  key.keys[fresh + key.KEY_STATE] = key.UNCONFIRMED;
  key.keys[fresh + key.KEY_TRIES] = 0;
  sendConfirm(fresh);
}

function sendConfirm(fresh: number): void {
  const wait = runT() << key.keys[fresh + key.KEY_TRIES];
  key.keys[fresh + key.KEY_DUE] = inMillis(wait);
  key.keys[fresh + key.KEY_TRIES] += 1;
  setTimer(TIMER_CONFIRM, wait);
  nameRun(me[IDENTITY_EUI + 1], key.keys[fresh + key.KEY_CTR]);
  sendData(0, fresh, endTask);
}

/** True while a key waits for R's first frame. */
export function confirming(): boolean {
  for (let one = 0; one < key.LIVE_END; one += key.NEXT_KEY) {
    if (key.keys[one + key.KEY_STATE] === key.UNCONFIRMED) return true;
  }
  return false;
}

/** TIMER_CONFIRM: repeats, or gives up, the first key that is due; ends the task. */
export function confirmTask(): void {
  let due = key.NO_KEY;
  let soonest = 0x3fffffff;
  for (let one = 0; one < key.LIVE_END; one += key.NEXT_KEY) {
    if (key.keys[one + key.KEY_STATE] === key.UNCONFIRMED) {
      const left = remaining(key.keys[one + key.KEY_DUE]);
      if (left <= 0) due = one;
      else if (left < soonest) soonest = left;
    }
  }
  if (soonest < 0x3fffffff) setTimer(TIMER_CONFIRM, soonest);
  if (due === key.NO_KEY) {
    endTask();
  } else if (key.keys[due + key.KEY_TRIES] <= REPEATS) {
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
  key.keys[used + key.KEY_STATE] = key.LIVE;
  key.dropOlder(used);
  const router = findCandidate(key.keys, used);
  if (router !== NO_CANDIDATE) clearBar(router);
  if (run[RUN_ATTACHES] === 1 && names(run, routerOf(0), key.keys, used)) {
    run[RUN_ATTACHES] = 0;
    attachTo(used, router === NO_CANDIDATE ? 0 : candidates[router + CANDIDATE_RANK], key.keys[used + key.KEY_MODE]);
  }
  return used;
}
