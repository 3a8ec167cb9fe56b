// SPDX-License-Identifier: Apache-2.0
// Driver of the AT86RF233 in its extended operating mode: it listens in RX_AACK_ON, filters and acknowledges, and sends from
// TX_ARET_ON with channel access and retries. One frame buffer serves both ways, so a received frame is taken out before the
// next is put in, and no frame is put in while one comes in. The interrupt pin is high while a flag is set.
// It is looked after: a transmission that does not end, an interrupt that nobody served, a state or registers that are
// not what they were, a synthesiser that does not lock. Each costs a new start of the radio at most, and is counted.

import { MAX_PSDU } from '#definition';
import {
  deferUrgent,
  interruptLevel,
  pause,
  receive,
  receiveOctets,
  release,
  select,
  send,
  sendOctets,
  watchAgain,
  writeSleep,
} from '#mcu';
import { makeWords } from '../../crypto-core/tables.ts';
import { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../firmware/board.ts';
import { millis } from '../nodemcu/clock.ts';
import * as fault from '../nodemcu/faults.ts';
import { rxFrame, txFrame } from '../nodemcu/frames.ts';
import { frameReceived, frameSent, onInterrupt } from '../nodemcu/handlers.ts';
import { setRadioTimer, stopRadioTimer } from '../nodemcu/timers.ts';
import { command, pulseReset, read, START_MICROS, status, write } from './access.ts';
import * as reg from './registers.ts';
import { ADDRESSES, CHANNEL, EUI_HIGH, EUI_LOW, holds, POWER, SETTINGS, tuned } from './settings.ts';
import { CHANNEL_SETTING, POWER_SETTING, writeAddresses, writeSetting, writeSettings } from './settings.ts';

/** Lowest transmission power. */
const LOWEST_DBM = -17;

export const INTERRUPT_LEVEL = 1;

/** Where a frame waits for another to end, it is tried again this often, ms. */
const WAIT_MS = 1;
/** A frame and its acknowledgement take 5 ms at most: what waited this many times takes the air. */
const WAITS = 6;
/** A transmission takes 200 ms at most. */
const LONGEST_SENDING_MS = 400;
/** From TRX_OFF to PLL_ON. */
const PLL_MICROS = 120;
const SWITCH_READS = 8;
const FCS_OCTETS = 2;
const SHORTEST = 5;

const state = makeWords(6);
/** ASLEEP, IDLE, WAITING (a frame of txFrame is to be sent) or SENDING. */
const PHASE = 0;
const IDLE = 0;
const WAITING = 1;
const SENDING = 2;
const ASLEEP = 3;
const LENGTH = 1;
/** Waits since the frame was given to the radio, and when that was, ms. */
const TRIES = 2;
const GIVEN_AT = 3;
/** The interrupt pin was active at the last look. */
const PENDING = 4;
const NEXT_SETTING = 5;

export function radioStart(): void {
  tuned[CHANNEL] = 11;
  setUp();
}

/** Leaves the radio listening, or in PLL_ON if the synthesiser does not lock: the timer sees that. */
function setUp(): void {
  pause(START_MICROS);
  pulseReset();
  command(reg.TRX_OFF);
  pause(START_MICROS);
  writeSettings();
  read(reg.IRQ_STATUS);
  write(reg.IRQ_MASK, reg.IRQ_TRX_END);
  command(reg.PLL_ON);
  pause(PLL_MICROS);
  if (status() === reg.PLL_ON) command(reg.RX_AACK_ON);
  else fault.countFault(fault.RADIO_PLL);
}

export function radioChannel(channel: number): void {
  if (channel === tuned[CHANNEL]) return;
  tuned[CHANNEL] = channel;
  writeSetting(CHANNEL_SETTING);
  pause(PLL_MICROS);
}

export function radioPower(): number {
  return tuned[POWER];
}

/** 4 to -17 dBm; the radio takes the next step that is not above it. */
export function setRadioPower(dbm: number): boolean {
  if (dbm > 4 || dbm < LOWEST_DBM) return false;
  tuned[POWER] = dbm;
  writeSetting(POWER_SETTING);
  return true;
}

export function radioFilter(pan: number, short: number, euiHigh: number, euiLow: number): void {
  tuned[ADDRESSES] = (pan << 16) | (short & 0xffff);
  tuned[EUI_HIGH] = euiHigh;
  tuned[EUI_LOW] = euiLow;
  writeAddresses();
}

export function radioSend(length: number): void {
  state[LENGTH] = length;
  state[PHASE] = WAITING;
  state[TRIES] = 0;
  state[GIVEN_AT] = millis();
  // A turn of its own: what fills the buffer sees the radio as it is now, not as it was before a step of cryptography.
  deferUrgent(onInterrupt);
}

export function radioPending(): void {
  if (state[PHASE] === WAITING) radioInterrupt();
}

/** Sends, unless a frame lies in the buffer or comes in: radioInterrupt or the timer try again. */
function sendNow(): void {
  if (interruptLevel() === INTERRUPT_LEVEL) return;
  command(state[TRIES] < WAITS ? reg.PLL_ON : reg.FORCE_PLL_ON);
  let reads = 0;
  let now = status();
  while (now !== reg.PLL_ON && now !== reg.BUSY_RX_AACK && reads < SWITCH_READS) {
    now = status();
    reads++;
  }
  if (now !== reg.PLL_ON) {
    setRadioTimer(WAIT_MS);
    return;
  }
  // A frame may have come to its end between the two looks.
  if (interruptLevel() === INTERRUPT_LEVEL) return;
  command(reg.TX_ARET_ON);
  select();
  send(16, reg.FRAME_WRITE * 256 + state[LENGTH]);
  sendOctets(txFrame, state[LENGTH] - FCS_OCTETS);
  release();
  command(reg.TX_START);
  state[PHASE] = SENDING;
  stopRadioTimer();
}

/** Reading the flags clears them. One alone is not masked: if it is not among them, they were disturbed. */
export function radioInterrupt(): void {
  if (interruptLevel() === INTERRUPT_LEVEL) {
    if ((read(reg.IRQ_STATUS) & reg.IRQ_TRX_END) === 0) fault.countFault(fault.RADIO_REGISTERS);
    if (state[PHASE] === SENDING) endSending();
    else takeFrame();
  }
  if (state[PHASE] === WAITING) sendNow();
}

function endSending(): void {
  const outcome = read(reg.TRX_STATE) >>> 5;
  state[PHASE] = IDLE;
  command(reg.RX_AACK_ON);
  if (outcome === reg.TRAC_SUCCESS || outcome === reg.TRAC_SUCCESS_PENDING) frameSent(SENT_OK);
  else frameSent(outcome === reg.TRAC_NO_CHANNEL ? SENT_NO_CHANNEL : SENT_NO_ACK);
}

/** The buffer gives: length, frame with FCS, LQI. It takes the next frame when chip select goes up. */
function takeFrame(): void {
  select();
  send(8, reg.FRAME_READ);
  const length = receive();
  const valid = length >= SHORTEST && length <= MAX_PSDU;
  let lqi = 0;
  if (valid) {
    receiveOctets(rxFrame, length);
    lqi = receive();
  }
  release();
  if (valid) frameReceived(length, lqi);
  else fault.countFault(fault.RADIO_LENGTH);
}

/** Another frame came in when this one was to be sent. */
export function radioTimer(): void {
  if (state[PHASE] !== WAITING) return;
  state[TRIES] += 1;
  radioInterrupt();
}

export function radioLook(): void {
  if (state[PHASE] === ASLEEP || lookAtInterrupt()) return;
  if (state[PHASE] === IDLE) {
    lookAtState();
    return;
  }
  if (((millis() - state[GIVEN_AT]) & 0x7fffffff) < LONGEST_SENDING_MS) return;
  const waiting = state[PHASE] === WAITING;
  fault.countFault(fault.RADIO_SENDING_STUCK);
  setUp();
  state[PHASE] = IDLE;
  frameSent(waiting ? SENT_NO_CHANNEL : SENT_NO_ACK);
}

/** A flag that is set at two looks was served by nobody. @returns whether one is set. */
function lookAtInterrupt(): boolean {
  const pending = interruptLevel() === INTERRUPT_LEVEL ? 1 : 0;
  const lost = pending === 1 && state[PENDING] === 1;
  state[PENDING] = lost ? 0 : pending;
  if (lost) {
    fault.countFault(fault.RADIO_INTERRUPT_LOST);
    watchAgain(INTERRUPT_LEVEL);
    radioInterrupt();
  }
  return pending === 1;
}

/** A radio that sends nothing listens. */
function lookAtState(): void {
  const i = state[NEXT_SETTING];
  state[NEXT_SETTING] = (i + 1) % SETTINGS;
  const now = status();
  const listens = now === reg.RX_AACK_ON || now === reg.BUSY_RX_AACK;
  if (listens && read(reg.IRQ_MASK) === reg.IRQ_TRX_END && holds(i)) return;
  fault.countFault(fault.RADIO_REGISTERS);
  setUp();
}

/** The receiver's noise shows in its basic mode alone (8351, "Random Number Generator"). */
export function radioNoise(): number {
  command(reg.FORCE_PLL_ON);
  pause(PLL_MICROS);
  command(reg.RX_ON);
  pause(PLL_MICROS);
  let word = 0;
  for (let i = 0; i < 16; i++) word = (word << 2) | ((read(reg.PHY_RSSI) >> 5) & 3);
  command(reg.FORCE_PLL_ON);
  pause(PLL_MICROS);
  command(reg.RX_AACK_ON);
  return word;
}

export function radioSleep(): void {
  state[PHASE] = ASLEEP;
  command(reg.TRX_OFF);
  pause(10);
  writeSleep(1);
}
