// SPDX-License-Identifier: Apache-2.0
// The base station as authority: a centralised REQUEST becomes one APPROVAL for each router wanted, all with one r1
// (protocol.md "Centralised mode"). ctr is granted once, by compare-and-set in the registry, before anything is answered.

import { randomWord, seconds } from '#board';
import { mac, putWord, wipeWords } from '../../crypto-core/index.ts';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { MODE_CENTRALISED, REVOKE_COMPROMISED, REVOKE_REMOVED } from '../events.ts';
import { copyAddress, getAddress, names } from '../link/address.ts';
import { body, rx, RX_LENGTH } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask, goOn, nameRun } from '../link/task.ts';
import { message } from '../link/transmit.ts';
import * as records from '../records.ts';
import * as refusal from '../refusals.ts';
import {
  ANSWER_ROUTER,
  answers,
  dropAnswers,
  findAnswer,
  FOR_ROUTER,
  keepAnswer,
  NO_ANSWER,
  putAnswer,
} from './answers.ts';
import { approvalLength, putApproval } from './approval.ts';
import { me } from './identity.ts';
import { NO_KEY } from './keys.ts';
import * as layout from './layout.ts';
import * as registry from './registry.ts';
import { putReject } from './reject.ts';
import { getTail } from './request.ts';
import { retell } from './revoke.ts';
import { sendDown } from './route.ts';
import { nodes } from './registry.ts';
import * as term from './terms.ts';
import { terms } from './terms.ts';
import { installOwn, repeatNotice, tentativeOf } from './visited.ts';

/** The node, and the router that took its REQUEST: offsets into the registry, or VIA_BASE. */
let node = registry.NO_NODE;
let entry = registry.VIA_BASE;
/** The router whose APPROVAL is being made, how many were granted, and the answer being repeated. */
let which = 0;
let granted = 0;
let answer = NO_ANSWER;
/** Whether B itself is among the routers wanted. */
let wantsBase = false;
/** Why B says no to a REQUEST that has proved to be N's (REJECT_...). */
let objection = 0;

const secret = makeWords(4);
/** derive(K_N). */
const source = makeWords(4);

function drop(reason: number): void {
  wipeWords(secret, 0, 4);
  wipeWords(source, 0, 4);
  refuse(reason);
  endTask();
}

/**
 * A centralised REQUEST in `body`; ends the task.
 * @param from address of N. @param through offset of the router that it was handed to, or VIA_BASE.
 */
export function onCentralRequest(from: Words, fromAt: number, through: number): void {
  node = registry.findNode(from, fromAt);
  entry = through;
  if (node === registry.NO_NODE) {
    drop(refusal.REFUSED_UNKNOWN_NODE);
    return;
  }
  term.newTerms(MODE_CENTRALISED);
  copyAddress(nodes, node + records.NODE_EUI, terms, term.T_NODE);
  copyAddress(me, records.IDENTITY_EUI, terms, term.T_AUTHORITY);
  getTail(rx[RX_LENGTH] - layout.TAIL_OCTETS, terms);
  nameRun(terms[term.T_NODE + 1], terms[term.T_CTR]);
  if (nodes[node + records.NODE_REVOKED] === REVOKE_COMPROMISED) {
    drop(refusal.REFUSED_REVOKED);
  } else if (!readRouters(rx[RX_LENGTH] - layout.TAIL_OCTETS - 1)) {
    drop(refusal.REFUSED_ROUTER_LIST);
  } else if (terms[term.T_CTR] === nodes[node + records.NODE_COUNTER]) {
    goOn(repeatAnswers);
  } else if (terms[term.T_CTR] < nodes[node + records.NODE_COUNTER]) {
    drop(refusal.REFUSED_COUNTER);
  } else {
    term.subkey(nodes, node + records.NODE_KEY, term.LABEL_REQUEST_MAC, secret, 0, onRequestKey);
  }
}

/** Reads the list of routers, in full, into `terms`: 1 to 3 known ones, none twice, never N. @param octets of the list. */
function readRouters(octets: number): boolean {
  if (octets === 0) {
    terms[term.T_COUNT] = 1;
    if (entry < 0) return false;
    copyAddress(nodes, entry + records.NODE_EUI, terms, term.routerOf(0));
    return entry !== node;
  }
  const width = octets % 8 === 0 ? 8 : 2;
  const count = octets === 8 || octets === 2 ? 1 : octets === 2 * width ? 2 : 3;
  if (octets !== count * width) return false;
  terms[term.T_COUNT] = count;
  for (let i = 0; i < count; i++) {
    const to = term.routerOf(i);
    getAddress(body, 1 + i * width, width, secret, 0);
    if (names(secret, 0, me, records.IDENTITY_EUI)) {
      copyAddress(me, records.IDENTITY_EUI, terms, to);
    } else {
      const router = registry.findNode(secret, 0);
      if (router === registry.NO_NODE || router === node) return false;
      copyAddress(nodes, router + records.NODE_EUI, terms, to);
    }
    for (let before = 0; before < i; before++) {
      if (names(terms, to, terms, term.routerOf(before))) return false;
    }
  }
  return true;
}

/** An equal ctr with the same MAC: the stored octets again, or B's own NOTICE. */
function repeatAnswers(): void {
  answer = findAnswer(terms, NO_ANSWER);
  const own = tentativeOf(terms);
  if (answer !== NO_ANSWER) sendAnswer();
  else if (own !== NO_KEY) repeatNotice(own);
  else drop(refusal.REFUSED_COUNTER);
}

function sendAnswer(): void {
  const to = answer + ANSWER_ROUTER;
  const router = registry.findNode(answers, to);
  sendDown(putAnswer(answer), answers, to, viaOf(router), onAnswerSent);
}

function onAnswerSent(): void {
  answer = findAnswer(terms, answer);
  const own = tentativeOf(terms);
  if (answer !== NO_ANSWER) sendAnswer();
  else if (own !== NO_KEY) repeatNotice(own);
  else endTask();
}

/** The router before `router`: by the newest route, else the one that took the REQUEST. */
function viaOf(router: number): number {
  return nodes[router + registry.NODE_VIA] === registry.VIA_UNKNOWN ? entry : nodes[router + registry.NODE_VIA];
}

function onRequestKey(): void {
  term.requestMac(secret, 0, terms, onRequestMac);
}

function onRequestMac(): void {
  if (!term.macMatches(terms)) {
    drop(refusal.REFUSED_REQUEST_MAC);
    return;
  }
  nodes[node + records.NODE_COUNTER] = terms[term.T_CTR];
  if (nodes[node + records.NODE_REVOKED] === REVOKE_REMOVED) {
    // Its ctr is used up, so that each REQUEST is answered once.
    objection = layout.REJECT_REVOKED;
    refuse(refusal.REFUSED_REVOKED);
    goOn(onRejectKey);
    return;
  }
  nodes[node + registry.NODE_HELD_UNTIL] = seconds() + 60 * me[records.IDENTITY_LIFE] + 60;
  wipeWords(nodes, node + records.NODE_CHAIN, 2);
  noteHolders();
  terms[term.T_R1] = randomWord();
  terms[term.T_R1 + 1] = randomWord();
  terms[term.T_LIFE] = me[records.IDENTITY_LIFE];
  terms[term.T_DEPTH] = 0;
  if (terms[term.T_NEW_SESSION] === 1) {
    term.subkey(nodes, node + records.NODE_KEY, term.LABEL_SESSION, secret, 0, onSessionLabel);
  } else {
    registry.saveNode(node);
    grantAll();
  }
}

/** Every router that may get an APPROVAL counts as a holder, before one is sent. */
function noteHolders(): void {
  for (let i = 0; i < terms[term.T_COUNT]; i++) {
    const router = registry.findNode(terms, term.routerOf(i));
    if (router !== registry.NO_NODE) registry.putIn(node, records.NODE_HOLDERS, router);
  }
}

function onSessionLabel(): void {
  term.sessionKey(secret, 0, terms, secret, 0, onSessionKey);
}

function onSessionKey(): void {
  term.subkey(secret, 0, term.LABEL_DATA, nodes, node + records.NODE_DATA, onSessionData);
}

function onSessionData(): void {
  term.subkey(secret, 0, term.LABEL_SEAL, nodes, node + records.NODE_SESSION, onSessionSeal);
}

function onSessionSeal(): void {
  nodes[node + records.NODE_SESSION_COUNTER] = terms[term.T_CTR];
  nodes[node + records.NODE_SEQUENCE_OUT] = 1;
  nodes[node + registry.NODE_NEXT_SEQUENCE] = 1;
  nodes[node + records.NODE_SEQUENCE_IN] = 1;
  registry.startData(node);
  dropAnswers(nodes, node + records.NODE_EUI, FOR_ROUTER, onOldDropped);
}

/** The session is stored as late as can be: after a reset in between, the node's own is still the old one. */
function onOldDropped(): void {
  registry.saveNode(node);
  retell(node);
  grantAll();
}

function grantAll(): void {
  which = -1;
  granted = 0;
  wantsBase = false;
  term.subkey(nodes, node + records.NODE_KEY, term.LABEL_DERIVE, source, 0, grantNext);
}

/** The APPROVAL of the next router, B's own grant last. */
function grantNext(): void {
  which++;
  while (which < terms[term.T_COUNT] && !canGrant(which)) which++;
  if (which < terms[term.T_COUNT]) {
    term.pairwise(source, 0, terms, which, secret, 0, onPairwise);
  } else if (wantsBase) {
    which = 0;
    while (!isBase(which)) which++;
    term.pairwise(source, 0, terms, which, secret, 0, onOwnPairwise);
  } else if (granted > 0) {
    forget();
    endTask();
  } else {
    objection = layout.REJECT_NO_ROUTER;
    refuse(refusal.REFUSED_UNKNOWN_ROUTER);
    term.subkey(nodes, node + records.NODE_KEY, term.LABEL_REQUEST_MAC, secret, 0, onRejectKey);
  }
}

function isBase(router: number): boolean {
  return names(terms, term.routerOf(router), me, records.IDENTITY_EUI);
}

function canGrant(router: number): boolean {
  if (isBase(router)) {
    wantsBase = true;
    return false;
  }
  const wanted = registry.findNode(terms, term.routerOf(router));
  return registry.hasSessionWith(wanted) && registry.mayServe(wanted, node);
}

function forget(): void {
  wipeWords(secret, 0, 4);
  wipeWords(source, 0, 4);
}

function onOwnPairwise(): void {
  wipeWords(source, 0, 4);
  installOwn(secret, 0);
  wipeWords(secret, 0, 4);
}

function onPairwise(): void {
  const router = registry.findNode(terms, term.routerOf(which));
  const index = nodes[router + records.NODE_SESSION_COUNTER] & 255;
  const seal = router + records.NODE_SESSION;
  const to = router + records.NODE_EUI;
  putApproval(index, registry.nextSequence(router), secret, 0, nodes, to, nodes, seal, onApproval);
}

function onApproval(): void {
  const router = registry.findNode(terms, term.routerOf(which));
  granted++;
  keepAnswer(terms, nodes, router + records.NODE_EUI, approvalLength());
  goOn(sendApproval);
}

function sendApproval(): void {
  const router = registry.findNode(terms, term.routerOf(which));
  sendDown(approvalLength(), nodes, router + records.NODE_EUI, viaOf(router), grantNext);
}

/** B says no with a MAC, so that N may believe it; `secret` is request-MAC(K_N). */
function onRejectKey(): void {
  term.rejectMac(secret, 0, terms, objection, onRejectMac);
}

function onRejectMac(): void {
  forget();
  putReject(terms, objection);
  putWord(message, layout.REJECT_MAC, mac[0]);
  putWord(message, layout.REJECT_MAC + 4, mac[1]);
  sendDown(layout.REJECT_OCTETS, terms, term.T_NODE, entry, endTask);
}
