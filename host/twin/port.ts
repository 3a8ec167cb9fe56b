// SPDX-License-Identifier: Apache-2.0
// Where the radio is wired to the processor: SPI, the pins, the interrupt. And where a test breaks it.

import type { Cpu } from './cpu.ts';
import { TwinError } from './device.ts';
import type { AccessKind, RadioTwin } from './device.ts';

/** Pins of a board definition, by what they are for; numbers are those of the family's API. */
export interface Wiring {
  readonly clock: number;
  readonly mosi: number;
  readonly miso: number;
  readonly select: number;
  readonly interrupt: number;
  readonly reset: number;
  /** Absent where the radio has no such pin. */
  readonly sleep?: number | undefined;
}

/** What was never right between processor and radio. */
export interface PortDefects {
  /** Wires that are missing. */
  readonly unwired?: readonly ('interrupt' | 'reset')[];
  /** What arrives of an octet from the radio. @param nth octet since start */
  readonly miso?: (octet: number, nth: number) => number;
}

/** One octet at 8 MHz. */
const OCTET_MICROS = 1;

export class Port {
  readonly wiring: Wiring;
  readonly #cpu: Cpu;
  readonly #priority: number;
  readonly #defects: PortDefects;
  #radio!: RadioTwin;
  /** Level of an interrupt pin that nothing drives. */
  #idle = false;
  readonly #outputs = new Map<number, boolean>();
  #trigger: { high: boolean; run: (level: number) => void } | undefined;
  #armed = false;
  /** Octets until one is wrong, and how. */
  #glitchIn = -1;
  #glitchMask = 0;
  #interruptsToLose = 0;
  /** Octets of the access under way. */
  #access: number[] = [];
  #flip: { readonly kind: AccessKind; readonly at: number; readonly mask: number } | undefined;
  /** Octets that were turned over by flip(). */
  flipped = 0;
  /** Octets that crossed since start. */
  octets = 0;

  /** @param priority of the callback of an interrupt. */
  constructor(wiring: Wiring, cpu: Cpu, priority: number, defects: PortDefects = {}) {
    this.wiring = wiring;
    this.#cpu = cpu;
    this.#priority = priority;
    this.#defects = defects;
  }

  /** The radio knows its surroundings first. */
  attach(radio: RadioTwin): void {
    this.#radio = radio;
    this.#idle = radio.interruptPin;
  }

  #isWired(pin: 'interrupt' | 'reset'): boolean {
    return this.#defects.unwired?.includes(pin) !== true;
  }

  #interruptPin(): boolean {
    return this.#isWired('interrupt') ? this.#radio.interruptPin : this.#idle;
  }

  /** The pin becomes an output, at this level. */
  output(pin: number, high: boolean): void {
    this.#outputs.set(pin, high);
    this.#drive(pin, high);
  }

  get selectIsOutput(): boolean {
    return this.#outputs.has(this.wiring.select);
  }

  write(pin: number, high: boolean): void {
    const before = this.#outputs.get(pin);
    if (before === undefined) throw new TwinError(`pin ${pin}: expected a pin that is an output, got one that is not`);
    if (before === high) return;
    this.#outputs.set(pin, high);
    this.#drive(pin, high);
  }

  #drive(pin: number, high: boolean): void {
    const { select, reset, sleep } = this.wiring;
    if (pin === select) {
      if (high) this.#radio.release();
      else {
        this.#access = [];
        this.#radio.select();
      }
    } else if (pin === reset) {
      if (this.#isWired('reset')) this.#radio.resetPin(high);
    } else if (pin === sleep) this.#radio.sleepPin(high);
  }

  read(pin: number): number {
    if (pin !== this.wiring.interrupt) throw new TwinError(`pin ${pin}: expected the interrupt pin`);
    return this.#interruptPin() ? 1 : 0;
  }

  exchange(octet: number): number {
    this.#cpu.spend(OCTET_MICROS);
    this.octets++;
    const wrong = this.#glitchIn === 0 ? this.#glitchMask : 0;
    if (this.#glitchIn >= 0) this.#glitchIn--;
    const mask = this.#flipOf(octet);
    const toRadio = this.#flip?.kind === 'write' || this.#flip?.kind === 'frame out';
    if (mask !== 0) {
      this.#flip = undefined;
      this.#radio.disturb();
    }
    const right = this.#radio.exchange(toRadio ? octet ^ mask : octet) ^ (toRadio ? 0 : mask);
    return (this.#defects.miso?.(right, this.octets) ?? right) ^ wrong;
  }

  /** What is turned over of this octet. */
  #flipOf(octet: number): number {
    this.#access.push(octet);
    const flip = this.#flip;
    if (flip === undefined) return 0;
    const place = this.#radio.place(this.#access);
    if (place?.kind !== flip.kind || place.at !== flip.at) return 0;
    this.flipped++;
    return flip.mask;
  }

  /** Calls `run` while the pin is at a level: again after each call. Without `run`: the one it had. */
  watch(pin: number, high: boolean, run: ((level: number) => void) | undefined): void {
    if (pin !== this.wiring.interrupt) throw new TwinError(`pin ${pin}: expected the interrupt pin`);
    const kept = run ?? this.#trigger?.run;
    if (kept === undefined) throw new TwinError(`pin ${pin}: expected a function to call`);
    this.#trigger = { high, run: kept };
    this.#armed = true;
    this.interruptChanged();
  }

  interruptChanged(): void {
    const trigger = this.#trigger;
    if (trigger === undefined || !this.#armed || this.#interruptPin() !== trigger.high) return;
    this.#armed = false;
    if (this.#interruptsToLose > 0) {
      this.#interruptsToLose--;
      return;
    }
    this.#cpu.post(this.#priority, () => {
      if (this.#trigger !== trigger) return;
      trigger.run(trigger.high ? 1 : 0);
      // The firmware arms the pin again once the callback returned.
      this.#cpu.later(() => {
        if (this.#trigger !== trigger) return;
        this.#armed = true;
        this.interruptChanged();
      });
    });
  }

  /** The `nth` octet from the radio from now on (0: the next) arrives with these bits turned over. */
  glitch(nth: number, mask: number): void {
    this.#glitchIn = nth;
    this.#glitchMask = mask;
  }

  /** In the next access of this kind that has octet `at` behind its address, that one has these bits turned over. */
  flip(kind: AccessKind, at: number, mask: number): void {
    this.#flip = { kind, at, mask };
  }

  /** The next interrupts are lost: no callback, and the pin is not armed again. */
  loseInterrupts(count: number): void {
    this.#interruptsToLose = count;
  }
}
