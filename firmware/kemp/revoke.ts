// SPDX-License-Identifier: Apache-2.0
// Revocation at the base station: every party that may hold a key with the node is told under its own session, again and again,
// until it says that the key is gone or the key's life is over (protocol.md "Revocation").

import { report, seconds } from '#board';
import { getWord, putWord, wipeWords } from '../../crypto-core/index.ts';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_REVOKE, EVENT_REVOKED, REVOKE_CHAIN, REVOKE_COMPROMISED } from '../events.ts';
import { names, put8 } from '../link/address.ts';
import { body } from '../link/receive.ts';
import { endTask, goOn, nothing } from '../link/task.ts';
import { setTimer, stopTimer, TIMER_REVOKE } from '../link/timers.ts';
import { message } from '../link/transmit.ts';
import * as records from '../records.ts';
import { dropAnswers, FOR_ROUTER } from './answers.ts';
import { me, runTimeout } from './identity.ts';
import * as key from './keys.ts';
import * as layout from './layout.ts';
import * as registry from './registry.ts';
import { nodes } from './registry.ts';
import { sendDown } from './route.ts';
import { sealBody, sealTerms } from './sealed.ts';
import { note, NOTE_REVOKED } from '../console/notes.ts';

/** Doublings of T between two rounds, at most. */
const MOST_DOUBLINGS = 5;
/** Pause between two messages of a round, ms. */
const PAUSE_MS = 20;

const state = makeWords(11);
/** Rounds so far. */
const ROUND = 0;
/** The pair to be told next: a node and a party. */
const NODE = 1;
const PARTY = 2;
const EPOCH = 3;
/** Where to look for the next router around the revoked one, or DIRECT: the party is told on its own way. */
const WAY = 4;
const DIRECT = -1;
/** The node that is being forgotten, how, the next one to look at; and where to look for the next one that ROOT introduced. */
const FORGOTTEN = 5;
const KIND = 6;
const LOOK_AT = 7;
const CHAIN_AT = 8;
const ROOT = 9;
/** 1 when all of a round were told and it is looked whether another is needed. */
const OVER = 10;

/** Registry entries that one turn looks at. */
const ENTRIES = 8;

let onDeletion = nothing;
let onRevoked = nothing;

/** @param next called when B deleted keys of its own. */
export function watchOwnDeletions(next: () => void): void {
  onDeletion = next;
}

/**
 * Goes on where the registry left off; ends the task. How long ago its grants were made is not known: they may have their whole life
 * left.
 */
export function startRevoke(): void {
  state[LOOK_AT] = 0;
  goOn(recall);
}

function recall(): void {
  const heldUntil = seconds() + 60 * me[records.IDENTITY_LIFE];
  let node = state[LOOK_AT];
  for (let turn = 0; turn < ENTRIES && node < registry.nodesEnd(); turn++) {
    nodes[node + registry.NODE_HELD_UNTIL] = heldUntil;
    if (nodes[node + records.NODE_EPOCH] > state[EPOCH]) state[EPOCH] = nodes[node + records.NODE_EPOCH];
    if (!registry.isEmpty(node, records.NODE_PENDING)) startRound(0);
    node += registry.NEXT_NODE;
  }
  state[LOOK_AT] = node;
  if (node < registry.nodesEnd()) goOn(recall);
  else endTask();
}

/** A party has a new session: what it has yet to be told goes out under that, once its NOTICE has had the time to arrive. */
export function retell(party: number): void {
  if (registry.isInAny(records.NODE_PENDING, party)) startRound(2 * runTimeout(1));
}

/** @param delay ms until its first message. */
function startRound(delay: number): void {
  state[ROUND] = 0;
  state[NODE] = 0;
  state[PARTY] = 0;
  state[WAY] = DIRECT;
  setTimer(TIMER_REVOKE, delay);
}

/**
 * Begins to revoke a node. @param kind REVOKE_REMOVED or REVOKE_COMPROMISED. @param next called when that is in flash; until
 * then nothing else happens.
 */
export function revoke(node: number, kind: number, next: () => void): void {
  onRevoked = next;
  state[ROOT] = node;
  state[CHAIN_AT] = kind === REVOKE_COMPROMISED ? 0 : registry.nodesEnd();
  beginToForget(node, kind);
}

function beginToForget(node: number, kind: number): void {
  state[FORGOTTEN] = node;
  state[KIND] = kind;
  state[LOOK_AT] = 0;
  goOn(noteParties);
}

/** Who is to be told: all that may hold a key with the node. */
function noteParties(): void {
  const node = state[FORGOTTEN];
  let party = state[LOOK_AT];
  for (let turn = 0; turn < ENTRIES && party < registry.nodesEnd(); turn++) {
    const shares = registry.isIn(node, records.NODE_HOLDERS, party) || registry.isIn(party, records.NODE_HOLDERS, node);
    if (party !== node && shares) registry.putIn(node, records.NODE_PENDING, party);
    party += registry.NEXT_NODE;
  }
  state[LOOK_AT] = party;
  if (party < registry.nodesEnd()) goOn(noteParties);
  else goOn(forget);
}

/** Marks the node, ends its session and its routes; in flash before anything else. */
function forget(): void {
  const node = state[FORGOTTEN];
  const kind = state[KIND];
  state[EPOCH] += 1;
  nodes[node + records.NODE_EPOCH] = state[EPOCH];
  nodes[node + records.NODE_REVOKED] = kind;
  if (kind !== REVOKE_CHAIN) {
    nodes[node + records.NODE_SESSION_COUNTER] = 0;
    wipeWords(nodes, node + records.NODE_SESSION, 4);
    for (let other = 0; other < registry.nodesEnd(); other += registry.NEXT_NODE) {
      if (nodes[other + registry.NODE_VIA] === node) nodes[other + registry.NODE_VIA] = registry.VIA_UNKNOWN;
    }
  }
  registry.saveNode(node);
  report(EVENT_REVOKE, nodes[node + records.NODE_EUI + 1], kind, 0, 0, 0);
  goOn(forgetOwn);
}

/** B's own keys with the node, and the answers for it and about it. */
function forgetOwn(): void {
  dropAnswers(nodes, state[FORGOTTEN] + records.NODE_EUI, FOR_ROUTER, forgetAnswers);
}

function forgetAnswers(): void {
  const node = state[FORGOTTEN];
  dropAnswers(nodes, node + records.NODE_EUI, nodes[node + records.NODE_COUNTER], forgetKeys);
}

function forgetKeys(): void {
  dropOwnKeys(state[FORGOTTEN] + records.NODE_EUI, state[KIND]);
  goOn(forgetChain);
}

/** The next node that a compromised one has introduced is forgotten, too; when there is none, all are told. */
function forgetChain(): void {
  for (let turn = 0; turn < ENTRIES && state[CHAIN_AT] < registry.nodesEnd(); turn++) {
    const other = state[CHAIN_AT];
    state[CHAIN_AT] += registry.NEXT_NODE;
    const free = nodes[other + records.NODE_REVOKED] === 0;
    if (other !== state[ROOT] && free && registry.isIn(other, records.NODE_CHAIN, state[ROOT])) {
      // It is told itself, too: whoever made its keys could pose as the routers that it shares them with.
      registry.putIn(other, records.NODE_PENDING, other);
      beginToForget(other, REVOKE_CHAIN);
      return;
    }
  }
  if (state[CHAIN_AT] < registry.nodesEnd()) {
    goOn(forgetChain);
  } else {
    startRound(0);
    onRevoked();
  }
}

function dropOwnKeys(address: number, kind: number): void {
  let any = false;
  for (let one = 0; one < key.KEYS_END; one += key.NEXT_KEY) {
    const lives = !key.isFree(one);
    const spared = kind === REVOKE_CHAIN && key.depthOf(one) === 0;
    if (lives && !spared && names(nodes, address, key.keys, one)) {
      key.dropKey(one);
      any = true;
    }
  }
  if (any) onDeletion();
}

/** Epoch of the latest revocation. */
export function latestEpoch(): number {
  return state[EPOCH];
}

/** Lets a removed node in again: B's next APPROVAL for it lifts the marks. @returns false: it was compromised, and stays out. */
export function enrol(node: number): boolean {
  if (nodes[node + records.NODE_REVOKED] === REVOKE_COMPROMISED) return false;
  nodes[node + records.NODE_REVOKED] = 0;
  wipeWords(nodes, node + records.NODE_PENDING, 2);
  registry.saveNode(node);
  return true;
}

/** A router holds a key with a node that is revoked: an ATTACHED that won the race, or lied. */
export function revokeAt(node: number, router: number): void {
  registry.putIn(node, records.NODE_PENDING, router);
  registry.saveNode(node);
  startRound(0);
}

/** TIMER_REVOKE: tells the next party; ends the task. */
export function revokeTask(): void {
  state[OVER] = 0;
  findNext();
}

/** The next pair of this round, from NODE and PARTY on: one whose party has a session. */
function findNext(): void {
  for (let turn = 0; turn < ENTRIES && state[NODE] < registry.nodesEnd(); turn++) {
    const node = state[NODE];
    const party = state[PARTY];
    if (party === registry.nodesEnd() || registry.isEmpty(node, records.NODE_PENDING)) {
      state[PARTY] = 0;
      state[NODE] = node + registry.NEXT_NODE;
    } else if (seconds() > nodes[node + registry.NODE_HELD_UNTIL]) {
      giveUp(node);
      goOn(findNext);
      return;
    } else if (registry.isIn(node, records.NODE_PENDING, party) && registry.hasSessionWith(party)) {
      onFound();
      return;
    } else {
      state[PARTY] = party + registry.NEXT_NODE;
    }
  }
  if (state[NODE] < registry.nodesEnd()) goOn(findNext);
  else onRoundOver();
}

function onFound(): void {
  if (state[OVER] === 0) {
    setTimer(TIMER_REVOKE, PAUSE_MS);
    tell();
  } else {
    setTimer(TIMER_REVOKE, runTimeout(1) << state[ROUND]);
    endTask();
  }
}

/** All have been told once more; the next round comes later, if there is anybody to be told. */
function onRoundOver(): void {
  if (state[OVER] === 0) {
    state[OVER] = 1;
    if (state[ROUND] < MOST_DOUBLINGS) state[ROUND] += 1;
    state[NODE] = 0;
    state[PARTY] = 0;
    goOn(findNext);
  } else {
    stopTimer(TIMER_REVOKE);
    endTask();
  }
}

/** No key that B knows of can live any more: nobody need be told. */
function giveUp(node: number): void {
  wipeWords(nodes, node + records.NODE_PENDING, 2);
  registry.saveNode(node);
}

function tell(): void {
  const node = state[NODE];
  const party = state[PARTY];
  const seq = registry.nextSequence(party);
  message[0] = layout.head(layout.REVOKE, nodes[node + records.NODE_REVOKED]);
  message[layout.REVOKE_INDEX] = nodes[party + records.NODE_SESSION_COUNTER] & 255;
  putWord(message, layout.REVOKE_SEQ, seq);
  put8(message, layout.REVOKE_SEALED, nodes, node + records.NODE_EUI);
  message[layout.REVOKE_SEALED + 8] = (nodes[node + records.NODE_EPOCH] >>> 8) & 255;
  message[layout.REVOKE_SEALED + 9] = nodes[node + records.NODE_EPOCH] & 255;
  sealTerms(message, 0, layout.REVOKE_SEALED, seq, me, records.IDENTITY_EUI, nodes, party + records.NODE_EUI);
  sealBody(nodes, party + records.NODE_SESSION, message, layout.REVOKE_SEALED, layout.REVOKE_INNER, onSealed);
}

/** Rounds that go everywhere: a mote may have gone back, without a frame, to a router where B does not look for it. */
function isWide(): boolean {
  return state[ROUND] === 2 || state[ROUND] === 3;
}

/**
 * Sends the REVOKE on the party's own way; where that leads through the revoked node, or is not known, or has been in vain twice,
 * through every other router in turn, each of which sends it to the party in plain.
 */
function onSealed(): void {
  const node = state[NODE];
  const party = state[PARTY];
  const via = nodes[party + registry.NODE_VIA];
  if (registry.leadsPast(via, node) && state[WAY] === DIRECT && !isWide()) {
    state[PARTY] = party + registry.NEXT_NODE;
    sendDown(layout.REVOKE_OCTETS, nodes, party + records.NODE_EUI, via, endTask);
  } else {
    const through = state[WAY] === DIRECT ? registry.VIA_BASE : state[WAY];
    state[WAY] = through === registry.VIA_BASE ? 0 : through + registry.NEXT_NODE;
    sendDown(layout.REVOKE_OCTETS, nodes, party + records.NODE_EUI, through, findWay);
  }
}

/**
 * The next router from WAY on that is reached without the revoked node and the party, one a turn; when there is none, the next party
 * is told. Ends the task.
 */
function findWay(): void {
  const router = state[WAY];
  if (router === registry.nodesEnd()) {
    state[WAY] = DIRECT;
    state[PARTY] += registry.NEXT_NODE;
    endTask();
  } else if (leadsRound(router)) {
    endTask();
  } else {
    state[WAY] = router + registry.NEXT_NODE;
    goOn(findWay);
  }
}

/** A node that holds a key of another one as its router, and that is reached without the revoked node and the party. */
function leadsRound(router: number): boolean {
  const via = nodes[router + registry.NODE_VIA];
  if (router === state[NODE] || router === state[PARTY] || !registry.hasSessionWith(router)) return false;
  if (!registry.isInAny(records.NODE_HOLDERS, router)) return false;
  return registry.leadsPast(via, state[NODE]) && registry.leadsPast(via, state[PARTY]);
}

/** REVOKED has opened in `body`: `party` has no key with the node named there any more. */
export function onRevokedBy(party: number, named: Words): void {
  named[0] = getWord(body, layout.REVOKE_SEALED);
  named[1] = getWord(body, layout.REVOKE_SEALED + 4);
  named[2] = records.NO_SHORT;
  const epoch = body[layout.REVOKE_SEALED + 8] * 256 + body[layout.REVOKE_SEALED + 9];
  const node = registry.findNode(named, 0);
  if (node !== registry.NO_NODE && (nodes[node + records.NODE_EPOCH] & 0xffff) === epoch) {
    registry.takeOut(node, records.NODE_PENDING, party);
    registry.takeOut(node, records.NODE_HOLDERS, party);
    registry.takeOut(party, records.NODE_HOLDERS, node);
    // A chain is broken once everybody has let go of it: the node itself is as good as before.
    if (registry.isEmpty(node, records.NODE_PENDING) && nodes[node + records.NODE_REVOKED] === REVOKE_CHAIN) {
      nodes[node + records.NODE_REVOKED] = 0;
    }
    registry.saveNode(node);
    registry.saveNode(party);
    note(NOTE_REVOKED, nodes, node + records.NODE_EUI, 0);
    report(EVENT_REVOKED, nodes[node + records.NODE_EUI + 1], nodes[party + records.NODE_EUI + 1], 0, 0, 0);
  }
}
