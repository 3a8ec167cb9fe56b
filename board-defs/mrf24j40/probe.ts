// SPDX-License-Identifier: Apache-2.0
// The self-test's accesses to an MRF24J40: board-defs/probe.ts says what each is for. The registers are the addresses, the buffer
// is the transmit FIFO, which can be read (DS39776C 2.14).

import { receive, receiveOctets, release, sendOctets } from '#mcu';
import { rxFrame, txFrame } from '../nodemcu/frames.ts';
import { beginRead, beginWrite, readShort, writeShort } from './access.ts';
import * as reg from './registers.ts';

export { pulseReset } from './access.ts';

const BUFFER_OCTETS = 125;

export function chipNumber(): number {
  return 0;
}

export function quiet(): void {
  writeShort(reg.BBREG1, reg.BBREG1_DEAF);
}

export function writeHolding(i: number, value: number): void {
  writeShort(reg.PANIDL + i, value);
}

export function readHolding(i: number): number {
  return readShort(reg.PANIDL + i);
}

export function writeBuffer(): void {
  beginWrite(reg.TX_FIFO, 0, BUFFER_OCTETS);
  sendOctets(txFrame, BUFFER_OCTETS);
  release();
}

export function readBuffer(): void {
  beginRead(reg.TX_FIFO);
  receive();
  receive();
  receiveOctets(rxFrame, BUFFER_OCTETS);
  release();
}

export function endFlag(): boolean {
  return (readShort(reg.INTSTAT) & reg.SENT) !== 0;
}
