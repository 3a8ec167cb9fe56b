// SPDX-License-Identifier: Apache-2.0
// The two kinds of access to an MRF24J40 (DS39776C 2.14), short addresses of 6 bits in one octet, long ones of 10 in two; and its
// reset.

import { pause, receive, release, select, send, writeReset } from '#mcu';

const SHORT_WRITE = 0x01;
const LONG = 0x8000;
const LONG_WRITE = 0x0010;

/** The oscillator is up (2 ms). */
const START_MICROS = 2500;

/** Resets the radio by its pin, and waits until it takes accesses. */
export function pulseReset(): void {
  writeReset(0);
  pause(10);
  writeReset(1);
  pause(START_MICROS);
}

export function readShort(address: number): number {
  select();
  send(8, address * 2);
  const value = receive();
  release();
  return value;
}

export function writeShort(address: number, value: number): void {
  select();
  send(16, (address * 2 + SHORT_WRITE) * 256 + value);
  release();
}

/** Begins a burst: the octets that follow are those at `address` and behind it. release() ends it. */
export function beginRead(address: number): void {
  select();
  send(16, LONG + address * 32);
}

/** Begins a burst by writing the first two octets. */
export function beginWrite(address: number, first: number, second: number): void {
  select();
  send(32, ((LONG + address * 32 + LONG_WRITE) << 16) | (first * 256 + second));
}

export function readLong(address: number): number {
  beginRead(address);
  const value = receive();
  release();
  return value;
}

export function writeLong(address: number, value: number): void {
  select();
  send(24, (LONG + address * 32 + LONG_WRITE) * 256 + value);
  release();
}
