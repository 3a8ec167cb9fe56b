// SPDX-License-Identifier: Apache-2.0
// Frames to another mote, and from it. `tune CHANNEL PAN SHORT EUI-HIGH EUI-LOW`, `frames COUNT LENGTH CONTROL TO-HIGH TO-LOW RUN`,
// `listen RUN`, `heard`. CONTROL is the frame control field: with it come version, acknowledgement request and the kind of addresses.
// A frame has one PAN, destination and source; then "KT", the run and the frame's number.
// Each transmission ends by an interrupt. One that does not come is looked into.

import { MAX_PSDU } from '#definition';
import { interruptLevel, micros, watchInterrupt } from '#mcu';
import { endFlag } from '#probe';
import * as radio from '#radio';
import { makeWords } from '../../../crypto-core/tables.ts';
import { SENT_NO_ACK, SENT_OK } from '../../../firmware/board.ts';
import { readClock } from '../clock.ts';
import { rxFrame, txFrame } from '../frames.ts';
import { setTimer } from '../timers.ts';
import { done, endRow, INVALID_ARGUMENT, numbers, put, refuse } from './lines.ts';

/** Between two frames, so that the receiver has read the one before. */
const GAP_MS = 10;
/** A transmission takes 200 ms at most. */
const END_MS = 250;
/** As firmware looks at its radio. */
const LOOK_MS = 1000;
/** Frame control: 16-bit or 64-bit destination. */
const DESTINATION_MODE = 0x0c00;
const SHORT_MODE = 0x0800;
const K = 75;
const T = 84;
/** Mark, run and number, and the FCS. */
const MARKED_OCTETS = 7;
const BROADCAST = 0xffff;

/** The mote's own. */
const own = makeWords(4);
const PAN = 0;
const SHORT = 1;
const HIGH = 2;
const LOW = 3;

/** COUNT, LENGTH, CONTROL, TO_HIGH, TO_LOW and RUN are places of `numbers`. */
const COUNT = 0;
const LENGTH = 1;
const CONTROL = 2;
const TO_HIGH = 3;
const TO_LOW = 4;
const RUN = 5;

const sent = makeWords(14);
const NUMBER = 0;
/** SENT_OK, SENT_NO_ACK and SENT_NO_CHANNEL, counted. */
const OUTCOMES = 1;
/** Ends told by an interrupt; those without one, the pin being active, or not while the chip has its flag, or without a flag. */
const BY_PIN = 4;
const UNHEARD = 5;
const UNWIRED = 6;
const MISSING = 7;
/** From the order to send to the interrupt, us. */
const FASTEST = 8;
const SLOWEST = 9;
const ORDERED = 10;
/** Nothing to send, a pause before the next frame, or a frame under way, which was looked into. */
const PHASE = 11;
const IDLE = 0;
const PAUSE = 1;
const SENDING = 2;
const LATE = 3;
/** The pin's interrupt is being served. */
const SERVING = 12;
/** The pin is watched. */
const WATCHED = 13;

const got = makeWords(6);
const HEARD = 0;
/** The same frame again: its acknowledgement did not arrive. */
const AGAIN = 1;
/** Frames for others that the filter let through. */
const STRANGE = 2;
const QUALITY = 3;
const LAST = 4;
const LISTENED = 5;

export function tune(): void {
  radio.radioChannel(numbers[0]);
  for (let i = 0; i < 4; i++) own[i] = numbers[i + 1];
  radio.radioFilter(own[PAN], own[SHORT], own[HIGH], own[LOW]);
  if (sent[WATCHED] === 0) {
    sent[WATCHED] = 1;
    watchInterrupt(radio.INTERRUPT_LEVEL, interruptTask);
    setTimer(LOOK_MS);
  }
  done();
}

/** Octets before the mark. */
function headerOf(control: number): number {
  return (control & DESTINATION_MODE) === SHORT_MODE ? 9 : 21;
}

export function beginFrames(): void {
  const length = numbers[LENGTH];
  if (length < headerOf(numbers[CONTROL]) + MARKED_OCTETS || length > MAX_PSDU) {
    refuse(INVALID_ARGUMENT);
    return;
  }
  for (let i = 0; i < PHASE; i++) sent[i] = 0;
  sent[FASTEST] = 0x7fffffff;
  sent[PHASE] = PAUSE;
  setTimer(GAP_MS);
}

/** @param at where in txFrame. @returns the octet behind it */
function putLittle(at: number, word: number, octets: number): number {
  for (let i = 0; i < octets; i++) txFrame[at + i] = (word >> (8 * i)) & 255;
  return at + octets;
}

function sendNext(): void {
  const control = numbers[CONTROL];
  const isShort = (control & DESTINATION_MODE) === SHORT_MODE;
  let at = putLittle(0, control, 2);
  at = putLittle(at, sent[NUMBER], 1);
  at = putLittle(at, own[PAN], 2);
  at = putLittle(at, numbers[TO_LOW], isShort ? 2 : 4);
  if (!isShort) at = putLittle(at, numbers[TO_HIGH], 4);
  at = putLittle(at, isShort ? own[SHORT] : own[LOW], isShort ? 2 : 4);
  if (!isShort) at = putLittle(at, own[HIGH], 4);
  txFrame[at] = K;
  txFrame[at + 1] = T;
  txFrame[at + 2] = numbers[RUN];
  at = putLittle(at + 3, sent[NUMBER], 2);
  for (let i = at; i < numbers[LENGTH] - 2; i++) txFrame[i] = i;
  sent[PHASE] = SENDING;
  sent[ORDERED] = micros();
  setTimer(END_MS);
  radio.radioSend(numbers[LENGTH]);
}

/** As board.ts, Role. */
export function frameLeft(status: number): void {
  if (sent[PHASE] < SENDING) return;
  if (sent[SERVING] === 1 && sent[PHASE] === SENDING) {
    const past = (micros() - sent[ORDERED]) & 0x7fffffff;
    sent[BY_PIN] += 1;
    if (past < sent[FASTEST]) sent[FASTEST] = past;
    if (past > sent[SLOWEST]) sent[SLOWEST] = past;
  }
  sent[OUTCOMES + status] += 1;
  sent[NUMBER] += 1;
  sent[PHASE] = PAUSE;
  setTimer(GAP_MS);
}

function endFrames(): void {
  sent[PHASE] = IDLE;
  put('ok', sent[OUTCOMES + SENT_OK]);
  put('unanswered', sent[OUTCOMES + SENT_NO_ACK]);
  put('interrupts', sent[BY_PIN]);
  put('unheard', sent[UNHEARD]);
  put('unwired', sent[UNWIRED]);
  put('missing', sent[MISSING]);
  put('fastest', sent[FASTEST]);
  put('slowest', sent[SLOWEST]);
  endRow();
  done();
}

/** What the pin calls, and the radio's driver for a turn of its own. */
export function interruptTask(): void {
  readClock();
  sent[SERVING] = interruptLevel() === radio.INTERRUPT_LEVEL ? 1 : 0;
  radio.radioInterrupt();
  sent[SERVING] = 0;
}

export function radioTask(): void {
  readClock();
  radio.radioTimer();
}

export function alarmTask(): void {
  readClock();
  if (sent[PHASE] === PAUSE) {
    if (sent[NUMBER] < numbers[COUNT]) {
      sendNext();
      return;
    }
    endFrames();
  }
  radio.radioPending();
  if (sent[PHASE] === SENDING) {
    sent[PHASE] = LATE;
    lookInto();
  }
  radio.radioLook();
  if (sent[PHASE] !== PAUSE) setTimer(sent[PHASE] === IDLE ? LOOK_MS : END_MS);
}

/** Its transmission must be over. The driver's own look ends it, later. */
function lookInto(): void {
  if (interruptLevel() === radio.INTERRUPT_LEVEL) sent[UNHEARD] += 1;
  else if (endFlag()) sent[UNWIRED] += 1;
  else sent[MISSING] += 1;
}

export function listen(): void {
  for (let i = 0; i < LISTENED; i++) got[i] = 0;
  got[LAST] = -1;
  got[LISTENED] = numbers[0];
  done();
}

export function tellHeard(): void {
  put('heard', got[HEARD]);
  put('again', got[AGAIN]);
  put('strange', got[STRANGE]);
  put('quality', got[QUALITY]);
  endRow();
  done();
}

function little(at: number): number {
  return rxFrame[at] | (rxFrame[at + 1] << 8) | (rxFrame[at + 2] << 16) | (rxFrame[at + 3] << 24);
}

function isOurs(isShort: boolean): boolean {
  if (!isShort) return little(5) === own[LOW] && little(9) === own[HIGH];
  const to = little(5) & 0xffff;
  return to === own[SHORT] || to === BROADCAST;
}

/** As board.ts, Role. */
export function frameCame(length: number, lqi: number): void {
  const isShort = (rxFrame[1] & (DESTINATION_MODE >> 8)) === SHORT_MODE >> 8;
  const at = isShort ? 9 : 21;
  if (length < at + MARKED_OCTETS || rxFrame[at] !== K || rxFrame[at + 1] !== T) return;
  if (rxFrame[at + 2] !== got[LISTENED]) return;
  const number = rxFrame[at + 3] | (rxFrame[at + 4] << 8);
  if (!isOurs(isShort)) got[STRANGE] += 1;
  else if (number === got[LAST]) got[AGAIN] += 1;
  else {
    got[HEARD] += 1;
    got[QUALITY] += lqi;
    got[LAST] = number;
  }
}
