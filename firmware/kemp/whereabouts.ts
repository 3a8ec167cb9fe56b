// SPDX-License-Identifier: Apache-2.0
// What the base station learns of who is where: routes recorded on the way up, and ATTACHED, which it acknowledges.

import { report, seconds } from '#board';
import { getWord, putWord } from '../../crypto-core/index.ts';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import {
  EVENT_ATTACHED,
  MODE_CENTRALISED,
  MODE_REFRESH,
  REVOKE_CHAIN,
  REVOKE_COMPROMISED,
  REVOKE_REMOVED,
} from '../events.ts';
import { getAddress, getHandle, HANDLE_OCTETS, handleOf, putHandle } from '../link/address.ts';
import { answerFirst, body, rx, RX_KEY, RX_LENGTH } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { endTask, goOn, jobOk, nameRun, task, TASK_TYPE } from '../link/task.ts';
import { message } from '../link/transmit.ts';
import * as records from '../records.ts';
import * as refusal from '../refusals.ts';
import { dropAnswers } from './answers.ts';
import { onCentralRequest } from './centre.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import * as layout from './layout.ts';
import * as registry from './registry.ts';
import { nodes } from './registry.ts';
import { onRevokedBy, revokeAt } from './revoke.ts';
import { sendDown } from './route.ts';
import { sealAlso, sealBody, openBody, sealTerms, takeSequence } from './sealed.ts';

/** Time for an ATTACHED of an earlier run to come: two of its longest pauses (attached.ts). */
const PATIENCE_SECONDS = 120;

/** Who sent the inner message, and who a REVOKED tells of: addresses. */
const origin = makeWords(3);
const named = makeWords(3);

/** The router that tells, the node it tells of, and the router before it: offsets into the registry. */
let router = registry.NO_NODE;
let node = registry.NO_NODE;
let before = registry.VIA_BASE;
/** True if the ATTACHED tells what cannot be so. */
let disbelieved = false;

/** An UP message, link-secured: takes its route, and the message inside for its origin's. Ends the task. */
export function onUp(): void {
  const info = body[layout.ENVELOPE_INFO];
  const hops = info & layout.INFO_HOPS;
  const wideOrigin = (info & layout.INFO_WIDE_ORIGIN) !== 0;
  const route = layout.ENVELOPE_ADDRESSES + (wideOrigin ? 8 : 2);
  const inner = route + hops * HANDLE_OCTETS;
  if (inner + 1 > rx[RX_LENGTH]) {
    drop(refusal.REFUSED_ROUTE);
    return;
  }
  getAddress(body, layout.ENVELOPE_ADDRESSES, wideOrigin ? 8 : 2, origin, 0);
  // From the last hop back to the entry router: each is reached through the one that appended it.
  let nearer = registry.findNode(key.keys, rx[RX_KEY]);
  if (nearer !== registry.NO_NODE) registry.setVia(nearer, registry.VIA_BASE);
  for (let i = hops - 1; i >= 0 && nearer !== registry.NO_NODE; i--) {
    const farther = registry.findHandle(getHandle(body, route + i * HANDLE_OCTETS));
    if (farther !== registry.NO_NODE) registry.setVia(farther, nearer);
    nearer = farther;
  }
  if (nearer === registry.NO_NODE) {
    drop(refusal.REFUSED_ROUTE);
    return;
  }
  const length = rx[RX_LENGTH] - inner;
  for (let i = 0; i < length; i++) body[i] = body[inner + i];
  rx[RX_LENGTH] = length;
  task[TASK_TYPE] = body[0] >>> 4;
  if (((body[0] >>> 2) & 3) !== layout.VERSION) {
    drop(refusal.REFUSED_KMP_VERSION);
  } else if (task[TASK_TYPE] === layout.REQUEST && (body[0] & 3) === MODE_CENTRALISED && length > layout.TAIL_OCTETS) {
    onCentralRequest(origin, 0, nearer);
  } else if (task[TASK_TYPE] === layout.ATTACHED) {
    onAttached(origin, 0, nearer);
  } else if (task[TASK_TYPE] === layout.ROUTE) {
    onRoute(origin, 0, nearer);
  } else if (task[TASK_TYPE] === layout.REVOKED) {
    onRevoked(origin, 0, nearer);
  } else {
    drop(refusal.REFUSED_KMP_TYPE);
  }
}

/**
 * ATTACHED in `body`; ends the task. @param from address of the router that tells. @param through the router before it, or
 * VIA_BASE.
 */
export function onAttached(from: Words, fromAt: number, through: number): void {
  if (rx[RX_LENGTH] !== layout.ATTACHED_SEALED + layout.ATTACHED_INNER + layout.TAG_OCTETS) {
    drop(refusal.REFUSED_KMP_LENGTH);
    return;
  }
  router = registry.findNode(from, fromAt);
  node = registry.findHandle(getHandle(body, layout.ATTACHED_NODE));
  before = through;
  if (!knowsSession(body[layout.ATTACHED_INDEX])) return;
  const seq = getWord(body, layout.ATTACHED_SEQ);
  sealTerms(body, 0, layout.ATTACHED_SEALED, seq, nodes, router + records.NODE_EUI, me, records.IDENTITY_EUI);
  sealAlso(nodes, node + records.NODE_EUI);
  const maker = getHandle(body, layout.ATTACHED_AUTHORITY);
  const known = registry.findHandle(maker);
  if (handleOf(me, records.IDENTITY_EUI) === maker) {
    sealAlso(me, records.IDENTITY_EUI);
  } else if (known !== registry.NO_NODE) {
    sealAlso(nodes, known + records.NODE_EUI);
  } else {
    drop(refusal.REFUSED_UNKNOWN_ROUTER);
    return;
  }
  openBody(nodes, router + records.NODE_SESSION, body, layout.ATTACHED_SEALED, layout.ATTACHED_INNER, onAttachedOpened);
}

/** ROUTE in `body`: a router tells its way, which the UP has recorded; ends the task. */
export function onRoute(from: Words, fromAt: number, through: number): void {
  if (rx[RX_LENGTH] !== layout.ROUTE_SEALED + layout.TAG_OCTETS) {
    drop(refusal.REFUSED_KMP_LENGTH);
    return;
  }
  router = registry.findNode(from, fromAt);
  node = router;
  before = through;
  if (!knowsSession(body[layout.ROUTE_INDEX])) return;
  const seq = getWord(body, layout.ROUTE_SEQ);
  sealTerms(body, 0, layout.ROUTE_SEALED, seq, nodes, router + records.NODE_EUI, me, records.IDENTITY_EUI);
  openBody(nodes, router + records.NODE_SESSION, body, layout.ROUTE_SEALED, 0, onRouteOpened);
}

/** REVOKED in `body`: a party has deleted its keys with a revoked node; ends the task. */
export function onRevoked(from: Words, fromAt: number, through: number): void {
  if (rx[RX_LENGTH] !== layout.REVOKE_OCTETS) {
    drop(refusal.REFUSED_KMP_LENGTH);
    return;
  }
  router = registry.findNode(from, fromAt);
  node = router;
  before = through;
  if (!knowsSession(body[layout.REVOKE_INDEX])) return;
  const seq = getWord(body, layout.REVOKE_SEQ);
  sealTerms(body, 0, layout.REVOKE_SEALED, seq, nodes, router + records.NODE_EUI, me, records.IDENTITY_EUI);
  openBody(nodes, router + records.NODE_SESSION, body, layout.REVOKE_SEALED, layout.REVOKE_INNER, onRevokedOpened);
}

function onRevokedOpened(): void {
  if (isFresh(getWord(body, layout.REVOKE_SEQ))) goOn(takeRevoked);
}

function takeRevoked(): void {
  onRevokedBy(router, named);
  endTask();
}

/** Whether the message is sealed under the session of a known router; if not, it is dropped. */
function knowsSession(index: number): boolean {
  if (router === registry.NO_NODE || node === registry.NO_NODE) {
    drop(refusal.REFUSED_UNKNOWN_NODE);
    return false;
  }
  if (registry.hasSessionWith(router) && (nodes[router + records.NODE_SESSION_COUNTER] & 255) === index) return true;
  drop(refusal.REFUSED_NO_SESSION);
  return false;
}

function onRouteOpened(): void {
  if (isFresh(getWord(body, layout.ROUTE_SEQ))) goOn(acknowledgeRoute);
}

function acknowledgeRoute(): void {
  acknowledge(0, 0);
}

function onAttachedOpened(): void {
  if (isFresh(getWord(body, layout.ATTACHED_SEQ))) goOn(takeAttached);
}

function takeAttached(): void {
  nameRun(nodes[node + records.NODE_EUI + 1], getWord(body, layout.ATTACHED_SEALED));
  const maker = registry.findHandle(getHandle(body, layout.ATTACHED_AUTHORITY));
  // Who comes back to a router costs no write.
  const known = registry.isIn(node, records.NODE_HOLDERS, router);
  const linked = maker === registry.NO_NODE || registry.isIn(node, records.NODE_CHAIN, maker);
  registry.putIn(node, records.NODE_HOLDERS, router);
  if (!linked) registry.putIn(node, records.NODE_CHAIN, maker);
  if (!known || !linked) registry.saveNode(node);
  goOn(judgeAttached);
}

function judgeAttached(): void {
  const ctr = getWord(body, layout.ATTACHED_SEALED);
  const mode = body[0] & 3;
  const depth = body[layout.ATTACHED_SEALED + 4];
  const maker = registry.findHandle(getHandle(body, layout.ATTACHED_AUTHORITY));
  const allowed = !isOut(depth) && registry.mayServe(router, node);
  if (allowed && isCredible(maker, mode, depth, ctr)) {
    noteAttached(node, router, ctr, mode, depth, acknowledgeAttached);
  } else if (allowed && mayComeTrue(mode, depth, ctr)) {
    endTask();
  } else {
    disbelieved = true;
    goOn(acknowledgeAttached);
  }
}

/** What B does not believe it takes back, in a turn before that. */
function acknowledgeAttached(): void {
  if (disbelieved) {
    disbelieved = false;
    revokeAt(node, router);
    goOn(acknowledgeAttached);
    return;
  }
  acknowledge(body[0] & 3, getWord(body, layout.ATTACHED_SEALED));
}

/** Revoked while its last handover was on the way; of one whose chain is, a key that B made itself is none of that chain. */
function isOut(depth: number): boolean {
  const kind = nodes[node + records.NODE_REVOKED];
  return (kind === REVOKE_CHAIN && depth > 0) || kind === REVOKE_REMOVED || kind === REVOKE_COMPROMISED;
}

/**
 * What the introducer had with the node may not have been told yet: its own ATTACHED may be under way. The router is not answered
 * then, and asks again; B does not believe it if nothing has come in between.
 */
function mayComeTrue(mode: number, depth: number, ctr: number): boolean {
  if (mode === MODE_CENTRALISED || depth < 1 || depth > me[records.IDENTITY_DEPTH_LIMIT]) return false;
  if (nodes[node + registry.NODE_ODD_CTR] !== ctr) {
    nodes[node + registry.NODE_ODD_CTR] = ctr;
    nodes[node + registry.NODE_ODD_SINCE] = seconds();
  }
  return seconds() - nodes[node + registry.NODE_ODD_SINCE] < PATIENCE_SECONDS;
}

/** An introducer must itself have held a key with the node, and added one to its depth. */
function isCredible(maker: number, mode: number, depth: number, ctr: number): boolean {
  if (mode === MODE_CENTRALISED) return depth === 0;
  // A refreshed key is told of where B had not heard of the one before: its maker is that one's.
  if (mode === MODE_REFRESH) return depth <= me[records.IDENTITY_DEPTH_LIMIT];
  if (depth < 1 || depth > me[records.IDENTITY_DEPTH_LIMIT]) return false;
  if (maker === registry.NO_NODE || !registry.isIn(node, records.NODE_HOLDERS, maker)) return false;
  // An ATTACHED of an earlier run that comes late says nothing of where the node is now.
  if (ctr < nodes[node + registry.NODE_ATTACHED_CTR]) return true;
  return nodes[node + registry.NODE_VIA] !== maker || depth === nodes[node + registry.NODE_DEPTH] + 1;
}

/** Commits the sequence number and the way of a message that has opened; if it has not, or is old, it is dropped. */
function isFresh(seq: number): boolean {
  if (!jobOk || !takeSequence(seq, nodes, router + records.NODE_SEQUENCE_IN)) {
    drop(jobOk ? refusal.REFUSED_SEQUENCE : refusal.REFUSED_TAG);
    return false;
  }
  registry.saveNode(router);
  registry.setVia(router, before);
  return true;
}

/** Answers the router with an ACK that names `node` and ctr; ends the task. */
function acknowledge(mode: number, ctr: number): void {
  message[0] = layout.head(layout.ACK, mode);
  message[layout.ACK_INDEX] = nodes[router + records.NODE_SESSION_COUNTER] & 255;
  const seq = registry.nextSequence(router);
  putWord(message, layout.ACK_SEQ, seq);
  putHandle(message, layout.ACK_SEALED, handleOf(nodes, node + records.NODE_EUI));
  putWord(message, layout.ACK_SEALED + 2, ctr);
  sealTerms(message, 0, layout.ACK_SEALED, seq, me, records.IDENTITY_EUI, nodes, router + records.NODE_EUI);
  sealBody(nodes, router + records.NODE_SESSION, message, layout.ACK_SEALED, layout.ACK_INNER, onAckSealed);
}

function onAckSealed(): void {
  const length = layout.ACK_SEALED + layout.ACK_INNER + layout.TAG_OCTETS;
  sendDown(length, nodes, router + records.NODE_EUI, nodes[router + registry.NODE_VIA], endTask);
}

/**
 * `at` (offset, or VIA_BASE: B itself) serves the node since the run `ctr`; the highest ctr is believed. @param next called in another
 * turn, when the answers of that run are forgotten
 */
function noteAttached(served: number, at: number, ctr: number, mode: number, depth: number, next: () => void): void {
  if (ctr > nodes[served + registry.NODE_ATTACHED_CTR]) {
    nodes[served + registry.NODE_ATTACHED_CTR] = ctr;
    nodes[served + registry.NODE_DEPTH] = depth;
    registry.setVia(served, at);
    const server = at === registry.VIA_BASE ? me[records.IDENTITY_EUI + 1] : nodes[at + records.NODE_EUI + 1];
    report(EVENT_ATTACHED, nodes[served + records.NODE_EUI + 1], server, ctr, mode, depth);
  }
  dropAnswers(nodes, served + records.NODE_EUI, ctr, next);
}

/** B has committed a key of its own, that of the frame just received; goes on with the answer to it. */
export function noteOwn(): void {
  const keys = key.keys;
  const committed = rx[RX_KEY];
  const served = registry.findNode(keys, committed);
  if (served === registry.NO_NODE) {
    answerFirst();
    return;
  }
  const ctr = keys[committed + key.KEY_CTR];
  noteAttached(served, registry.VIA_BASE, ctr, key.modeOf(committed), 0, answerFirst);
}
