// SPDX-License-Identifier: Apache-2.0
// The modules of NodeMCU on the ESP8266 as far as they are used here: types of globals.

import type { Handle } from '../nodemcu/modules.ts';

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

export interface Tmr {
  now(): number;
  delay(micros: number): void;
}

export interface Node {
  /** Two values at least: how the processor was reset, and why (5: a deep sleep is over). */
  bootreason(): number;
  /** @param micros 1 to 2^31 - 1. @param option 0: the RF part starts as the firmware has it. @param instant 1: now. */
  dsleep(micros: number, option: number, instant: number): void;
  random(low: number, high: number): number;
}

export interface Adc {
  read(channel: number): number;
}

export interface File {
  exists(name: string): boolean;
  open(name: string, mode: string): Handle;
}
