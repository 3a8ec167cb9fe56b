// SPDX-License-Identifier: Apache-2.0
// SPI of the ESP8266 without an object made: numbers go to and from the hardware's 64 octets of data registers by set_mosi
// and get_miso. The hardware's own chip select goes up after each transaction, so ours is a plain pin: a burst may be longer.

import { PIN_SELECT, SPI_KILOHERTZ } from '#definition';
import { div, type Bytes } from '../../crypto-core/tables.ts';
import type { Gpio, Spi } from './nodemcu.ts';

declare const gpio: Gpio;
declare const spi: Spi;

const HSPI = 1;
/** Octets of the data registers. */
const BUFFER = 64;
/** 80 MHz over this, rounded up, is the clock. */
const DIVIDER = div(80000 + SPI_KILOHERTZ - 1, SPI_KILOHERTZ);

/** setup() takes the pin of the hardware's chip select: it becomes ours after that. */
export function startSpi(): void {
  spi.setup(HSPI, spi.MASTER, spi.CPOL_LOW, spi.CPHA_LOW, 8, DIVIDER);
  gpio.mode(PIN_SELECT, gpio.OUTPUT);
  gpio.write(PIN_SELECT, 1);
}

export function select(): void {
  gpio.write(PIN_SELECT, 0);
}

export function release(): void {
  gpio.write(PIN_SELECT, 1);
}

export function send(bits: number, value: number): void {
  spi.transaction(HSPI, 0, 0, bits, value, 0, 0, 0);
}

export function receive(): number {
  spi.transaction(HSPI, 0, 0, 0, 0, 0, 0, 8);
  return spi.get_miso(HSPI, 0, 8, 1);
}

/** Four octets a call; what is left at the end has zeros behind it, which are not sent. */
export function sendOctets(bytes: Bytes, count: number): void {
  let from = 0;
  while (from < count) {
    const part = count - from < BUFFER ? count - from : BUFFER;
    for (let i = 0; i < part; i += 4) {
      const at = from + i;
      if (i + 4 <= part) spi.set_mosi(HSPI, 8 * i, 8, bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
      else sendRest(bytes, at, i, part - i);
    }
    spi.transaction(HSPI, 0, 0, 0, 0, 8 * part, 0, 0);
    from += part;
  }
}

function sendRest(bytes: Bytes, at: number, i: number, count: number): void {
  const second = count > 1 ? bytes[at + 1] : 0;
  const third = count > 2 ? bytes[at + 2] : 0;
  spi.set_mosi(HSPI, 8 * i, 8, bytes[at], second, third, 0);
}

/** Words of 32 bits: one call for four octets. */
export function receiveOctets(bytes: Bytes, count: number): void {
  let from = 0;
  while (from < count) {
    const part = count - from < BUFFER ? count - from : BUFFER;
    spi.transaction(HSPI, 0, 0, 0, 0, 0, 0, 8 * part);
    for (let i = 0; i < part; i += 4) takeWord(bytes, from + i, spi.get_miso(HSPI, 8 * i, 32, 1), part - i);
    from += part;
  }
}

function takeWord(bytes: Bytes, at: number, word: number, left: number): void {
  bytes[at] = (word >>> 24) & 255;
  if (left > 1) bytes[at + 1] = (word >>> 16) & 255;
  if (left > 2) bytes[at + 2] = (word >>> 8) & 255;
  if (left > 3) bytes[at + 3] = word & 255;
}
