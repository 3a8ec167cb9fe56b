// SPDX-License-Identifier: Apache-2.0
// The self-test's accesses to an AT86RF233: board-defs/probe.ts says what each is for. The registers are the addresses.

import { receive, receiveOctets, release, select, send, sendOctets } from '#mcu';
import { rxFrame, txFrame } from '../nodemcu/frames.ts';
import { command, read, write } from './access.ts';
import * as reg from './registers.ts';

export { pulseReset } from './access.ts';

const BUFFER_OCTETS = 125;
const FCS_OCTETS = 2;

export function chipNumber(): number {
  return read(reg.PART_NUM) * 256 + read(reg.VERSION_NUM);
}

export function quiet(): void {
  command(reg.FORCE_TRX_OFF);
}

export function writeHolding(i: number, value: number): void {
  write(reg.SHORT_ADDR_0 + i, value);
}

export function readHolding(i: number): number {
  return read(reg.SHORT_ADDR_0 + i);
}

export function writeBuffer(): void {
  select();
  send(16, reg.FRAME_WRITE * 256 + BUFFER_OCTETS + FCS_OCTETS);
  sendOctets(txFrame, BUFFER_OCTETS);
  release();
}

export function readBuffer(): void {
  select();
  send(8, reg.FRAME_READ);
  receive();
  receiveOctets(rxFrame, BUFFER_OCTETS);
  release();
}

export function endFlag(): boolean {
  return (read(reg.IRQ_STATUS) & reg.IRQ_TRX_END) !== 0;
}
