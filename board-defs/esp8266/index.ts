// SPDX-License-Identifier: Apache-2.0
// The ESP8266 with NodeMCU. Callbacks of NodeMCU are named once, at start: naming one takes memory.

import { PIN_INTERRUPT, PIN_RESET, PIN_SLEEP } from '#definition';
import type { Rtcmem, Text, Task } from '../nodemcu/modules.ts';
import type { Adc, Gpio, Node, Tmr } from './nodemcu.ts';
import { startSpi } from './spi.ts';

export { receive, receiveOctets, release, select, send, sendOctets } from './spi.ts';

declare const adc: Adc;
declare const gpio: Gpio;
declare const node: Node & { readonly task: Task };
declare const rtcmem: Rtcmem;
declare const string: Text;
declare const tmr: Tmr;

const tasks = node.task;

/** node.task.MEDIUM_PRIORITY and HIGH_PRIORITY. */
const MEDIUM_PRIORITY = 1;
const HIGH_PRIORITY = 2;
/** '5': wake from deep sleep. */
const WOKEN_DIGIT = 53;

export function startPins(): void {
  startSpi();
  gpio.mode(PIN_RESET, gpio.OUTPUT);
  gpio.write(PIN_RESET, 1);
  if (PIN_SLEEP >= 0) {
    gpio.mode(PIN_SLEEP, gpio.OUTPUT);
    gpio.write(PIN_SLEEP, 0);
  }
  gpio.mode(PIN_INTERRUPT, gpio.INT);
}

export function writeReset(level: number): void {
  gpio.write(PIN_RESET, level);
}

export function writeSleep(level: number): void {
  gpio.write(PIN_SLEEP, level);
}

export function interruptLevel(): number {
  return gpio.read(PIN_INTERRUPT);
}

/** A level and no edge: NodeMCU merges events, and arms the pin again when the callback has returned. */
export function watchInterrupt(level: number, run: () => void): void {
  if (level === 0) gpio.trig(PIN_INTERRUPT, 'low', run);
  else gpio.trig(PIN_INTERRUPT, 'high', run);
}

/** Without a function NodeMCU keeps the one it has. */
export function watchAgain(level: number): void {
  if (level === 0) gpio.trig(PIN_INTERRUPT, 'low');
  else gpio.trig(PIN_INTERRUPT, 'high');
}

export function pause(micros: number): void {
  tmr.delay(micros);
}

export function micros(): number {
  return tmr.now();
}

export function defer(run: () => void): void {
  tasks.post(MEDIUM_PRIORITY, run);
}

export function deferUrgent(run: () => void): void {
  tasks.post(HIGH_PRIORITY, run);
}

/** Two draws: the range of one has to fit into 31 bits. */
export function randomWord(): number {
  return (node.random(0, 0xffff) << 16) | node.random(0, 0xffff);
}

export function retainedRead(place: number): number {
  return rtcmem.read32(place);
}

export function retainedWrite(place: number, word: number): void {
  rtcmem.write32(place, word);
}

/** Pin D0, wired to the reset pin, ends the sleep. */
export function deepSleep(micros: number): void {
  node.dsleep(micros, 0, 1);
}

/** node.bootreason() gives two digits, and after a crash numbers that a format of two leaves out. */
export function resetBySleep(): boolean {
  return string.byte(string.format('%d%d', node.bootreason()), 2) === WOKEN_DIGIT;
}

/** There is one channel. */
export function readSensor(channel: number): number {
  return channel === 0 ? adc.read(0) : 0;
}
