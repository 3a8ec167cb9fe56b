// SPDX-License-Identifier: Apache-2.0
// The base station's way down: a message goes along the newest recorded routes, wrapped in DOWN where there is a hop between.

import { BODY_LENGTH } from '#room';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { HANDLE_OCTETS, handleOf, putAddress, putHandle, widthOf } from '../link/address.ts';
import { refuse } from '../link/refuse.ts';
import { message, sendData, sendMessage, sendNothing } from '../link/transmit.ts';
import { NODE_EUI } from '../records.ts';
import { REFUSED_ROUTE } from '../refusals.ts';
import * as key from './keys.ts';
import { DOWN, DOWN_DATA, ENVELOPE_ADDRESSES, ENVELOPE_INFO, head, INFO_WIDE_ORIGIN, MAX_HOPS } from './layout.ts';
import { NODE_VIA, nodes, VIA_BASE } from './registry.ts';

/** The routers between, nearest to the receiver first: offsets into `nodes`. */
const path = makeWords(MAX_HOPS);

/**
 * Sends message[0..length-1] to a node. @param to its address. @param via offset of the router before it, VIA_BASE if it is
 * in earshot. @param next called when the first hop is done, or at once if there is no way: counted.
 */
export function sendDown(length: number, to: Words, toAt: number, via: number, next: () => void): void {
  const hops = findPath(via);
  if (hops === 0) sendMessage(length, to, toAt, key.NO_KEY, next);
  else sendAlong(hops, length, to, toAt, 0, next);
}

/** Sends data, message[0..length-1], to a node by its newest route, link-secured on its last hop too; next as in sendDown(). */
export function sendDataDown(length: number, node: number, next: () => void): void {
  const hops = findPath(nodes[node + NODE_VIA]);
  if (hops !== 0) {
    sendAlong(hops, length, nodes, node + NODE_EUI, DOWN_DATA, next);
    return;
  }
  const link = key.keyWith(nodes, node + NODE_EUI, key.LIVE);
  if (link === key.NO_KEY) lost(next);
  else sendData(length, link, next);
}

/** Writes the routers between into `path`. @returns how many; -1 if there is no way. */
function findPath(via: number): number {
  let hops = 0;
  let at = via;
  while (at >= 0 && hops < MAX_HOPS) {
    path[hops] = at;
    hops++;
    at = nodes[at + NODE_VIA];
  }
  return at === VIA_BASE ? hops : -1;
}

/** Wraps message[0..length-1] in a DOWN of `mode` for the routers of `path`, and sends it. */
function sendAlong(hops: number, length: number, to: Words, toAt: number, mode: number, next: () => void): void {
  const first = hops < 0 ? key.NO_KEY : key.keyWith(nodes, path[hops - 1] + NODE_EUI, key.LIVE);
  const last = widthOf(to, toAt);
  const start = ENVELOPE_ADDRESSES + (hops - 1) * HANDLE_OCTETS + last;
  if (first === key.NO_KEY || start + length > BODY_LENGTH) {
    lost(next);
    return;
  }
  for (let i = length - 1; i >= 0; i--) message[start + i] = message[i];
  message[0] = head(DOWN, mode);
  message[ENVELOPE_INFO] = hops | (last === 8 ? INFO_WIDE_ORIGIN : 0);
  let write = ENVELOPE_ADDRESSES;
  for (let hop = hops - 2; hop >= 0; hop--) write = putHandle(message, write, handleOf(nodes, path[hop] + NODE_EUI));
  putAddress(message, write, last, to, toAt);
  sendMessage(start + length, key.keys, first, first, next);
}

function lost(next: () => void): void {
  refuse(REFUSED_ROUTE);
  sendNothing(next);
}
