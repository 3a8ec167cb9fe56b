// SPDX-License-Identifier: Apache-2.0
// The modules of NodeMCU on the ESP8266 as far as they are used here: types of globals.

import type { Handle } from '../storage.ts';

export interface Spi {
  readonly MASTER: number;
  readonly CPOL_LOW: number;
  readonly CPHA_LOW: number;
  setup(id: number, mode: number, cpol: number, cpha: number, bits: number, divider: number): number;
  set_mosi(id: number, offset: number, bits: number, a: number, b: number, c: number, d: number): void;
  get_miso(id: number, offset: number, bits: number, count: number): number;
  transaction(
    id: number,
    commandBits: number,
    command: number,
    addressBits: number,
    address: number,
    mosiBits: number,
    dummyBits: number,
    misoBits: number,
  ): void;
}

export interface Gpio {
  readonly OUTPUT: number;
  readonly INT: number;
  mode(pin: number, mode: number): void;
  write(pin: number, level: number): void;
  read(pin: number): number;
  trig(pin: number, type: string, run?: () => void): void;
}

export interface Timer {
  register(self: Timer, millis: number, mode: number, run: () => void): void;
  interval(self: Timer, millis: number): void;
  start(self: Timer): boolean;
  stop(self: Timer): boolean;
}

export interface Tmr {
  readonly ALARM_SEMI: number;
  create(): Timer;
  now(): number;
  delay(micros: number): void;
  /** Tells the watchdog that the program is alive. */
  wdclr(): void;
}

export interface Node {
  heap(): number;
  restart(): void;
  /** Two values at least: how the processor was reset, and why (5: a deep sleep is over). */
  bootreason(): number;
  /** @param micros 1 to 2^31 - 1. @param option 0: the RF part starts as the firmware has it. @param instant 1: now. */
  dsleep(micros: number, option: number, instant: number): void;
  random(low: number, high: number): number;
}

export interface Task {
  post(priority: number, run: () => void): void;
}

export interface Rtcmem {
  read32(place: number): number;
  write32(place: number, word: number): void;
}

export interface Adc {
  read(channel: number): number;
}

export interface Uart {
  on(what: string, count: number, run: (octets: string) => void, interpret: number): void;
  write(id: number, octets: number | string): void;
}

export interface File {
  exists(name: string): boolean;
  remove(name: string): void;
  open(name: string, mode: string): Handle;
}

/** Lua's own `string`. */
export interface Text {
  byte(text: string, at: number): number;
  char(a: number, b: number, c: number, d: number): string;
  format(format: string, value: number): string;
  len(text: string): number;
}
