// SPDX-License-Identifier: Apache-2.0
// Readings that have arrived at the base station: opened there, where they are sealed end to end (protocol.md "Data").

import { report } from '#board';
import { getWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { EVENT_DATA_DELIVERED } from '../events.ts';
import { copyAddress, getAddress } from '../link/address.ts';
import { body, rx, RX_KEY, RX_LENGTH } from '../link/receive.ts';
import { drop, refuse } from '../link/refuse.ts';
import { endTask, jobOk } from '../link/task.ts';
import { IDENTITY_EUI, NODE_DATA, NODE_EUI, NODE_SESSION_COUNTER } from '../records.ts';
import * as refusal from '../refusals.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { DATA_READING, DATA_RELAYED_SHORT, DATA_SEALED, DATA_SEALED_HEAD, TAG_OCTETS } from './layout.ts';
import { isWhole, sealsData } from './readings.ts';
import { findNode, hasSessionWith, keepDataFloor, NO_NODE, NODE_DATA_FLOOR, nodes } from './registry.ts';
import { openBody, sealTerms, takeSequence } from './sealed.ts';
import { note, NOTE_READING } from '../console/notes.ts';

const origin = makeWords(3);
let node = NO_NODE;
/** Where the part behind the origin begins in `body`. */
let start = 0;

/** The data payload in `body`; ends the task. */
export function onReading(): void {
  const sealed = (body[0] & DATA_SEALED) !== 0;
  const kind = body[0] & 0xf7;
  if (!isWhole() || (sealsData() && !sealed)) {
    drop(refusal.REFUSED_DATA);
    return;
  }
  start = 1;
  if (kind === DATA_READING) copyAddress(key.keys, rx[RX_KEY], origin, 0);
  else start = getAddress(body, 1, kind === DATA_RELAYED_SHORT ? 2 : 8, origin, 0);
  node = findNode(origin, 0);
  if (node === NO_NODE) {
    drop(refusal.REFUSED_UNKNOWN_NODE);
  } else if (sealed) {
    open();
  } else {
    deliver(body[start] * 256 + body[start + 1], start + 2, rx[RX_LENGTH] - start - 2);
    endTask();
  }
}

function open(): void {
  if (!hasSessionWith(node) || body[start] !== (nodes[node + NODE_SESSION_COUNTER] & 255)) {
    drop(refusal.REFUSED_NO_SESSION);
    return;
  }
  // As it was before a relay put the origin between.
  const head = start - 1;
  body[head] = DATA_READING + DATA_SEALED;
  const number = getWord(body, start + 1);
  sealTerms(body, head, DATA_SEALED_HEAD, number, nodes, node + NODE_EUI, me, IDENTITY_EUI);
  const inner = rx[RX_LENGTH] - head - DATA_SEALED_HEAD - TAG_OCTETS;
  openBody(nodes, node + NODE_DATA, body, head + DATA_SEALED_HEAD, inner, onOpened);
}

function onOpened(): void {
  if (!jobOk) {
    refuse(refusal.REFUSED_TAG);
  } else if (!takeSequence(getWord(body, start + 1), nodes, node + NODE_DATA_FLOOR)) {
    refuse(refusal.REFUSED_SEQUENCE);
  } else {
    keepDataFloor(node);
    const at = start - 1 + DATA_SEALED_HEAD;
    deliver(body[start + 3] * 256 + body[start + 4], at, rx[RX_LENGTH] - at - TAG_OCTETS);
  }
  endTask();
}

function deliver(number: number, at: number, length: number): void {
  report(EVENT_DATA_DELIVERED, nodes[node + NODE_EUI + 1], number, length, firstOctets(at, length), 0);
  note(NOTE_READING, nodes, node + NODE_EUI, length);
}

/** The first four octets of data in `body`, for a report; what is missing is 0. */
export function firstOctets(at: number, length: number): number {
  for (let i = length; i < 4; i++) body[at + i] = 0;
  return getWord(body, at);
}
