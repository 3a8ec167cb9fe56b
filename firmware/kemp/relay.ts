// SPDX-License-Identifier: Apache-2.0
// A router between others and the base station. It keeps no state of what it relays: on the way up each *receiver* appends the
// verified source, so the recorded route is the way back down. Both ways are link-secured; only the last hop down, to a node
// that may hold no key yet, is a plain frame with a message that is sealed or carries a MAC itself.

import { BODY_LENGTH } from '#room';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import {
  getAddress,
  getHandle,
  HANDLE_OCTETS,
  handleOf,
  names,
  putAddress,
  putHandle,
  widthOf,
} from '../link/address.ts';
import { passOn } from '../link/pass.ts';
import { body, rx, RX_KEY, RX_LENGTH, sender } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { message, sendData, sendMessage } from '../link/transmit.ts';
import { IDENTITY_BASE_EUI, IDENTITY_EUI } from '../records.ts';
import * as refusal from '../refusals.ts';
import { CHILDREN, STRANGERS, take } from './bucket.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import * as layout from './layout.ts';
import { isParent, parentKey } from './parent.ts';

const next = makeWords(3);

/** Begins an UP message for a message of this mote or of a node in earshot. @returns where the message goes. */
export function putEnvelope(origin: Words, originAt: number): number {
  const wide = widthOf(origin, originAt) === 8;
  message[0] = layout.head(layout.UP, 0);
  message[layout.ENVELOPE_INFO] = wide ? layout.INFO_WIDE_ORIGIN : 0;
  return putAddress(message, layout.ENVELOPE_ADDRESSES, wide ? 8 : 2, origin, originAt);
}

/** Where a message of this mote's own to B begins in `message`, and its octets. */
const own = makeWords(2);
const OWN_START = 0;
const OWN_OCTETS = 1;

/**
 * Makes room in `message` for a sealed message of this mote's own to B: alone where B is the parent, else in UP.
 * @returns where it begins
 */
export function beginUp(octets: number): number {
  own[OWN_START] = isParent(me, IDENTITY_BASE_EUI) ? 0 : putEnvelope(me, IDENTITY_EUI);
  own[OWN_OCTETS] = octets;
  return own[OWN_START];
}

/** Sends what beginUp() made room for, once it is sealed; ends the task. */
export function sendUp(): void {
  const up = parentKey();
  const start = own[OWN_START];
  if (up === key.NO_KEY) endTask();
  else sendMessage(start + own[OWN_OCTETS], key.keys, up, start === 0 ? key.NO_KEY : up, endTask);
}

/** A plain centralised REQUEST of a node in earshot; ends the task. */
export function relayRequest(): void {
  const up = parentKey();
  if (up === key.NO_KEY || !take(STRANGERS)) {
    drop(up === key.NO_KEY ? refusal.REFUSED_NOT_JOINED : refusal.REFUSED_BUCKET);
    return;
  }
  // The list of routers is left out where it names this one alone.
  const list = rx[RX_LENGTH] - 1 - layout.TAIL_OCTETS;
  let from = 1;
  if (list === 2 || list === 8) {
    getAddress(body, 1, list, next, 0);
    if (names(next, 0, me, IDENTITY_EUI)) from += list;
  }
  const first = body[0];
  const end = passOn(from, rx[RX_LENGTH], layout.ENVELOPE_ADDRESSES + widthOf(sender, 0) + 1);
  message[putEnvelope(sender, 0)] = first;
  sendMessage(end, key.keys, up, up, endTask);
}

/** An UP message of a child; ends the task. */
export function relayUp(): void {
  const up = parentKey();
  if (up === key.NO_KEY || !take(CHILDREN)) {
    drop(up === key.NO_KEY ? refusal.REFUSED_NOT_JOINED : refusal.REFUSED_BUCKET);
    return;
  }
  const info = body[layout.ENVELOPE_INFO];
  const hops = info & layout.INFO_HOPS;
  const origin = (info & layout.INFO_WIDE_ORIGIN) === 0 ? 2 : 8;
  const at = layout.ENVELOPE_ADDRESSES + origin + hops * HANDLE_OCTETS;
  if (
    isParent(sender, 0) ||
    hops >= layout.MAX_HOPS ||
    at + 1 > rx[RX_LENGTH] ||
    rx[RX_LENGTH] + HANDLE_OCTETS > BODY_LENGTH
  ) {
    drop(refusal.REFUSED_ROUTE);
    return;
  }
  // A message of the child's own needs no entry: its origin is the verified source.
  getAddress(body, layout.ENVELOPE_ADDRESSES, origin, next, 0);
  const known = hops === 0 && names(next, 0, key.keys, rx[RX_KEY]);
  const end = passOn(at, rx[RX_LENGTH], known ? at : at + HANDLE_OCTETS);
  if (!known) {
    putHandle(message, at, handleOf(key.keys, rx[RX_KEY]));
    message[layout.ENVELOPE_INFO] = info + 1;
  }
  sendMessage(end, key.keys, up, up, endTask);
}

/** A DOWN message: on to the next hop of its route, the last of which gets the message alone. Ends the task. */
export function relayDown(): void {
  const hops = body[layout.ENVELOPE_INFO] & layout.INFO_HOPS;
  const wideLast = (body[layout.ENVELOPE_INFO] & layout.INFO_WIDE_ORIGIN) !== 0;
  const width = hops > 1 ? HANDLE_OCTETS : wideLast ? 8 : 2;
  const rest = layout.ENVELOPE_ADDRESSES + width;
  // From above alone: the parent, or a router that this one has asked for a key. Who is served here sends nothing down.
  const fromBelow = key.isServed(rx[RX_KEY]) && !isParent(sender, 0);
  if (fromBelow || hops === 0 || rest + 1 > rx[RX_LENGTH] || (body[0] & 3) > layout.DOWN_DATA) {
    drop(refusal.REFUSED_ROUTE);
    return;
  }
  if (hops === 1) {
    getAddress(body, layout.ENVELOPE_ADDRESSES, width, next, 0);
    const data = (body[0] & 3) === layout.DOWN_DATA;
    const link = data ? key.keyWith(next, 0, key.LIVE) : key.NO_KEY;
    if (data && link === key.NO_KEY) {
      drop(refusal.REFUSED_UNKNOWN_ROUTER);
      return;
    }
    const end = passOn(rest, rx[RX_LENGTH], 0);
    if (data) sendData(end, link, endTask);
    else sendMessage(end, next, 0, key.NO_KEY, endTask);
    return;
  }
  const below = key.keyOfHandle(getHandle(body, layout.ENVELOPE_ADDRESSES));
  if (below === key.NO_KEY) {
    drop(refusal.REFUSED_UNKNOWN_ROUTER);
  } else {
    message[layout.ENVELOPE_INFO] = body[layout.ENVELOPE_INFO] - 1;
    const end = passOn(rest, rx[RX_LENGTH], layout.ENVELOPE_ADDRESSES);
    sendMessage(end, key.keys, below, below, endTask);
  }
}
