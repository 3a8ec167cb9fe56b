// SPDX-License-Identifier: Apache-2.0
// Distribution mode at the previous router: it introduces a node that it shares a key with to a router that it shares a key
// with (protocol.md "Distribution mode"). Predictive: N asks it directly; reactive: through the new router.

import { randomWord } from '#board';
import { wipeWords } from '../../crypto-core/index.ts';
import { MODE_PREDICTIVE, MODE_REACTIVE } from '../events.ts';
import { copyAddress, getAddress, names, putAddress, widthOf } from '../link/address.ts';
import { passOn } from '../link/pass.ts';
import { body, rx, RX_KEY, RX_LENGTH, sender } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask, goOn, nameRun } from '../link/task.ts';
import { message, sendMessage } from '../link/transmit.ts';
import { IDENTITY_DEPTH_LIMIT, IDENTITY_EUI } from '../records.ts';
import * as refusal from '../refusals.ts';
import { ANSWER_ROUTER, answers, findAnswer, keepAnswer, NO_ANSWER, putAnswer } from './answers.ts';
import { approvalLength, putApproval } from './approval.ts';
import { STRANGERS, take } from './bucket.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { head, REJECT_NO_INTRODUCTION, REQUEST, TAIL_OCTETS } from './layout.ts';
import { sendReject } from './reject.ts';
import { getTail } from './request.ts';
import * as term from './terms.ts';

/** Key with N, key with R. */
let withNode = key.NO_KEY;
let withRouter = key.NO_KEY;
/** The answer that was given before. */
let stored = NO_ANSWER;

function drop(reason: number): void {
  wipeWords(term.secret, 0, 4);
  refuse(reason);
  endTask();
}

/**
 * A REQUEST of distribution mode that names this router as the authority: plain from N (predictive), or link-secured from the
 * new router (reactive). Ends the task.
 */
export function onIntroduce(): void {
  const t = term.terms;
  const secured = rx[RX_KEY] !== key.NO_KEY;
  const named = rx[RX_LENGTH] - 1 - TAIL_OCTETS;
  term.newTerms(body[0] & 3);
  t[term.T_COUNT] = 1;
  // N and R: one has sent the frame, the other is named in it.
  const namedAt = secured ? term.T_NODE : term.routerOf(0);
  getAddress(body, 1, named, t, namedAt);
  copyAddress(sender, 0, t, secured ? term.routerOf(0) : term.T_NODE);
  getTail(1 + named, t);
  copyAddress(me, IDENTITY_EUI, t, term.T_AUTHORITY);
  withNode = key.keyWith(t, term.T_NODE, key.LIVE);
  withRouter = key.keyWith(t, term.routerOf(0), key.LIVE);
  if (withNode === key.NO_KEY) {
    drop(refusal.REFUSED_UNKNOWN_NODE);
    return;
  }
  copyAddress(key.keys, withNode, t, term.T_NODE);
  nameRun(t[term.T_NODE + 1], t[term.T_CTR]);
  if (withRouter === key.NO_KEY || withRouter === withNode) {
    drop(refusal.REFUSED_UNKNOWN_ROUTER);
    return;
  }
  copyAddress(key.keys, withRouter, t, term.routerOf(0));
  stored = findAnswer(t, NO_ANSWER);
  if (stored !== NO_ANSWER && names(answers, stored + ANSWER_ROUTER, t, term.routerOf(0))) {
    goOn(sendStored);
  } else if (t[term.T_CTR] <= key.keys[withNode + key.KEY_PEER_CTR]) {
    drop(refusal.REFUSED_COUNTER);
  } else {
    term.subkey(key.keys, withNode + key.KEY_SECRET, term.LABEL_REQUEST_MAC, term.secret, 0, onRequestKey);
  }
}

function sendStored(): void {
  sendMessage(putAnswer(stored), answers, stored + ANSWER_ROUTER, key.NO_KEY, endTask);
}

function onRequestKey(): void {
  term.requestMac(term.secret, 0, term.terms, onRequestMac);
}

function onRequestMac(): void {
  const t = term.terms;
  if (!term.macMatches(t)) {
    drop(refusal.REFUSED_REQUEST_MAC);
    return;
  }
  if (!key.keyAlive(withNode) || !key.keyAlive(withRouter)) {
    drop(refusal.REFUSED_UNKNOWN_KEY);
    return;
  }
  key.keys[withNode + key.KEY_PEER_CTR] = t[term.T_CTR];
  const life = key.lifeLeft(withNode);
  const depth = key.depthOf(withNode) + 1;
  if (depth > me[IDENTITY_DEPTH_LIMIT] || life === 0) {
    drop(depth > me[IDENTITY_DEPTH_LIMIT] ? refusal.REFUSED_DEPTH : refusal.REFUSED_LIFETIME);
    return;
  }
  t[term.T_LIFE] = life;
  t[term.T_DEPTH] = depth;
  t[term.T_R1] = randomWord();
  t[term.T_R1 + 1] = randomWord();
  term.subkey(key.keys, withNode + key.KEY_SECRET, term.LABEL_DERIVE, term.secret, 0, onDerive);
}

function onDerive(): void {
  term.pairwise(term.secret, 0, term.terms, 0, term.secret, 0, onPairwise);
}

function onPairwise(): void {
  if (!key.keyAlive(withRouter)) {
    drop(refusal.REFUSED_UNKNOWN_KEY);
    return;
  }
  const seq = key.keys[withRouter + key.KEY_SEQ_OUT];
  key.keys[withRouter + key.KEY_SEQ_OUT] = seq + 1;
  const index = key.indexOf(withRouter);
  putApproval(index, seq, term.secret, 0, key.keys, withRouter, key.keys, withRouter + key.KEY_SEAL, onApproval);
}

function onApproval(): void {
  wipeWords(term.secret, 0, 4);
  keepAnswer(term.terms, term.terms, term.routerOf(0), approvalLength());
  sendMessage(approvalLength(), term.terms, term.routerOf(0), key.NO_KEY, endTask);
}

/**
 * A plain reactive REQUEST at the new router: it goes on to the previous one, link-secured. N is told if nothing can come of it,
 * rather than to wait for three answers in vain. Ends the task.
 */
export function onForward(): void {
  if (!take(STRANGERS)) {
    drop(refusal.REFUSED_BUCKET);
    return;
  }
  const t = term.terms;
  const named = rx[RX_LENGTH] - 1 - TAIL_OCTETS;
  term.newTerms(MODE_REACTIVE);
  getAddress(body, 1, named, t, term.T_AUTHORITY);
  const introducer = key.keyWith(t, term.T_AUTHORITY, key.LIVE);
  if (introducer === key.NO_KEY || key.trustedWith(sender, 0, key.LIVE) !== key.NO_KEY) {
    refuse(introducer === key.NO_KEY ? refusal.REFUSED_UNKNOWN_ROUTER : refusal.REFUSED_LIVE_KEY);
    copyAddress(sender, 0, t, term.T_NODE);
    getTail(1 + named, t);
    sendReject(t, REJECT_NO_INTRODUCTION, endTask);
    return;
  }
  const width = widthOf(sender, 0);
  const end = passOn(1 + named, rx[RX_LENGTH], 1 + width);
  message[0] = head(REQUEST, MODE_REACTIVE);
  putAddress(message, 1, width, sender, 0);
  sendMessage(end, key.keys, introducer, introducer, endTask);
}

/** True if a REQUEST of this shape is one for onIntroduce(). */
export function asksIntroduction(): boolean {
  return (body[0] & 3) === (rx[RX_KEY] === key.NO_KEY ? MODE_PREDICTIVE : MODE_REACTIVE);
}
