// SPDX-License-Identifier: Apache-2.0
// What applications send, on its way from a node to the base station, hop by hop under link keys and, where the identity says so,
// sealed end to end (protocol.md "Data").

import { report, SENT_OK } from '#board';
import { onSample } from '#app';
import { putWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { copyOutgoing, takeOutgoing } from '../app/calls.ts';
import { EVENT_DATA_SENT } from '../events.ts';
import { putAddress, widthOf } from '../link/address.ts';
import { passOn } from '../link/pass.ts';
import { body, rx, RX_KEY, RX_LENGTH } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask, goOn } from '../link/task.ts';
import { jitter, setTimer, TIMER_DATA } from '../link/timers.ts';
import { message, sendData, txStatus } from '../link/transmit.ts';
import {
  IDENTITY_BASE_EUI,
  IDENTITY_DATA_PERIOD,
  IDENTITY_EUI,
  IDENTITY_OPTIONS,
  OPTION_SEAL_DATA,
} from '../records.ts';
import * as refusal from '../refusals.ts';
import { noteDelivery } from './decide.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import * as layout from './layout.ts';
import { isParent, parentKey } from './parent.ts';
import { sealBody, sealTerms } from './sealed.ts';
import { hasSession, session, SESSION_DATA, SESSION_DATA_OUT, SESSION_INDEX } from './session.ts';

/** Times that a reading is handed to the radio, one after the other, before it is given up. */
const TRIES = 3;
/** No number: what follows it could not be counted. */
const LAST_NUMBER = 0x7fffffff;

/** More octets of data are copied in a turn of their own. */
const OCTETS_A_TURN = 32;
const state = makeWords(3);
const SEQ = 0;
const LENGTH = 1;
const TRIED = 2;

/** Begins to ask the application every period, if the identity says so. */
export function startReadings(): void {
  const period = me[IDENTITY_DATA_PERIOD];
  if (period > 0) setTimer(TIMER_DATA, jitter(period, period >>> 2));
}

/** Number of the reading sent last: it goes on after a sleep. */
export function lastReading(): number {
  return state[SEQ];
}

export function resumeReadings(last: number): void {
  state[SEQ] = last;
}

/** Whether data of this mote, and for it, is sealed end to end. */
export function sealsData(): boolean {
  return (me[IDENTITY_OPTIONS] & OPTION_SEAL_DATA) !== 0;
}

/** TIMER_DATA: the application takes a sample, if there is a way for it. Ends the task. */
export function readingTask(): void {
  startReadings();
  if (canSend()) onSample();
  flush();
}

/** Whether there is a way to the base station for data. */
export function canSend(): boolean {
  return parentKey() !== key.NO_KEY && (!sealsData() || (hasSession() && session[SESSION_DATA_OUT] < LAST_NUMBER));
}

/** Sends to the parent what the application has asked for; ends the task. */
export function flush(): void {
  const length = takeOutgoing();
  if (length === 0 || !canSend()) {
    endTask();
    return;
  }
  state[LENGTH] = length;
  copyOutgoing(length, message, sealsData() ? layout.DATA_SEALED_HEAD : layout.DATA_CLEAR_HEAD);
  // A long one has taken a turn by now.
  if (length > OCTETS_A_TURN) goOn(onCopied);
  else onCopied();
}

function onCopied(): void {
  if (sealsData()) {
    sealReading();
    return;
  }
  state[SEQ] = (state[SEQ] + 1) & 0xffff;
  message[0] = layout.DATA_READING;
  message[1] = state[SEQ] >>> 8;
  message[2] = state[SEQ] & 255;
  report(EVENT_DATA_SENT, state[SEQ], 0, 0, 0, 0);
  pass(layout.DATA_CLEAR_HEAD + state[LENGTH]);
}

function sealReading(): void {
  const number = session[SESSION_DATA_OUT];
  session[SESSION_DATA_OUT] = number + 1;
  message[0] = layout.DATA_READING + layout.DATA_SEALED;
  message[1] = session[SESSION_INDEX];
  putWord(message, 2, number);
  sealTerms(message, 0, layout.DATA_SEALED_HEAD, number, me, IDENTITY_EUI, me, IDENTITY_BASE_EUI);
  sealBody(session, SESSION_DATA, message, layout.DATA_SEALED_HEAD, state[LENGTH], onSealed);
}

function onSealed(): void {
  report(EVENT_DATA_SENT, message[4] * 256 + message[5], 0, 0, 0, 0);
  pass(layout.DATA_SEALED_HEAD + state[LENGTH] + layout.TAG_OCTETS);
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

/** At a router: the reading in `body` goes on to the parent with its origin's address. Ends the task. */
export function relayReading(): void {
  const from = rx[RX_KEY];
  if (!isWhole() || isParent(key.keys, from)) {
    refuse(refusal.REFUSED_DATA);
    endTask();
  } else if (rx[RX_LENGTH] > OCTETS_A_TURN) {
    goOn(relay);
  } else {
    relay();
  }
}

function relay(): void {
  const sealed = body[0] & layout.DATA_SEALED;
  if (body[0] - sealed !== layout.DATA_READING) {
    pass(rx[RX_LENGTH]);
    return;
  }
  const from = rx[RX_KEY];
  const width = widthOf(key.keys, from);
  const end = passOn(1, rx[RX_LENGTH], 1 + width);
  message[0] = sealed + (width === 2 ? layout.DATA_RELAYED_SHORT : layout.DATA_RELAYED_WIDE);
  putAddress(message, 1, width, key.keys, from);
  pass(end);
}

/** A reading of a known kind, with octets for its head, and its tag. */
export function isWhole(): boolean {
  const sealed = (body[0] & layout.DATA_SEALED) !== 0;
  const kind = body[0] & 0xf7;
  const origin = kind === layout.DATA_READING ? 0 : kind === layout.DATA_RELAYED_SHORT ? 2 : 8;
  const head = sealed ? layout.DATA_SEALED_HEAD + layout.TAG_OCTETS : layout.DATA_CLEAR_HEAD;
  return kind >= layout.DATA_READING && kind <= layout.DATA_RELAYED_WIDE && rx[RX_LENGTH] >= head + origin;
}
