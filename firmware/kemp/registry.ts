// SPDX-License-Identifier: Apache-2.0
// The base station's registry: who belongs to the network, what was granted last, and how to reach each. It is stored before
// it is acted on. RAM for a node is constant.

import { report, storageRead, storageWrite } from '#board';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_BAD_RECORD } from '../events.ts';
import { names } from '../link/address.ts';
import * as records from '../records.ts';
import { handleOf } from './attached.ts';

/** Record (records.ts NODE_*), and behind it what only memory holds. */
export const NODE_VIA = records.NODE_WORDS;
/** Sequence number to use next; the stored one is reserved ahead. */
export const NODE_NEXT_SEQUENCE = records.NODE_WORDS + 1;
/** Highest ctr of an ATTACHED that B believes. */
export const NODE_ATTACHED_CTR = records.NODE_WORDS + 2;
export const NEXT_NODE = records.NODE_WORDS + 3;

export const nodes = makeWords(records.MAX_NODES * NEXT_NODE);
/** Offset behind the last record in use. */
let end = 0;

export const NO_NODE = -1;
/** NODE_VIA: in B's own earshot, or not known yet. Otherwise the offset of the router before the node. */
export const VIA_BASE = -1;
export const VIA_UNKNOWN = -2;

/** Sequence numbers reserved by one write. */
const RESERVE = 16;

/** Loads all records. @returns false if one is unreadable, which stops B: a registry with a hole would grant twice. */
export function loadRegistry(): boolean {
  end = 0;
  for (let i = 0; i < records.MAX_NODES; i++) {
    if (storageRead(records.RECORD_NODE + i, nodes, end, records.NODE_WORDS)) {
      const version = nodes[end + records.NODE_VERSION];
      if (version !== records.RECORDS_VERSION) {
        report(EVENT_BAD_RECORD, records.RECORD_NODE + i, records.RECORDS_VERSION, version, 0, 0);
        return false;
      }
      nodes[end + NODE_VIA] = VIA_UNKNOWN;
      nodes[end + NODE_NEXT_SEQUENCE] = nodes[end + records.NODE_SEQUENCE_OUT];
      nodes[end + NODE_ATTACHED_CTR] = -1;
      end += NEXT_NODE;
    }
  }
  return true;
}

/** Stores the record of a node. */
export function saveNode(node: number): void {
  let number = 0;
  for (let at = 0; at < node; at += NEXT_NODE) number++;
  storageWrite(records.RECORD_NODE + number, nodes, node, records.NODE_WORDS);
}

/** @returns offset of the node that an address names, or NO_NODE. */
export function findNode(table: Words, at: number): number {
  for (let node = 0; node < end; node += NEXT_NODE) {
    if (names(table, at, nodes, node + records.NODE_EUI)) return node;
  }
  return NO_NODE;
}

/** @returns offset of the node of a two-octet handle (attached.ts), or NO_NODE. */
export function findHandle(handle: number): number {
  for (let node = 0; node < end; node += NEXT_NODE) {
    if (handleOf(nodes, node + records.NODE_EUI) === handle) return node;
  }
  return NO_NODE;
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
