// SPDX-License-Identifier: Apache-2.0
// Refresh at R: a node that shares a key with this router gets another one of the same depth and the same end of life
// (protocol.md "Refresh"). R is the authority itself, so its part of the run is a grant to itself.

import { randomWord } from '#board';
import { wipeWords } from '../../crypto-core/index.ts';
import { MODE_REFRESH } from '../events.ts';
import { copyAddress } from '../link/address.ts';
import { body, sender } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { nameRun } from '../link/task.ts';
import { IDENTITY_EUI } from '../records.ts';
import * as refusal from '../refusals.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { getTail } from './request.ts';
import { yields } from './run.ts';
import * as term from './terms.ts';
import { installOwn, repeatNotice, tentativeOf } from './visited.ts';

let old = key.NO_KEY;

/** A REQUEST of mode refresh in `body`; ends the task. */
export function onRefresh(): void {
  const t = term.terms;
  old = key.findKey(sender, 0, body[1]);
  if (old === key.NO_KEY || !key.isLive(old)) {
    drop(refusal.REFUSED_UNKNOWN_KEY);
    return;
  }
  term.newTerms(MODE_REFRESH);
  t[term.T_COUNT] = 1;
  t[term.T_INDEX] = body[1];
  copyAddress(key.keys, old, t, term.T_NODE);
  copyAddress(me, IDENTITY_EUI, t, term.T_AUTHORITY);
  copyAddress(me, IDENTITY_EUI, t, term.routerOf(0));
  getTail(2, t);
  nameRun(t[term.T_NODE + 1], t[term.T_CTR]);
  const begun = tentativeOf(t);
  if (begun !== key.NO_KEY) repeatNotice(begun);
  else if (t[term.T_CTR] <= key.keys[old + key.KEY_PEER_CTR]) drop(refusal.REFUSED_COUNTER);
  else term.subkey(key.keys, old + key.KEY_SECRET, term.LABEL_REQUEST_MAC, term.secret, 0, onRequestKey);
}

function onRequestKey(): void {
  term.requestMac(term.secret, 0, term.terms, onRequestMac);
}

function onRequestMac(): void {
  const t = term.terms;
  wipeWords(term.secret, 0, 4);
  if (!term.macMatches(t)) {
    drop(refusal.REFUSED_REQUEST_MAC);
  } else if (!key.keyAlive(old)) {
    drop(refusal.REFUSED_UNKNOWN_KEY);
  } else if (key.lifeLeft(old) === 0) {
    drop(refusal.REFUSED_LIFETIME);
  } else if (!yields(t, term.T_NODE)) {
    drop(refusal.REFUSED_CROSSING);
  } else {
    key.keys[old + key.KEY_PEER_CTR] = t[term.T_CTR];
    t[term.T_R1] = randomWord();
    t[term.T_R1 + 1] = randomWord();
    t[term.T_DEPTH] = key.depthOf(old);
    t[term.T_LIFE] = key.lifeLeft(old);
    term.subkey(key.keys, old + key.KEY_SECRET, term.LABEL_DERIVE, term.secret, 0, onDerive);
  }
}

function onDerive(): void {
  term.pairwise(term.secret, 0, term.terms, 0, term.secret, 0, onPairwise);
}

function onPairwise(): void {
  if (key.keyAlive(old)) installOwn(term.secret, 0);
  else drop(refusal.REFUSED_UNKNOWN_KEY);
  wipeWords(term.secret, 0, 4);
}
