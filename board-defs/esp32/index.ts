// SPDX-License-Identifier: Apache-2.0
// The ESP32 with NodeMCU. It runs the callbacks of pins at its lowest priority: so that an interrupt is not starved by our own
// tasks, they have that priority too. There is no clock but the uptime, and nothing to wait with but to look at it.

import { PIN_INTERRUPT, PIN_RESET, PIN_SLEEP } from '#definition';
import type { Rtcmem, Text } from '../nodemcu/modules.ts';
import type { Adc, Gpio, Node, Random } from './nodemcu.ts';

export { receive, receiveOctets, release, select, send, sendOctets } from './spi.ts';

declare const adc: Adc;
declare const gpio: Gpio;
declare const node: Node;
declare const rtcmem: Rtcmem;
declare const sodium: { readonly random: Random };
declare const string: Text;

const tasks = node.task;
const source = sodium.random;

/** node.task.LOW_PRIORITY and MEDIUM_PRIORITY. */
const LOW_PRIORITY = 0;
const MEDIUM_PRIORITY = 1;
const LAST_CHANNEL = 7;
const ONE = 49;
const TWO = 50;

gpio.config({ gpio: PIN_RESET, dir: gpio.OUT });
gpio.write(PIN_RESET, 1);
gpio.config({ gpio: PIN_INTERRUPT, dir: gpio.IN });
if (PIN_SLEEP >= 0) {
  gpio.config({ gpio: PIN_SLEEP, dir: gpio.OUT });
  gpio.write(PIN_SLEEP, 0);
}

/** The pins are set up above: their settings are tables, which are made while the modules initialise. */
export function startPins(): void {}

export function writeReset(level: number): void {
  gpio.write(PIN_RESET, level);
}

export function writeSleep(level: number): void {
  gpio.write(PIN_SLEEP, level);
}

export function interruptLevel(): number {
  return gpio.read(PIN_INTERRUPT);
}

/** NodeMCU arms the pin again when the callback has returned. */
export function watchInterrupt(level: number, run: () => void): void {
  gpio.trig(PIN_INTERRUPT, level === 0 ? gpio.INTR_LOW : gpio.INTR_HIGH, run);
}

/** Without a function NodeMCU keeps the one it has. */
export function watchAgain(level: number): void {
  gpio.trig(PIN_INTERRUPT, level === 0 ? gpio.INTR_LOW : gpio.INTR_HIGH);
}

export function pause(micros: number): void {
  const start = node.uptime();
  let past = 0;
  while (past < micros) past = (node.uptime() - start) & 0x7fffffff;
}

export function micros(): number {
  return node.uptime() & 0x7fffffff;
}

export function defer(run: () => void): void {
  tasks.post(LOW_PRIORITY, run);
}

export function deferUrgent(run: () => void): void {
  tasks.post(MEDIUM_PRIORITY, run);
}

export function randomWord(): number {
  return source.random() | 0;
}

export function retainedRead(place: number): number {
  return rtcmem.read32(place);
}

export function retainedWrite(place: number, word: number): void {
  rtcmem.write32(place, word);
}

export function deepSleep(micros: number): void {
  node.dsleep(micros);
}

/** node.bootreason() gives one digit, then 12 after a deep sleep. */
export function resetBySleep(): boolean {
  const reason = string.format('%d%d', node.bootreason());
  return string.len(reason) === 3 && string.byte(reason, 2) === ONE && string.byte(reason, 3) === TWO;
}

/** Eight channels of 12 bits, to 3.3 V: 0 is GPIO36, 7 is GPIO35. */
export function readSensor(channel: number): number {
  if (channel < 0 || channel > LAST_CHANNEL) return 0;
  adc.setwidth(adc.ADC1, 12);
  adc.setup(adc.ADC1, channel, adc.ATTEN_11db);
  return adc.read(adc.ADC1, channel);
}
