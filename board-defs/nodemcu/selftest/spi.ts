// SPDX-License-Identifier: Apache-2.0
// `spi ROUNDS`: what is written to the radio comes back, in registers octet by octet and in its frame buffer in bursts that are
// longer than one transaction of the processor; then whether its reset pin resets it.

import { interruptLevel } from '#mcu';
import { chipNumber, pulseReset, quiet, readBuffer, readHolding, writeBuffer, writeHolding } from '#probe';
import { INTERRUPT_LEVEL, radioInterrupt, radioStart } from '#radio';
import { makeWords } from '../../../crypto-core/tables.ts';
import { rxFrame, txFrame } from '../frames.ts';
import { done, endRow, numbers, put } from './lines.ts';
import { goOn } from './turns.ts';

const REGISTERS = 12;
const BUFFER_OCTETS = 125;
/** No register holds it after a reset. */
const MARK = 0xa5;

const state = makeWords(4);
const LEFT = 0;
/** Octets that came back as others. */
const WRONG_REGISTERS = 1;
const WRONG_BUFFER = 2;
/** State of the pattern: Marsaglia's xorshift. */
const PATTERN = 3;

export function beginSpi(): void {
  // A frame that waits is taken out first.
  radioInterrupt();
  quiet();
  state[LEFT] = numbers[0];
  state[WRONG_REGISTERS] = 0;
  state[WRONG_BUFFER] = 0;
  state[PATTERN] = 1;
  goOn(oneRound);
}

function pattern(): number {
  const a = state[PATTERN] ^ (state[PATTERN] << 13);
  const b = a ^ (a >>> 17);
  state[PATTERN] = b ^ (b << 5);
  return state[PATTERN] & 255;
}

function oneRound(): void {
  if (state[LEFT] <= 0) {
    endSpi();
    return;
  }
  state[LEFT] -= 1;
  for (let i = 0; i < REGISTERS; i++) {
    rxFrame[i] = pattern();
    writeHolding(i, rxFrame[i]);
  }
  for (let i = 0; i < REGISTERS; i++) if (readHolding(i) !== rxFrame[i]) state[WRONG_REGISTERS] += 1;
  for (let i = 0; i < BUFFER_OCTETS; i++) txFrame[i] = pattern();
  writeBuffer();
  readBuffer();
  for (let i = 0; i < BUFFER_OCTETS; i++) if (rxFrame[i] !== txFrame[i]) state[WRONG_BUFFER] += 1;
  goOn(oneRound);
}

function endSpi(): void {
  let kept = 0;
  for (let i = 0; i < REGISTERS; i++) writeHolding(i, MARK);
  pulseReset();
  for (let i = 0; i < REGISTERS; i++) if (readHolding(i) === MARK) kept++;
  put('registers', state[WRONG_REGISTERS]);
  put('buffer', state[WRONG_BUFFER]);
  put('kept', kept);
  // With all flags cleared by the reset.
  put('pin', interruptLevel() === INTERRUPT_LEVEL ? 1 : 0);
  put('chip', chipNumber());
  endRow();
  radioStart();
  done();
}
