// SPDX-License-Identifier: Apache-2.0
// A board without radio, for what is done to a mote over its serial line: an interpreter, files that outlive resets, timers.

import type { Clock } from '../../medium/clock.ts';
import { Cpu, LOW, MEDIUM } from '../cpu.ts';
import { ALARM_AUTO, ALARM_SEMI, ALARM_SINGLE, makeTasks, makeTimer, Values } from '../nodemcu.ts';
import { Console } from './console.ts';
import type { Build } from './console.ts';
import { Spiffs } from './files.ts';
import type { Store } from './lfs.ts';

/** Thrown at the instant of a cut by whoever cuts. */
export class PowerCut extends Error {}

/** Modules that a program may look for, and that do nothing here. */
const OTHERS = { esp8266: ['adc', 'gpio', 'rtcmem', 'spi'], esp32: ['adc', 'gpio', 'rtcmem', 'sodium', 'spi'] };

/** From a reset to init.lua. */
const BOOT_MICROS = 300_000;

interface Life {
  readonly cpu: Cpu;
  readonly console: Console;
}

export class ReplTwin {
  readonly files = new Spiffs();
  readonly store: Store = { chunks: new Map() };
  readonly build: Build;
  readonly #clock: Clock;
  readonly #part: (n: number) => number;
  #life: Life | undefined;
  /** Octets from the mote. */
  output: (octets: Uint8Array) => void = () => undefined;

  /** @param part draws from 0 to n: how much of what was not flushed a cut leaves. */
  constructor(clock: Clock, build: Build, part: (n: number) => number = () => 0) {
    this.#clock = clock;
    this.build = build;
    this.#part = part;
  }

  get on(): boolean {
    return this.#life !== undefined;
  }

  powerOn(): void {
    if (this.on) return;
    const cpu: Cpu = new Cpu(
      this.#clock,
      0,
      () => 0,
      (error) => this.#crash(error),
    );
    const isOn = (): boolean => this.#life?.cpu === cpu;
    const kind = { priority: MEDIUM, takesBack: true };
    const others = OTHERS[this.build.family].map((name) => [name, {}] as const);
    const console = new Console(this.build, {
      files: this.files,
      store: this.store,
      globals: {
        ...Object.fromEntries(others),
        tmr: {
          ALARM_SINGLE,
          ALARM_AUTO,
          ALARM_SEMI,
          create: () => makeTimer(this.#clock, cpu, isOn, kind),
          wdclr: () => undefined,
        },
        node: { task: makeTasks(cpu), bootreason: () => Values.of(1, 0) },
      },
      write: (octets) => {
        if (isOn()) this.output(octets);
      },
      post: (run) => void cpu.post(LOW, run),
      restart: () => cpu.later(() => this.reset()),
    });
    this.#life = { cpu, console };
    cpu.boot(() => console.boot());
  }

  /** Cuts the power, from any instant. */
  powerOff(): void {
    this.#life?.cpu.powerOff();
    this.#life = undefined;
    this.files.cut(this.#part);
  }

  /** A pulse on the reset pin, or a crash: nothing is heard until the firmware is up again. */
  reset(): void {
    this.powerOff();
    this.#clock.after(BOOT_MICROS, () => this.powerOn());
  }

  /** Octets to the mote; one without power hears nothing. */
  input(octets: Uint8Array): void {
    this.#life?.console.take(octets);
  }

  /** A global of the program. */
  global(name: string): unknown {
    return this.#life?.console.global(name);
  }

  /** A callback's error: NodeMCU prints it and starts anew. */
  #crash(error: unknown): void {
    const text = `PANIC: unprotected error in call to Lua API (${(error as Error).message.split('\n')[0]})\r\n`;
    this.output(Buffer.from(text, 'latin1'));
    if (this.on) this.#clock.after(1000, () => this.reset());
  }
}
