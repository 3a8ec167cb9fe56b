// SPDX-License-Identifier: Apache-2.0
// The modules of NodeMCU on the ESP32 as far as they are used here: types of globals.

import type { Handle, Task } from '../nodemcu/modules.ts';

export interface Device {
  /** Full duplex: as many octets come back as go out. */
  transfer(self: Device, data: string): string;
}

export interface Bus {
  device(self: Bus, config: { readonly mode: number; readonly freq: number }): Device;
}

export interface Spi {
  readonly HSPI: number;
  master(host: number, config: { readonly sclk: number; readonly mosi: number; readonly miso: number }): Bus;
}

export interface Gpio {
  readonly IN: number;
  readonly OUT: number;
  readonly INTR_LOW: number;
  readonly INTR_HIGH: number;
  config(settings: { readonly gpio: number; readonly dir: number }): void;
  write(pin: number, level: number): void;
  read(pin: number): number;
  trig(pin: number, type: number, run?: () => void): void;
}

export interface Node {
  /** Two values: how the processor was reset, and the reason of its ROM and 7 (12: a deep sleep is over). */
  bootreason(): number;
  /** Does not return. @param micros 1 to 2^31 - 1. */
  dsleep(micros: number): void;
  /** Microseconds; where integers have 32 bits, 31 of them and then the rest. */
  uptime(): number;
  readonly task: Task;
}

export interface Adc {
  readonly ADC1: number;
  readonly ATTEN_11db: number;
  setwidth(adc: number, bits: number): void;
  setup(adc: number, channel: number, attenuation: number): void;
  read(adc: number, channel: number): number;
}

export interface Random {
  random(): number;
}

export interface File {
  exists(name: string): boolean;
}

export interface Io {
  open(name: string, mode: string): Handle;
}
