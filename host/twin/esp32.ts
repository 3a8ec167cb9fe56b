// SPDX-License-Identifier: Apache-2.0
// The API of NodeMCU for the ESP32, as far as boards use it: spi objects, gpio, tmr without clocks, node, uart, io, sodium.

import { HIGH } from './cpu.ts';
import {
  ALARM_AUTO,
  ALARM_SEMI,
  ALARM_SINGLE,
  check,
  DEEP_SLEEP,
  makeRtcmem,
  makeTasks,
  makeTimer,
  Values,
} from './nodemcu.ts';
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

/** ADC1, whose width and attenuation are set before a channel is read. */
function makeAdc({ sensor }: Parts): Record<string, unknown> {
  const ADC1 = 1;
  const ready = new Set<number>();
  let width = 0;
  return {
    ADC1,
    ATTEN_11db: 3,
    setwidth(adc: number, bits: number) {
      check(adc === ADC1 && bits >= 9 && bits <= 12, 'ADC1 with 9 to 12 bits');
      width = bits;
      return undefined;
    },
    setup(adc: number, channel: number) {
      check(adc === ADC1 && channel >= 0 && channel <= 7, `channel 0 to 7 of ADC1, got ${channel}`);
      ready.add(channel);
      return undefined;
    },
    read(adc: number, channel: number) {
      check(adc === ADC1 && width > 0 && ready.has(channel), 'a channel of ADC1 that is set up');
      return sensor(channel);
    },
  };
}

/** @returns the globals of a program. */
export function esp32Globals(parts: Parts): Record<string, unknown> {
  const { clock, cpu, uart, files, isOn, random, retained, cause, sleep, restart, heap } = parts;
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
      heap: () => heap,
      restart() {
        restart();
        return undefined;
      },
      /** The second value is the reset reason of the ROM and 7: 1 at power on, which a pulse on EN is too, 5 after deep sleep. */
      bootreason: () => (cause === DEEP_SLEEP ? Values.of(3, 5 + 7) : Values.of(1, 1 + 7)),
      dsleep(micros: number) {
        check(Number.isInteger(micros) && micros > 0, `a sleep of more than 0 us, got ${micros}`);
        sleep(micros);
        return undefined;
      },
      /** The low word has 31 bits where integers have 32. */
      uptime() {
        cpu.spend(1);
        const micros = cpu.micros();
        return [micros & 0x7fffffff, Math.floor(micros / 2 ** 31)];
      },
    },
    rtcmem: makeRtcmem(retained),
    adc: makeAdc(parts),
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
