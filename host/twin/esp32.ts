// SPDX-License-Identifier: Apache-2.0
// The API of NodeMCU for the ESP32, as far as boards use it: spi objects, gpio, tmr without clocks, node, uart, io, sodium.

import { HIGH } from './cpu.ts';
import { ALARM_AUTO, ALARM_SEMI, ALARM_SINGLE, check, makeTasks, makeTimer } from './nodemcu.ts';
import type { Callback } from './nodemcu.ts';
import type { Parts } from './esp8266.ts';

const HSPI = 1;
/** Without DMA. */
const TRANSFER_OCTETS = 32;
/** Setting up a pin, which is low until it is written. */
const MODE_MICROS = 5;
const OUT = 2;
const IN = 1;
const INTR_LOW = 4;
const INTR_HIGH = 5;

function makeSpi({ port }: Parts): Record<string, unknown> {
  const device = {
    transfer(_self: unknown, data: unknown) {
      check(
        typeof data === 'string' && data.length > 0 && data.length <= TRANSFER_OCTETS,
        `1 to ${TRANSFER_OCTETS} octets a transfer`,
      );
      const answer = [...data].map((octet) => port.exchange(octet.charCodeAt(0)));
      return String.fromCharCode(...answer);
    },
  };
  const master = {
    device(_self: unknown, config: Record<string, unknown>) {
      check(config.mode === 0 && (config.freq as number) <= 10_000_000, 'mode 0 at 10 MHz or less');
      check(config.cs === undefined, 'a chip select by GPIO: a burst takes several transfers');
      return device;
    },
  };
  return {
    HSPI,
    VSPI: 2,
    master(_host: number, config: Record<string, unknown>) {
      const { clock, mosi, miso } = port.wiring;
      check(config.sclk === clock && config.mosi === mosi && config.miso === miso, 'the pins of the board');
      return master;
    },
  };
}

function makeGpio({ port, cpu }: Parts): Record<string, unknown> {
  return {
    IN,
    OUT,
    INTR_LOW,
    INTR_HIGH,
    config(settings: Record<string, unknown>) {
      check(settings.dir === OUT || settings.dir === IN, 'a direction');
      if (settings.dir === OUT) port.output(settings.gpio as number, false);
      cpu.spend(MODE_MICROS);
      return undefined;
    },
    write(pin: number, level: number) {
      check(level === 0 || level === 1, 'a level of 0 or 1');
      port.write(pin, level === 1);
      return undefined;
    },
    read: (pin: number) => port.read(pin),
    trig(pin: number, type: number, run?: Callback) {
      check(type === INTR_LOW || type === INTR_HIGH, 'a level trigger: an edge is lost while another waits');
      port.watch(pin, type === INTR_HIGH, run && ((level) => void run(pin, level)));
      return undefined;
    },
  };
}

/** @returns the globals of a program. */
export function esp32Globals(parts: Parts): Record<string, unknown> {
  const { clock, cpu, uart, files, isOn, random } = parts;
  return {
    spi: makeSpi(parts),
    gpio: makeGpio(parts),
    tmr: {
      ALARM_SINGLE,
      ALARM_AUTO,
      ALARM_SEMI,
      create: () => makeTimer(clock, cpu, isOn, { priority: HIGH, takesBack: false }),
    },
    node: {
      task: makeTasks(cpu),
      /** The low word has 31 bits where integers have 32. */
      uptime() {
        cpu.spend(1);
        const micros = cpu.micros();
        return [micros & 0x7fffffff, Math.floor(micros / 2 ** 31)];
      },
    },
    sodium: { random: { random: () => random() | 0 } },
    uart: { on: uart.on, write: uart.write },
    file: {
      exists: (name: string) => files.exists(name),
      remove: (name: string) => void files.remove(name),
      rename: (from: string, to: string) => files.rename(from, to),
    },
    io: { open: (name: string, mode: string) => files.open(name, mode) },
  };
}
