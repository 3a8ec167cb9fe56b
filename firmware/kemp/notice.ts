// SPDX-License-Identifier: Apache-2.0
// N takes a NOTICE: derives K_NR and opens it, which proves that A took part and that R holds the key. Then N uses the key at
// once: its first secured frame is the CONFIRM (protocol.md "Centralised mode").

import { report, seconds } from '#board';
import { getWord, wipeWords } from '../../crypto-core/index.ts';
import { EVENT_KEY, MODE_CENTRALISED, MODE_REFRESH, OUTCOME_ESTABLISHED, OUTCOME_REJECTED } from '../events.ts';
import { copyAddress } from '../link/address.ts';
import { body, rx, RX_LENGTH, sender } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { goOn, jobOk, nameRun } from '../link/task.ts';
import { IDENTITY_DEPTH_LIMIT, IDENTITY_EUI } from '../records.ts';
import * as refusal from '../refusals.ts';
import { startConfirm } from './confirm.ts';
import { failRun } from './decide.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { OFFERED } from './keys.ts';
import { NOTICE_INNER, NOTICE_OCTETS, NOTICE_R1, NOTICE_SEALED } from './layout.ts';
import { answered, awaitedRouter, endRun, run, RUN_DERIVE, RUN_STARTED, runOpen } from './run.ts';
import { openBody, sealTerms } from './sealed.ts';
import { openSession } from './session.ts';
import * as term from './terms.ts';

let which = 0;
let fresh = key.NO_KEY;

/** Handles the NOTICE in `body`; ends the task. */
export function onNotice(): void {
  if (!runOpen()) {
    drop(refusal.REFUSED_NO_RUN);
    return;
  }
  which = awaitedRouter(sender, 0);
  if (which < 0 || (body[0] & 3) !== run[term.T_MODE]) {
    drop(refusal.REFUSED_WRONG_RUN);
    return;
  }
  if (rx[RX_LENGTH] !== NOTICE_OCTETS) {
    drop(refusal.REFUSED_KMP_LENGTH);
    return;
  }
  nameRun(me[IDENTITY_EUI + 1], run[term.T_CTR]);
  for (let i = 0; i < term.TERMS_WORDS; i++) term.terms[i] = run[i];
  term.terms[term.T_R1] = getWord(body, NOTICE_R1);
  term.terms[term.T_R1 + 1] = getWord(body, NOTICE_R1 + 4);
  term.pairwise(run, RUN_DERIVE, term.terms, which, key.keys, OFFERED + key.KEY_SECRET, onSecret);
}

function onSecret(): void {
  term.subkey(key.keys, OFFERED + key.KEY_SECRET, term.LABEL_SEAL, key.keys, OFFERED + key.KEY_SEAL, onSeal);
}

function onSeal(): void {
  term.subkey(key.keys, OFFERED + key.KEY_SECRET, term.LABEL_LINK, key.keys, OFFERED + key.KEY_LINK, onLink);
}

function onLink(): void {
  sealTerms(body, 0, NOTICE_SEALED, 0, run, term.routerOf(which), me, IDENTITY_EUI);
  openBody(key.keys, OFFERED + key.KEY_SEAL, body, NOTICE_SEALED, NOTICE_INNER, onOpened);
}

function onOpened(): void {
  const reason = jobOk ? judge() : refusal.REFUSED_TAG;
  if (reason === refusal.ACCEPTED) {
    inherit();
    // To delete another key takes a turn of its own.
    if (key.hasRoom()) makeRoom();
    else goOn(makeRoom);
  } else {
    refuseOffer(reason);
  }
}

function makeRoom(): void {
  fresh = key.roomFor(run, term.routerOf(which));
  if (fresh === key.NO_KEY) {
    refuseOffer(refusal.REFUSED_TABLE_FULL);
    return;
  }
  copyAddress(run, term.routerOf(which), key.keys, OFFERED);
  key.moveKey(OFFERED, fresh);
  // At a mote it does not move along.
  wipeWords(key.keys, OFFERED + key.KEY_SEAL, 4);
  goOn(onMoved);
}

function refuseOffer(reason: number): void {
  wipeWords(key.keys, OFFERED, key.KEY_SEAL + 4);
  // The authority was revoked, or its key has ended, while the run was open: what it grants is not taken.
  if (reason === refusal.REFUSED_UNKNOWN_KEY) failRun(OUTCOME_REJECTED);
  drop(reason);
}

function onMoved(): void {
  install();
  openSession(onInstalled);
}

/** Depth and life that N may accept: 0 from B; one more than its own, and no longer, from a router. */
function judge(): number {
  const life = body[NOTICE_SEALED] * 256 + body[NOTICE_SEALED + 1];
  const depth = body[NOTICE_SEALED + 2] & 15;
  term.terms[term.T_LIFE] = life;
  term.terms[term.T_DEPTH] = depth;
  if (life === 0) return refusal.REFUSED_LIFETIME;
  if (run[term.T_MODE] === MODE_CENTRALISED) return depth === 0 ? refusal.ACCEPTED : refusal.REFUSED_DEPTH;
  const own = key.keyWith(run, term.T_AUTHORITY, key.LIVE);
  if (own === key.NO_KEY) return refusal.REFUSED_UNKNOWN_KEY;
  const deeper = run[term.T_MODE] === MODE_REFRESH ? 0 : 1;
  if (depth !== key.depthOf(own) + deeper || depth > me[IDENTITY_DEPTH_LIMIT]) return refusal.REFUSED_DEPTH;
  return run[RUN_STARTED] + life * 60 <= key.keys[own + key.KEY_EXPIRES] ? refusal.ACCEPTED : refusal.REFUSED_LIFETIME;
}

function install(): void {
  const keys = key.keys;
  const from = NOTICE_SEALED;
  const index = body[from + 2] >>> 4;
  // R chose an index that it does not use with N: a key of that index here is one that R has lost.
  const lost = key.findKey(keys, fresh, index);
  if (lost !== key.NO_KEY) key.dropKey(lost);
  key.setTraits(fresh, key.UNCONFIRMED, run[term.T_MODE], term.terms[term.T_DEPTH], index, body[from + 19]);
  keys[fresh + key.KEY_CTR] = run[term.T_CTR];
  keys[fresh + key.KEY_EXPIRES] = run[RUN_STARTED] + term.terms[term.T_LIFE] * 60;
  keys[fresh + key.KEY_USED] = seconds();
  key.startSequences(fresh);
  report(EVENT_KEY, keys[fresh + 1], run[term.T_CTR], run[term.T_MODE], term.terms[term.T_DEPTH], index);
  key.logKey(fresh);
}

/** Who made the key, and since when its line lives: a refreshed key continues the one before it, which may make room for it. */
function inherit(): void {
  const keys = key.keys;
  copyAddress(run, term.T_AUTHORITY, keys, OFFERED + key.KEY_AUTHORITY);
  keys[OFFERED + key.KEY_MADE] = run[RUN_STARTED];
  key.setBorn(OFFERED, run[RUN_STARTED]);
  if (run[term.T_MODE] === MODE_CENTRALISED) return;
  const own = key.keyWith(run, term.T_AUTHORITY, key.LIVE);
  key.setBorn(OFFERED, key.bornAt(own));
  if (run[term.T_MODE] === MODE_REFRESH) copyAddress(keys, own + key.KEY_AUTHORITY, keys, OFFERED + key.KEY_AUTHORITY);
}

function onInstalled(): void {
  if (answered(which)) endRun(OUTCOME_ESTABLISHED);
  startConfirm(fresh);
}
