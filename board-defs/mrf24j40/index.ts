// SPDX-License-Identifier: Apache-2.0
// Driver of the MRF24J40. The chip does channel access, acknowledgements, retries and filtering, and has a FIFO for each
// direction; it keeps one received frame and hears nothing while it does. Its interrupt pin is low while a flag is set.
// It is looked after: a transmission that does not end, an interrupt that nobody served, registers that are not what
// they were, a synthesiser that does not lock. Each costs a new start of the radio at most, and is counted.

import { MAX_PSDU } from '#definition';
import { interruptLevel, micros, pause, receive, receiveOctets, release, sendOctets, watchAgain } from '#mcu';
import { makeWords } from '../../crypto-core/tables.ts';
import { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../firmware/board.ts';
import { millis } from '../nodemcu/clock.ts';
import * as fault from '../nodemcu/faults.ts';
import { rxFrame, txFrame } from '../nodemcu/frames.ts';
import { frameReceived, frameSent } from '../nodemcu/handlers.ts';
import { beginRead, beginWrite, pulseReset, readLong, readShort, writeLong, writeShort } from './access.ts';
import * as reg from './registers.ts';
import { ADDRESSES, CHANNEL, channelCode, EUI_HIGH, EUI_LOW, holds, POWER, SETTINGS, tuned } from './settings.ts';
import { writeAddresses, writeInitialValues, writePower } from './settings.ts';

/** Lowest transmission power. */
const LOWEST_DBM = -36;

export const INTERRUPT_LEVEL = 0;

/** A transmission takes 200 ms at most: four times CSMA-CA of up to 37 ms, a frame of 4 ms, an acknowledgement. */
const LONGEST_SENDING_MS = 400;
/** The RF state machine is ready (192 us). */
const RF_MICROS = 250;
const AR_BIT = 0x20;
const FCS_OCTETS = 2;
/** An Imm-Ack; nothing is shorter. */
const SHORTEST = 5;

/** 16 periods of 100 kHz, and how often the end is looked for. */
const CALIBRATION_MICROS = 170;
const CALIBRATION_LOOKS = 20;

const state = makeWords(7);
const SENDING = 0;
/** When the frame was given to the radio, ms. */
const GIVEN_AT = 1;
/** The interrupt pin was active at the last look; the synthesiser was calibrating. */
const PENDING = 2;
const CALIBRATING = 3;
const NEXT_SETTING = 4;
const ASLEEP = 5;
const RF_RESET = 6;

export function radioStart(): void {
  tuned[CHANNEL] = 11;
  setUp();
}

function setUp(): void {
  pulseReset();
  writeShort(reg.SOFTRST, reg.SOFTRST_ALL);
  writeInitialValues();
  writeAddresses();
  tune();
  writeShort(reg.INTCON, 255 - reg.SENT - reg.RECEIVED);
}

function tune(): void {
  writeLong(reg.RFCON0, channelCode());
  resetRf();
}

function resetRf(): void {
  writeShort(reg.RFCTL, reg.RFCTL_RESET);
  writeShort(reg.RFCTL, 0);
  state[RF_RESET] = micros();
}

/** The RF state machine takes 192 us after its reset, most of which nobody has to wait for. */
function waitForRf(): void {
  const past = (micros() - state[RF_RESET]) & 0x7fffffff;
  if (past < RF_MICROS) pause(RF_MICROS - past);
}

export function radioChannel(channel: number): void {
  if (channel === tuned[CHANNEL]) return;
  tuned[CHANNEL] = channel;
  tune();
}

export function radioPower(): number {
  return tuned[POWER];
}

/** Down to -36 dBm, in steps of 1 dB or a little less. */
export function setRadioPower(dbm: number): boolean {
  if (dbm > 0 || dbm < LOWEST_DBM) return false;
  tuned[POWER] = dbm;
  writePower();
  return true;
}

export function radioFilter(pan: number, short: number, euiHigh: number, euiLow: number): void {
  tuned[ADDRESSES] = (short << 16) | pan;
  tuned[EUI_HIGH] = euiHigh;
  tuned[EUI_LOW] = euiLow;
  writeAddresses();
}

/** The FIFO holds: octets of the MHR (for the chip's security, which is not used), octets without FCS, the frame. */
export function radioSend(length: number): void {
  beginWrite(reg.TX_FIFO, 0, length - FCS_OCTETS);
  sendOctets(txFrame, length - FCS_OCTETS);
  release();
  state[SENDING] = 1;
  state[GIVEN_AT] = millis();
  waitForRf();
  writeShort(reg.TXNCON, (txFrame[0] & AR_BIT) === 0 ? reg.TXNCON_TRIGGER : reg.TXNCON_TRIGGER + reg.TXNCON_ACK);
}

/** Reading the flags clears them. Flags that cannot be were disturbed: what they said is forgotten, a frame in the FIFO too. */
export function radioInterrupt(): void {
  if (interruptLevel() !== INTERRUPT_LEVEL) return;
  const flags = readShort(reg.INTSTAT);
  if (flags === 0 || (flags & (255 - reg.SENT - reg.RECEIVED)) !== 0) {
    writeShort(reg.RXFLUSH, reg.RXFLUSH_FLUSH);
    fault.countFault(fault.RADIO_REGISTERS);
    return;
  }
  if ((flags & reg.RECEIVED) !== 0) takeFrame();
  if ((flags & reg.SENT) !== 0 && state[SENDING] === 1) endSending();
}

function endSending(): void {
  const outcome = readShort(reg.TXSTAT);
  state[SENDING] = 0;
  if ((outcome & reg.TXSTAT_FAILED) === 0) frameSent(SENT_OK);
  else frameSent((outcome & reg.TXSTAT_NO_CHANNEL) === 0 ? SENT_NO_ACK : SENT_NO_CHANNEL);
}

/** The FIFO holds: length, frame with FCS, LQI, RSSI. It takes the next frame when the last octet was read. */
function takeFrame(): void {
  writeShort(reg.BBREG1, reg.BBREG1_DEAF);
  beginRead(reg.RX_FIFO);
  const length = receive();
  const valid = length >= SHORTEST && length <= MAX_PSDU;
  let lqi = 0;
  if (valid) {
    receiveOctets(rxFrame, length);
    lqi = receive();
    receive();
  }
  release();
  if (!valid) {
    writeShort(reg.RXFLUSH, reg.RXFLUSH_FLUSH);
    fault.countFault(fault.RADIO_LENGTH);
  }
  writeShort(reg.BBREG1, 0);
  if (valid) frameReceived(length, lqi);
}

/** This radio waits for nothing. */
export function radioPending(): void {}

export function radioTimer(): void {}

export function radioLook(): void {
  if (state[ASLEEP] === 1 || lookAtInterrupt()) return;
  if (state[SENDING] === 1) {
    if (((millis() - state[GIVEN_AT]) & 0x7fffffff) < LONGEST_SENDING_MS) return;
    fault.countFault(fault.RADIO_SENDING_STUCK);
    setUp();
    state[SENDING] = 0;
    frameSent(SENT_NO_ACK);
  } else if (!lookAtSynthesiser()) {
    lookAtRegisters();
  }
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

/** @returns whether the RF part was started anew. */
function lookAtSynthesiser(): boolean {
  const calibrating = (readLong(reg.RFSTATE) & reg.RFSTATE_MASK) === reg.RFSTATE_CALIBRATING ? 1 : 0;
  const stuck = calibrating === 1 && state[CALIBRATING] === 1;
  state[CALIBRATING] = calibrating;
  if (stuck) {
    fault.countFault(fault.RADIO_PLL);
    resetRf();
  }
  return stuck;
}

/** After a reset all interrupts are masked: that is looked at each time, and one setting after the other. */
function lookAtRegisters(): void {
  const i = state[NEXT_SETTING];
  state[NEXT_SETTING] = (i + 1) % SETTINGS;
  if (readShort(reg.INTCON) === 255 - reg.SENT - reg.RECEIVED && holds(i)) return;
  fault.countFault(fault.RADIO_REGISTERS);
  setUp();
}

/** The jitter of an RC oscillator against the crystal: the last bit of its length, 32 times. */
export function radioNoise(): number {
  let word = 0;
  for (let i = 0; i < 32; i++) {
    writeLong(reg.SLPCAL2, reg.SLPCAL2_ENABLE);
    pause(CALIBRATION_MICROS);
    let looks = 0;
    while ((readLong(reg.SLPCAL2) & reg.SLPCAL2_READY) === 0 && looks < CALIBRATION_LOOKS) looks++;
    word = (word << 1) | (readLong(reg.SLPCAL0) & 1);
  }
  return word;
}

export function radioSleep(): void {
  state[ASLEEP] = 1;
  writeShort(reg.WAKECON, reg.WAKECON_IMMEDIATE);
  writeShort(reg.SOFTRST, reg.SOFTRST_POWER);
  writeShort(reg.SLPACK, reg.SLPACK_SLEEP);
}
