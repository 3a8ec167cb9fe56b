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
export const NEXT_NODE = records.NODE_WORDS + 5;

export const nodes = makeWords(records.MAX_NODES * NEXT_NODE);
/** Offset behind the last record in use. */
let end = 0;

export const NO_NODE = -1;
/** NODE_VIA: in B's own earshot, or not known yet. Otherwise the offset of the router before the node. */
export const VIA_BASE = -1;
export const VIA_UNKNOWN = -2;

/** Sequence numbers reserved by one write. */
const RESERVE = 16;

let place = 0;
let onLoaded = nothing;

/**
 * Loads all records, one a turn of the running task. @param next called when all are there; never if one is unreadable, which stops
 * B: a registry with a hole would grant twice.
 */
export function loadRegistry(next: () => void): void {
  end = 0;
  place = 0;
  onLoaded = next;
  goOn(loadNext);
}

function loadNext(): void {
  if (storageRead(records.RECORD_NODE + place, nodes, end, records.NODE_WORDS)) {
    const version = nodes[end + records.NODE_VERSION];
    if (version !== records.RECORDS_VERSION) {
      report(EVENT_BAD_RECORD, records.RECORD_NODE + place, records.RECORDS_VERSION, version, 0, 0);
      return;
    }
    nodes[end + NODE_VIA] = VIA_UNKNOWN;
    nodes[end + NODE_NEXT_SEQUENCE] = nodes[end + records.NODE_SEQUENCE_OUT];
    nodes[end + NODE_ATTACHED_CTR] = -1;
    end += NEXT_NODE;
  }
  place++;
  if (place < records.MAX_NODES) goOn(loadNext);
  else goOn(onLoaded);
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

/** @returns offset of the node that an address names, or NO_NODE. */
export function findNode(table: Words, at: number): number {
  const word = tellingWord(table, at);
  const value = table[at + word];
  for (let node = records.NODE_EUI; node < end; node += NEXT_NODE) {
    if (nodes[node + word] === value && names(table, at, nodes, node)) return node - records.NODE_EUI;
  }
  return NO_NODE;
}

/** @returns offset of the node of a two-octet handle (attached.ts), or NO_NODE. */
export function findHandle(handle: number): number {
  for (let node = 0; node < end; node += NEXT_NODE) {
    const short = nodes[node + records.NODE_SHORT];
    if (short === handle || short === records.NO_SHORT) {
      if (handleOf(nodes, node + records.NODE_EUI) === handle) return node;
    }
  }
  return NO_NODE;
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
