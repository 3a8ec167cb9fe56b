// SPDX-License-Identifier: Apache-2.0
// Readings on their way from a node to the base station, hop by hop under link keys (protocol.md "Data").

import { report, seconds, SENT_OK } from '#board';
import { putWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { EVENT_DATA_SENT } from '../events.ts';
import { putAddress, widthOf } from '../link/address.ts';
import { body, rx, RX_KEY, RX_LENGTH } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { jitter, setTimer, TIMER_DATA } from '../link/timers.ts';
import { message, sendData, txStatus } from '../link/transmit.ts';
import { IDENTITY_DATA_PERIOD } from '../records.ts';
import * as refusal from '../refusals.ts';
import { noteDelivery } from './decide.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import { DATA_READING, DATA_RELAYED_SHORT, DATA_RELAYED_WIDE } from './layout.ts';
import { isParent, parentKey } from './parent.ts';

/** Times that a reading is handed to the radio, one after the other, before it is given up. */
const TRIES = 3;
/** kind 1 | seq 2 | uptime in seconds 4 */
const READING_OCTETS = 7;

const state = makeWords(3);
const SEQ = 0;
const LENGTH = 1;
const TRIED = 2;

/** Begins to send a reading every period, if the identity says so. */
export function startReadings(): void {
  const period = me[IDENTITY_DATA_PERIOD];
  if (period > 0) setTimer(TIMER_DATA, jitter(period, period >>> 2));
}

/** TIMER_DATA: takes a reading and sends it to the parent; without one it is not taken. Ends the task. */
export function readingTask(): void {
  startReadings();
  if (parentKey() === key.NO_KEY) {
    endTask();
    return;
  }
  state[SEQ] = (state[SEQ] + 1) & 0xffff;
  message[0] = DATA_READING;
  message[1] = state[SEQ] >>> 8;
  message[2] = state[SEQ] & 255;
  putWord(message, 3, seconds());
  report(EVENT_DATA_SENT, state[SEQ], 0, 0, 0, 0);
  pass(READING_OCTETS);
}

/** Sends message[0..length-1] to the parent, again where no acknowledgement comes; ends the task. */
function pass(length: number): void {
  state[LENGTH] = length;
  state[TRIED] = 0;
  onPassed();
}

function onPassed(): void {
  if (state[TRIED] > 0) noteDelivery(txStatus === SENT_OK);
  const up = parentKey();
  if (up === key.NO_KEY || state[TRIED] === TRIES || (state[TRIED] > 0 && txStatus === SENT_OK)) {
    endTask();
  } else {
    state[TRIED] += 1;
    sendData(state[LENGTH], up, onPassed);
  }
}

/** At a router: the data payload in `body` goes on to the parent with its origin's address. Ends the task. */
export function relayReading(): void {
  const from = rx[RX_KEY];
  if (!isWhole() || isParent(key.keys, from)) {
    refuse(refusal.REFUSED_DATA);
    endTask();
    return;
  }
  if (body[0] !== DATA_READING) {
    for (let i = 0; i < rx[RX_LENGTH]; i++) message[i] = body[i];
    pass(rx[RX_LENGTH]);
    return;
  }
  const width = widthOf(key.keys, from);
  message[0] = width === 2 ? DATA_RELAYED_SHORT : DATA_RELAYED_WIDE;
  const at = putAddress(message, 1, width, key.keys, from);
  for (let i = 1; i < rx[RX_LENGTH]; i++) message[at + i - 1] = body[i];
  pass(at + rx[RX_LENGTH] - 1);
}

/** Known kind, and octets for its head. */
export function isWhole(): boolean {
  if (body[0] === DATA_READING) return rx[RX_LENGTH] >= 3;
  if (body[0] === DATA_RELAYED_SHORT) return rx[RX_LENGTH] >= 5;
  return body[0] === DATA_RELAYED_WIDE && rx[RX_LENGTH] >= 11;
}
