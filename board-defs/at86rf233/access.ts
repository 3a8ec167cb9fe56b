// SPDX-License-Identifier: Apache-2.0
// Register access of the AT86RF233, the address with the kind of access, then the value; and its reset.

import { pause, receive, release, select, send, writeReset } from '#mcu';
import { READ, TRX_STATE, TRX_STATUS, TRX_STATUS_MASK, WRITE } from './registers.ts';

/** After power on, a reset, waking. */
export const START_MICROS = 400;

/** Resets the radio by its pin, and waits until it takes commands. */
export function pulseReset(): void {
  writeReset(0);
  pause(10);
  writeReset(1);
  pause(START_MICROS);
}

export function read(address: number): number {
  select();
  send(8, READ + address);
  const value = receive();
  release();
  return value;
}

export function write(address: number, value: number): void {
  select();
  send(16, (WRITE + address) * 256 + value);
  release();
}

export function command(value: number): void {
  write(TRX_STATE, value);
}

/** @returns the state the radio is in. */
export function status(): number {
  return read(TRX_STATUS) & TRX_STATUS_MASK;
}
