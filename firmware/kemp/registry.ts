// SPDX-License-Identifier: Apache-2.0
// The base station's registry: who belongs to the network, what was granted last, and how to reach each. It is stored before
// it is acted on. RAM for a node is constant.

import { report, storageRead, storageWrite } from '#board';
import { div, makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_BAD_RECORD } from '../events.ts';
import { handleOf, names, tellingWord } from '../link/address.ts';
import { goOn, nothing } from '../link/task.ts';
import * as records from '../records.ts';

/** Record (records.ts NODE_*), and behind it what only memory holds. */
export const NODE_VIA = records.NODE_WORDS;
/** Sequence number to use next; the stored one is reserved ahead. */
export const NODE_NEXT_SEQUENCE = records.NODE_WORDS + 1;
/** Highest ctr of an ATTACHED that B believes. */
export const NODE_ATTACHED_CTR = records.NODE_WORDS + 2;
/** Until when (s) a key that B granted for it may live somewhere, and its depth at the router it is at. */
export const NODE_HELD_UNTIL = records.NODE_WORDS + 3;
export const NODE_DEPTH = records.NODE_WORDS + 4;
/** Numbers under data(S_N): the next one of B, the lowest one accepted from N; the stored ones are reserved ahead. */
const NODE_DATA_NEXT = records.NODE_WORDS + 5;
export const NODE_DATA_FLOOR = records.NODE_WORDS + 6;
/** ctr of an ATTACHED that B does not believe yet, and since when (s). */
export const NODE_ODD_CTR = records.NODE_WORDS + 7;
export const NODE_ODD_SINCE = records.NODE_WORDS + 8;
/** The next node whose handle falls into the same bucket, or NO_NODE. */
const NODE_BESIDE = records.NODE_WORDS + 9;
export const NEXT_NODE = records.NODE_WORDS + 10;

export const nodes = makeWords(records.MAX_NODES * NEXT_NODE);
/** Offset behind the last record in use. */
let end = 0;

export const NO_NODE = -1;

/** Nodes by their handles: a message names up to 14 of them, and to look through 64 takes half a turn. */
const BUCKETS = 64;
const buckets = makeWords(BUCKETS);
/** NODE_VIA: in B's own earshot, or not known yet. Otherwise the offset of the router before the node. */
export const VIA_BASE = -1;
export const VIA_UNKNOWN = -2;

/** Sequence numbers reserved by one write. */
const RESERVE = 16;

const count = makeWords(records.REGISTRY_WORDS);
let place = 0;
let onLoaded = nothing;

/**
 * Loads all records, one a turn of the running task. @param next called when all are there; never if one is unreadable, which stops
 * B: a registry with a hole would forget what it granted.
 */
export function loadRegistry(next: () => void): void {
  end = 0;
  place = 0;
  onLoaded = next;
  for (let i = 0; i < BUCKETS; i++) buckets[i] = NO_NODE;
  const found = storageRead(records.RECORD_REGISTRY, count, 0, records.REGISTRY_WORDS);
  if (isGood(records.RECORD_REGISTRY, found, count[0])) goOn(loadNext);
}

function loadNext(): void {
  if (place === count[1]) {
    onLoaded();
    return;
  }
  const there = storageRead(records.RECORD_NODE + place, nodes, end, records.NODE_WORDS);
  if (!isGood(records.RECORD_NODE + place, there, nodes[end + records.NODE_VERSION])) return;
  nodes[end + NODE_VIA] = VIA_UNKNOWN;
  nodes[end + NODE_NEXT_SEQUENCE] = nodes[end + records.NODE_SEQUENCE_OUT];
  nodes[end + NODE_DATA_NEXT] = nodes[end + records.NODE_DATA_OUT];
  nodes[end + NODE_DATA_FLOOR] = nodes[end + records.NODE_DATA_IN];
  nodes[end + NODE_ATTACHED_CTR] = -1;
  const bucket = bucketOf(handleOf(nodes, end + records.NODE_EUI));
  nodes[end + NODE_BESIDE] = buckets[bucket];
  buckets[bucket] = end;
  end += NEXT_NODE;
  place++;
  goOn(loadNext);
}

/** Reports a record that is not there, or of another version: 0 stands for none. */
function isGood(record: number, found: boolean, version: number): boolean {
  if (found && version === records.RECORDS_VERSION) return true;
  report(EVENT_BAD_RECORD, record, records.RECORDS_VERSION, found ? version : 0, 0, 0);
  return false;
}

/** Stores the record of a node. */
export function saveNode(node: number): void {
  storageWrite(records.RECORD_NODE + div(node, NEXT_NODE), nodes, node, records.NODE_WORDS);
}

/** Offset behind the last node. */
export function nodesEnd(): number {
  return end;
}

/** Whether `other` is in a set of `node`. @param set NODE_HOLDERS, NODE_PENDING or NODE_CHAIN. */
export function isIn(node: number, set: number, other: number): boolean {
  const place = div(other, NEXT_NODE);
  return (nodes[node + set + (place >>> 5)] & (1 << (place & 31))) !== 0;
}

/** Whether `other` is in that set of any node. */
export function isInAny(set: number, other: number): boolean {
  const place = div(other, NEXT_NODE);
  const word = set + (place >>> 5);
  const bit = 1 << (place & 31);
  for (let node = 0; node < end; node += NEXT_NODE) {
    if ((nodes[node + word] & bit) !== 0) return true;
  }
  return false;
}

/** Puts `other` into a set of `node`. */
export function putIn(node: number, set: number, other: number): void {
  const place = div(other, NEXT_NODE);
  const word = node + set + (place >>> 5);
  nodes[word] = nodes[word] | (1 << (place & 31));
}

/** Takes `other` out of a set of `node`. */
export function takeOut(node: number, set: number, other: number): void {
  const place = div(other, NEXT_NODE);
  const word = node + set + (place >>> 5);
  nodes[word] = nodes[word] & ~(1 << (place & 31));
}

/** True if a set of `node` has no member. */
export function isEmpty(node: number, set: number): boolean {
  return nodes[node + set] === 0 && nodes[node + set + 1] === 0;
}

/** Whether the way from B to a node whose router is `via` is known and leads past `other`. */
export function leadsPast(via: number, other: number): boolean {
  let at = via;
  for (let hops = 0; at >= 0 && at !== other && hops < 16; hops++) at = nodes[at + NODE_VIA];
  return at === VIA_BASE;
}

function bucketOf(handle: number): number {
  return (handle ^ (handle >>> 6)) & (BUCKETS - 1);
}

/** @returns offset of the node that an address names, or NO_NODE. */
export function findNode(table: Words, at: number): number {
  let node = buckets[bucketOf(handleOf(table, at))];
  while (node !== NO_NODE && !names(table, at, nodes, node + records.NODE_EUI)) node = nodes[node + NODE_BESIDE];
  // Where an EUI-64 alone is known of a node that has a short address, its handle is not.
  return node === NO_NODE && tellingWord(table, at) === 1 ? findByEui(table, at) : node;
}

function findByEui(table: Words, at: number): number {
  const low = table[at + 1];
  for (let node = records.NODE_EUI; node < end; node += NEXT_NODE) {
    if (nodes[node + 1] === low && names(table, at, nodes, node)) return node - records.NODE_EUI;
  }
  return NO_NODE;
}

/** @returns offset of the node of a two-octet handle (address.ts), or NO_NODE. */
export function findHandle(handle: number): number {
  let node = buckets[bucketOf(handle)];
  while (node !== NO_NODE && handleOf(nodes, node + records.NODE_EUI) !== handle) node = nodes[node + NODE_BESIDE];
  return node;
}

/** Whether a router may serve a node, by their zones. */
export function mayServe(router: number, node: number): boolean {
  const theirs = nodes[router + records.NODE_ZONES];
  const own = nodes[node + records.NODE_ZONES];
  return theirs === 0 || own === 0 || (theirs & own) !== 0;
}

/** True if B shares a session with the node. */
export function hasSessionWith(node: number): boolean {
  return nodes[node + records.NODE_SESSION_COUNTER] > 0;
}

/** The next sequence number under the node's session: never given twice, across reboots too. */
export function nextSequence(node: number): number {
  const seq = nodes[node + NODE_NEXT_SEQUENCE];
  nodes[node + NODE_NEXT_SEQUENCE] = seq + 1;
  if (seq >= nodes[node + records.NODE_SEQUENCE_OUT]) {
    nodes[node + records.NODE_SEQUENCE_OUT] = seq + RESERVE;
    saveNode(node);
  }
  return seq;
}

/** The node has a new data(S_N): both ends number from 1. The caller stores it. */
export function startData(node: number): void {
  nodes[node + records.NODE_DATA_OUT] = 1;
  nodes[node + records.NODE_DATA_IN] = 1;
  nodes[node + NODE_DATA_NEXT] = 1;
  nodes[node + NODE_DATA_FLOOR] = 1;
}

/** B's next number under data(S_N): never given twice, across reboots too. */
export function nextDataNumber(node: number): number {
  const number = nodes[node + NODE_DATA_NEXT];
  nodes[node + NODE_DATA_NEXT] = number + 1;
  if (number >= nodes[node + records.NODE_DATA_OUT]) {
    nodes[node + records.NODE_DATA_OUT] = number + RESERVE;
    saveNode(node);
  }
  return number;
}

/**
 * N's number NODE_DATA_FLOOR - 1 was taken: a floor at or above it is in flash before anything is done with the data. After a
 * reboot the readings between the two are refused, RESERVE of them at most; none is taken twice.
 */
export function keepDataFloor(node: number): void {
  if (nodes[node + NODE_DATA_FLOOR] <= nodes[node + records.NODE_DATA_IN]) return;
  nodes[node + records.NODE_DATA_IN] = nodes[node + NODE_DATA_FLOOR] + RESERVE - 1;
  saveNode(node);
}

/** `router` leads to `node` (VIA_BASE: B itself), unless the way to it leads through the node. */
export function setVia(node: number, router: number): void {
  let at = router;
  let hops = 0;
  while (at >= 0 && at !== node && hops < 16) {
    at = nodes[at + NODE_VIA];
    hops++;
  }
  if (at === VIA_BASE) nodes[node + NODE_VIA] = router;
}
