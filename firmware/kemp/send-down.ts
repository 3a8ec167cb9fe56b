// SPDX-License-Identifier: Apache-2.0
// Data of the base station for a node, by the known way back: one at a time, sealed end to end where provisioning says so
// (protocol.md "Data").

import { randomWord, report, SENT_OK } from '#board';
import { putWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { PAYLOAD_OCTETS } from '../app/calls.ts';
import { EVENT_DOWN_SENT } from '../events.ts';
import { endTask, goOn } from '../link/task.ts';
import { setTimer, TIMER_DOWN } from '../link/timers.ts';
import { message, txStatus } from '../link/transmit.ts';
import { unpackOctets } from '../mac/packed.ts';
import { IDENTITY_EUI, NODE_DATA, NODE_EUI, NODE_SESSION_COUNTER } from '../records.ts';
import { me } from './identity.ts';
import * as layout from './layout.ts';
import { sealsData } from './readings.ts';
import { hasSessionWith, nextDataNumber, NODE_VIA, nodes, VIA_UNKNOWN } from './registry.ts';
import { sendDataDown } from './route.ts';
import { sealBody, sealTerms } from './sealed.ts';

/** Times that data is handed to the radio. */
const TRIES = 3;

/** What waits, packed (mac/packed.ts). */
export const waiting = makeWords(PAYLOAD_OCTETS >>> 2);
const state = makeWords(5);
const NODE = 0;
/** Octets that wait; 0: none. */
const LENGTH = 1;
const TRIED = 2;
const NUMBER = 3;
/** The session that NUMBER belongs to: one number serves one message under one key. */
const SESSION = 4;

/** True if waiting[] may be filled. */
export function downIsFree(): boolean {
  return state[LENGTH] === 0;
}

/**
 * Sends waiting[0..length-1] to a node of the registry.
 * @returns false: other data waits, there is no way to the node, or no session where one is needed
 */
export function startDown(node: number, length: number): boolean {
  if (!downIsFree() || length < 1 || length > PAYLOAD_OCTETS || nodes[node + NODE_VIA] === VIA_UNKNOWN) return false;
  if (sealsData() && !hasSessionWith(node)) return false;
  state[NODE] = node;
  state[LENGTH] = length;
  state[TRIED] = 0;
  if (sealsData()) takeNumber();
  else state[NUMBER] = (state[NUMBER] === 0 ? randomWord() : state[NUMBER] + 1) & 0xffff;
  setTimer(TIMER_DOWN, 0);
  return true;
}

function takeNumber(): void {
  state[SESSION] = nodes[state[NODE] + NODE_SESSION_COUNTER];
  state[NUMBER] = nextDataNumber(state[NODE]);
}

/** TIMER_DOWN; ends the task. */
export function downTask(): void {
  const node = state[NODE];
  if (state[LENGTH] > 0 && sealsData() && !hasSessionWith(node)) state[LENGTH] = 0;
  if (state[LENGTH] === 0) {
    endTask();
  } else if (sealsData()) {
    if (state[SESSION] !== nodes[node + NODE_SESSION_COUNTER]) takeNumber();
    putWaiting(layout.DATA_SEALED_HEAD);
    message[0] = layout.DATA_DOWN + layout.DATA_SEALED;
    message[1] = nodes[node + NODE_SESSION_COUNTER] & 255;
    putWord(message, 2, state[NUMBER]);
    sealTerms(message, 0, layout.DATA_SEALED_HEAD, state[NUMBER], me, IDENTITY_EUI, nodes, node + NODE_EUI);
    sealBody(nodes, node + NODE_DATA, message, layout.DATA_SEALED_HEAD, state[LENGTH], onSealed);
  } else {
    putWaiting(layout.DATA_CLEAR_HEAD);
    message[0] = layout.DATA_DOWN;
    message[1] = state[NUMBER] >>> 8;
    message[2] = state[NUMBER] & 255;
    goOn(sendClear);
  }
}

function sendClear(): void {
  sendDataDown(layout.DATA_CLEAR_HEAD + state[LENGTH], state[NODE], onSent);
}

function putWaiting(at: number): void {
  unpackOctets(waiting, 0, state[LENGTH], message, at);
}

function onSealed(): void {
  sendDataDown(layout.DATA_SEALED_HEAD + state[LENGTH] + layout.TAG_OCTETS, state[NODE], onSent);
}

function onSent(): void {
  state[TRIED] += 1;
  if (txStatus !== SENT_OK && state[TRIED] < TRIES) {
    setTimer(TIMER_DOWN, 0);
  } else {
    report(EVENT_DOWN_SENT, nodes[state[NODE] + NODE_EUI + 1], state[NUMBER] & 0xffff, state[LENGTH], txStatus, 0);
    state[LENGTH] = 0;
  }
  endTask();
}
