// SPDX-License-Identifier: Apache-2.0
// SPI of the ESP32: an object that takes and gives strings, 32 octets at most. Four octets a transfer keep the strings few in
// kind and small; a whole frame makes some 70 of them, which live until the collector comes. Chip select is a plain pin, so
// that a burst may take several transfers.

import { PIN_CLOCK, PIN_MISO, PIN_MOSI, PIN_SELECT, SPI_KILOHERTZ } from '#definition';
import type { Bytes } from '../../crypto-core/tables.ts';
import type { Text } from '../nodemcu/modules.ts';
import type { Gpio, Spi } from './nodemcu.ts';

declare const gpio: Gpio;
declare const spi: Spi;
declare const string: Text;

const bus = spi.master(spi.HSPI, { sclk: PIN_CLOCK, mosi: PIN_MOSI, miso: PIN_MISO });
const device = bus.device(bus, { mode: 0, freq: SPI_KILOHERTZ * 1000 });
gpio.config({ gpio: PIN_SELECT, dir: gpio.OUT });
gpio.write(PIN_SELECT, 1);

export function select(): void {
  gpio.write(PIN_SELECT, 0);
}

export function release(): void {
  gpio.write(PIN_SELECT, 1);
}

export function send(bits: number, value: number): void {
  const low = value & 255;
  const second = (value >>> 8) & 255;
  const third = (value >>> 16) & 255;
  if (bits === 8) device.transfer(device, string.char(low));
  else if (bits === 16) device.transfer(device, string.char(second, low));
  else if (bits === 24) device.transfer(device, string.char(third, second, low));
  else device.transfer(device, string.char((value >>> 24) & 255, third, second, low));
}

export function receive(): number {
  return string.byte(device.transfer(device, string.char(0)), 1);
}

export function sendOctets(bytes: Bytes, count: number): void {
  let at = 0;
  while (at + 4 <= count) {
    device.transfer(device, string.char(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]));
    at += 4;
  }
  while (at < count) {
    device.transfer(device, string.char(bytes[at]));
    at++;
  }
}

export function receiveOctets(bytes: Bytes, count: number): void {
  let at = 0;
  while (at + 4 <= count) {
    const four = device.transfer(device, string.char(0, 0, 0, 0));
    for (let i = 0; i < 4; i++) bytes[at + i] = string.byte(four, i + 1);
    at += 4;
  }
  while (at < count) {
    bytes[at] = receive();
    at++;
  }
}
