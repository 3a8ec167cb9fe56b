// SPDX-License-Identifier: Apache-2.0
// REJECT at N. With the authority's MAC it ends the run; without, it is a hint: a repeat, or an ECHO, comes sooner, no more.

import { getWord, wipeWords } from '../../crypto-core/index.ts';
import { MODE_CENTRALISED, OUTCOME_REJECTED } from '../events.ts';
import { body, rx, RX_LENGTH, sender } from '../link/receive.ts';
import { drop, refuse } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { hastenTimer, TIMER_RUN } from '../link/timers.ts';
import { IDENTITY_KEY } from '../records.ts';
import * as refusal from '../refusals.ts';
import { failRun } from './decide.ts';
import { HINTS, take } from './bucket.ts';
import { doubt } from './echo.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { REJECT_CTR, REJECT_MAC, REJECT_NO_KEY, REJECT_OCTETS, REJECT_REASON, REJECT_REVOKED } from './layout.ts';
import { standDown } from './removed.ts';
import { run, runOpen } from './run.ts';
import * as term from './terms.ts';

/** What a hint leaves of the time until the next repeat, ms; it never adds any. */
const HINT_MS = 200;

/** Handles the REJECT in `body`; ends the task. */
export function onReject(): void {
  const length = rx[RX_LENGTH];
  if (length !== REJECT_MAC && length !== REJECT_OCTETS) {
    refuse(refusal.REFUSED_KMP_LENGTH);
    endTask();
  } else if (body[REJECT_REASON] === REJECT_NO_KEY) {
    refuse(refusal.REFUSED_HINT);
    doubtSender();
    endTask();
  } else if (!runOpen() || getWord(body, REJECT_CTR) !== run[term.T_CTR] || (body[0] & 3) !== run[term.T_MODE]) {
    refuse(refusal.REFUSED_NO_RUN);
    endTask();
  } else if (length === REJECT_MAC) {
    refuse(refusal.REFUSED_HINT);
    hastenTimer(TIMER_RUN, HINT_MS);
    endTask();
  } else {
    term.terms[term.T_MAC] = getWord(body, REJECT_MAC);
    term.terms[term.T_MAC + 1] = getWord(body, REJECT_MAC + 4);
    verify();
  }
}

/** A router says that it has no key with this node: the one held here is asked after sooner than it would have been. */
function doubtSender(): void {
  const held = key.keyWith(sender, 0, key.LIVE);
  if (held !== key.NO_KEY && take(HINTS)) doubt(held);
}

function verify(): void {
  if (run[term.T_MODE] === MODE_CENTRALISED) {
    term.subkey(me, IDENTITY_KEY, term.LABEL_REQUEST_MAC, term.secret, 0, onRequestKey);
    return;
  }
  const known = key.keyWith(run, term.T_AUTHORITY, key.LIVE);
  if (known === key.NO_KEY) {
    refuse(refusal.REFUSED_UNKNOWN_KEY);
    endTask();
  } else {
    term.subkey(key.keys, known + key.KEY_SECRET, term.LABEL_REQUEST_MAC, term.secret, 0, onRequestKey);
  }
}

function onRequestKey(): void {
  term.rejectMac(term.secret, 0, run, body[REJECT_REASON], onMac);
}

function onMac(): void {
  wipeWords(term.secret, 0, 4);
  if (!term.macMatches(term.terms)) {
    drop(refusal.REFUSED_REQUEST_MAC);
    return;
  }
  failRun(OUTCOME_REJECTED);
  if (run[term.T_MODE] === MODE_CENTRALISED && body[REJECT_REASON] === REJECT_REVOKED) standDown();
  else endTask();
}
