// SPDX-License-Identifier: Apache-2.0
// The API of NodeMCU for the ESP8266, as far as boards use it: spi, gpio, tmr, node, uart, file.

import type { Clock } from '../medium/clock.ts';
import { MEDIUM } from './cpu.ts';
import type { Cpu } from './cpu.ts';
import type { Files, Uart } from './nodemcu.ts';
import {
  ALARM_AUTO,
  ALARM_SEMI,
  ALARM_SINGLE,
  check,
  makeRtcmem,
  makeTasks,
  makeTimer,
  POWER_ON,
  Values,
} from './nodemcu.ts';
import type { Callback } from './nodemcu.ts';
import type { Port } from './port.ts';

/** What a family's API is built on. */
export interface Parts {
  readonly clock: Clock;
  readonly cpu: Cpu;
  readonly port: Port;
  readonly uart: Uart;
  readonly files: Files;
  readonly retained: Int32Array;
  /** POWER_ON, SOFT_RESET, DEEP_SLEEP or EXTERNAL_RESET. */
  readonly cause: number;
  isOn(): boolean;
  /** The processor stops at the end of the turn, and is reset after that time. */
  sleep(micros: number): void;
  /** node.restart(). */
  restart(): void;
  /** What node.heap() says. */
  readonly heap: number;
  /** What the sensor says. */
  sensor(channel: number): number;
  /** 32 bits of the hardware's random number generator. */
  random(): number;
}

const HSPI = 1;
/** The hardware's data registers, 16 words; what comes in takes the place of what went out. */
const BUFFER_OCTETS = 64;
const BUFFER_BITS = 8 * BUFFER_OCTETS;
/** Setting up a pin. */
const MODE_MICROS = 5;
const OUTPUT = 1;
const INT = 2;

function makeSpi({ port }: Parts): Record<string, unknown> {
  const buffer = new Uint8Array(BUFFER_OCTETS);
  let set = false;
  const bit = (at: number): number => (buffer[at >> 3]! >> (7 - (at & 7))) & 1;
  const put = (at: number, value: number): void => {
    const mask = 0x80 >> (at & 7);
    buffer[at >> 3] = value === 0 ? buffer[at >> 3]! & ~mask : buffer[at >> 3]! | mask;
  };
  const shift = (bits: number, value: number): void => {
    for (let left = bits - 8; left >= 0; left -= 8) port.exchange((value >>> left) & 255);
  };
  const whole = (bits: unknown, most: number, what: string): number => {
    const number = bits as number;
    check(
      Number.isInteger(number) && number >= 0 && number <= most && number % 8 === 0,
      `${what} of 0 to ${most} bits, in octets, got ${number}`,
    );
    return number;
  };
  return {
    MASTER: 0,
    CPOL_LOW: 0,
    CPHA_LOW: 0,
    HALFDUPLEX: 0,
    FULLDUPLEX: 1,
    setup(id: number, mode: number, cpol: number, cpha: number, bits: number, divider: number) {
      check(id === HSPI && mode === 0 && cpol === 0 && cpha === 0 && bits === 8, 'SPI 1 as master in mode 0');
      check(divider >= 8, 'at most 10 MHz');
      check(!port.selectIsOutput, 'gpio.mode of the chip select after spi.setup, which takes the pin');
      set = true;
      return 1;
    },
    set_mosi(id: number, offset: number, bits: number, ...values: number[]) {
      check(id === HSPI && bits >= 1 && bits <= 32 && values.length > 0, 'words of 1 to 32 bits');
      values.forEach((value, i) => {
        const at = offset + i * bits;
        check(at >= 0 && at + bits <= BUFFER_BITS, `${BUFFER_BITS} bits at most`);
        for (let j = 0; j < bits; j++) put(at + j, (value >>> (bits - 1 - j)) & 1);
      });
      return undefined;
    },
    get_miso(id: number, offset: number, bits: number, count: number) {
      check(id === HSPI && bits >= 1 && bits <= 32, 'words of 1 to 32 bits');
      check(offset >= 0 && offset + bits * count <= BUFFER_BITS, `${BUFFER_BITS} bits at most`);
      const words = Array.from({ length: count }, (_, i) => {
        let word = 0;
        for (let j = 0; j < bits; j++) word = (word << 1) | bit(offset + i * bits + j);
        return word | 0;
      });
      return count === 1 ? words[0] : words;
    },
    transaction(
      id: number,
      commandBits: number,
      command: number,
      addressBits: number,
      address: number,
      mosiBits: number,
      dummyBits: number,
      misoBits: number,
    ) {
      check(id === HSPI && set, 'SPI that was set up');
      check(port.selectIsOutput, 'a chip select by GPIO: the hardware raises its own after each transaction');
      shift(whole(commandBits, 16, 'a command'), command);
      shift(whole(addressBits, 32, 'an address'), address);
      for (let i = 0; i < whole(mosiBits, BUFFER_BITS, 'data') / 8; i++) port.exchange(buffer[i]!);
      for (let i = 0; i < whole(dummyBits, 256, 'dummy bits') / 8; i++) port.exchange(0);
      for (let i = 0; i < whole(misoBits, BUFFER_BITS, 'data') / 8; i++) buffer[i] = port.exchange(0);
      return undefined;
    },
  };
}

function makeGpio({ port, cpu }: Parts): Record<string, unknown> {
  const pin = (number: unknown): number => {
    check(
      Number.isInteger(number) && (number as number) >= 0 && (number as number) <= 12,
      `an IO index of 0 to 12, got ${String(number)}`,
    );
    return number as number;
  };
  return {
    OUTPUT,
    INT,
    HIGH: 1,
    LOW: 0,
    mode(number: number, mode: number) {
      // A pin that becomes an output is low until it is written, which takes a few calls.
      if (mode === OUTPUT) port.output(pin(number), false);
      else check(mode === INT && pin(number) > 0, 'gpio.OUTPUT, or gpio.INT on a pin but 0');
      cpu.spend(MODE_MICROS);
      return undefined;
    },
    write(number: number, level: number) {
      check(level === 0 || level === 1, 'a level of 0 or 1');
      port.write(pin(number), level === 1);
      return undefined;
    },
    read: (number: number) => port.read(pin(number)),
    trig(number: number, type: string, run?: Callback) {
      check(type === 'low' || type === 'high', 'a level trigger: an edge is lost while another waits');
      const called = run && ((level: number): void => void run(level, cpu.micros() & 0x7fffffff, 1));
      port.watch(pin(number), type === 'high', called);
      return undefined;
    },
  };
}

/** @returns the globals of a program. */
export function esp8266Globals(parts: Parts): Record<string, unknown> {
  const { clock, cpu, uart, files, isOn, random, retained, cause, sleep, sensor, restart, heap } = parts;
  return {
    spi: makeSpi(parts),
    gpio: makeGpio(parts),
    tmr: {
      ALARM_SINGLE,
      ALARM_AUTO,
      ALARM_SEMI,
      create: () => makeTimer(clock, cpu, isOn, { priority: MEDIUM, takesBack: true }),
      now() {
        cpu.spend(1);
        return cpu.micros() & 0x7fffffff;
      },
      wdclr: () => undefined,
      delay(micros: number) {
        cpu.spend(micros);
        return undefined;
      },
    },
    node: {
      task: makeTasks(cpu),
      heap: () => heap,
      restart() {
        restart();
        return undefined;
      },
      /** Power on, or a reset: by the pin, which is what ends a deep sleep too. */
      bootreason: () => Values.of(cause === POWER_ON ? 1 : 2, cause),
      dsleep(micros: number, option: number, instant: number) {
        check(Number.isInteger(micros) && micros > 0, `a sleep of more than 0 us, got ${micros}`);
        check(option >= 0 && option <= 4 && option !== 4, 'the RF part on after the sleep: chance needs it');
        check(instant === 1, 'a sleep at once: what would run until then would find its radio asleep');
        sleep(micros);
        return undefined;
      },
      /** os_random() drawn again until it fits: at once where the range is a power of two. */
      random(low: number, high: number) {
        const range = high - low + 1;
        check(range > 0 && range <= 0x10000 && (range & (range - 1)) === 0, 'a range of a power of two, 65536 at most');
        return low + (random() & (range - 1));
      },
    },
    rtcmem: makeRtcmem(retained),
    adc: {
      read(channel: number) {
        check(channel === 0, `channel 0, got ${channel}`);
        return sensor(channel);
      },
    },
    uart: { on: uart.on, write: uart.write },
    file: {
      exists: (name: string) => files.exists(name),
      remove: (name: string) => void files.remove(name),
      rename: (from: string, to: string) => files.rename(from, to),
      open: (name: string, mode: string) => files.open(name, mode),
    },
  };
}
