// SPDX-License-Identifier: Apache-2.0
// A mote, and one on the bench board: its VM, its chip, its flash, and the event loop between them. A step takes the time that its AES blocks take on
// the board; what it puts out takes effect when that time is over, and whatever else happens to the mote waits until then.

import { RunFailure } from '../errors.ts';
import type { Chip, ChipEvents } from '../medium/chip.ts';
import type { Clock, Timer } from '../medium/clock.ts';
import type { Prng } from '../medium/prng.ts';
import type { ScenarioMote } from '../scenario/schema.ts';
import * as abi from '../vm/abi.ts';
import type { MoteVm } from '../vm/mote-vm.ts';
import type { VmFactory } from '../vm/open.ts';
import type { Flash } from './preload.ts';

/** A turn of the board's event loop without any cryptography: copying a frame, a table look-up, the next task. */
const TURN_MICROS = 200;
/** Typed octets that it takes in one turn. */
const TYPED_OCTETS = 32;

/** The program of a mote failed, or did what its board cannot do. */
export class BenchError extends RunFailure {
  constructor(mote: string, micros: number, message: string, cause?: unknown) {
    super(`${mote} at ${(micros / 1e6).toFixed(6)} s: ${message}`, { cause });
  }
}

/** A mote as the bench handles it, whatever its board is. */
export interface Mote extends ChipEvents {
  readonly spec: ScenarioMote;
  readonly name: string;
  readonly flash: Flash;
  readonly on: boolean;
  /** In deep sleep: it has power and does nothing. */
  readonly asleep: boolean;
  /** What retained memory holds, to change while the mote sleeps. */
  readonly retained: Int32Array;
  attach(chip: Chip): void;
  powerOn(): void;
  powerOff(): void;
  /** Starts anew, from any instant: flash and retained memory stay, but the latter means nothing. */
  reset(): void;
  close(): void;
  /** Types a line into the console, without its end. */
  command(line: string): void;
  /** Types octets, as they are. */
  type(octets: Uint8Array): void;
}

/** What a mote shows to whoever keeps the books. */
export interface MoteObserver {
  power(mote: Mote, on: boolean): void;
  /** It has power and sleeps: after power(mote, false). */
  sleep?(mote: Mote): void;
  /** @param args five words. */
  report(mote: Mote, event: number, args: readonly number[]): void;
  /** A frame goes to the chip. @returns the label that it carries on the air. */
  send(mote: Mote, octets: Uint8Array): unknown;
  /** The program gets a frame. @param label the one its sender gave it. */
  receive(mote: Mote, label: unknown): void;
  console(mote: Mote, line: string): void;
  /** Octets of the console, as they come out. */
  output?(mote: Mote, octets: Uint8Array): void;
}

/** Makes a mote of a board. */
export type MoteFactory = (spec: ScenarioMote, flash: Flash, prng: Prng, env: MoteEnvironment) => Mote;

/** What all motes of a bench share. */
export interface MoteEnvironment {
  readonly clock: Clock;
  readonly open: VmFactory;
  readonly aesMicros: number;
  readonly maxPsdu: number;
  readonly keylog: boolean;
  /** Of the radios, until they are set otherwise. */
  readonly txPowerDbm: number;
  /** The radio has one buffer for both ways. */
  readonly oneBuffer?: boolean;
  readonly observer: MoteObserver;
}

interface Input {
  readonly op: number;
  readonly args: readonly number[];
  /** For RECEIVE and COMMAND. */
  readonly octets?: Uint8Array;
  readonly label?: unknown;
}

export class MailboxMote implements Mote {
  readonly spec: ScenarioMote;
  readonly flash: Flash;
  readonly #env: MoteEnvironment;
  readonly #prng: Prng;
  #chip!: Chip;
  #vm: MoteVm | undefined;
  /** When its clocks began: its milliseconds at every start, its seconds at one that does not end a sleep. */
  #bootedAt = 0;
  #startedAt = 0;
  #retained = new Int32Array(abi.RETAINED_WORDS);
  #sleep: Timer | undefined;
  #queue: Input[] = [];
  #busy = false;
  #mustFill = false;
  #alarm: Timer | undefined;
  #work: Timer | undefined;
  #line: number[] = [];

  constructor(spec: ScenarioMote, flash: Flash, prng: Prng, env: MoteEnvironment) {
    this.spec = spec;
    this.flash = flash;
    this.#prng = prng;
    this.#env = env;
  }

  get name(): string {
    return this.spec.name;
  }

  get on(): boolean {
    return this.#vm !== undefined;
  }

  /** In deep sleep: it has power and does nothing. */
  get asleep(): boolean {
    return this.#sleep !== undefined;
  }

  /** The chip calls the mote back, so it comes second. */
  attach(chip: Chip): void {
    this.#chip = chip;
  }

  /** Starts with an empty memory and what flash holds; a mote that is on stays as it is. */
  powerOn(): void {
    if (this.on || this.asleep) return;
    this.#startedAt = this.#env.clock.now;
    this.#boot(false);
  }

  /** Starts anew, from any instant: flash stays, and so does retained memory, which a reset leaves alone but means nothing. */
  reset(): void {
    if (!this.on && !this.asleep) return;
    this.#stop();
    this.#startedAt = this.#env.clock.now;
    this.#boot(false);
  }

  #boot(woken: boolean): void {
    this.#bootedAt = this.#env.clock.now;
    this.#vm = this.#env.open(this.spec.role);
    this.#chip.powerOn();
    this.#env.observer.power(this, true);
    const { maxPsdu, keylog, txPowerDbm } = this.#env;
    const seed = [this.#prng.next(), this.#prng.next(), this.#prng.next(), this.#prng.next()];
    this.#settle(this.#step({ op: abi.INIT, args: [...seed, maxPsdu, keylog ? 1 : 0, txPowerDbm] }));
    const records = [...this.flash].sort(([a], [b]) => a - b);
    for (const [record, words] of records) {
      this.#settle(this.#step({ op: abi.PRELOAD, args: [record, words.length, ...words] }));
    }
    for (let at = 0; woken && at < abi.RETAINED_WORDS; at += abi.RECORD_WORDS) {
      const words = this.#retained.subarray(at, at + abi.RECORD_WORDS);
      this.#settle(this.#step({ op: abi.RETAINED, args: [at, words.length, ...words] }));
    }
    this.#offer({ op: abi.START, args: [] });
  }

  /** Cuts the power, in mid-step too: what the step would have put out never was. */
  powerOff(): void {
    this.#stop();
    this.#retained.fill(0);
  }

  /** Changes what retained memory holds while the mote sleeps. */
  get retained(): Int32Array {
    return this.#retained;
  }

  #fallAsleep(seconds: number): void {
    this.#stop();
    this.#env.observer.sleep?.(this);
    this.#sleep = this.#env.clock.after(seconds * 1e6, () => {
      this.#sleep = undefined;
      this.#boot(true);
    });
  }

  #stop(): void {
    if (this.#sleep !== undefined) this.#env.clock.cancel(this.#sleep);
    this.#sleep = undefined;
    if (!this.on) return;
    this.close();
    this.#queue = [];
    this.#busy = false;
    this.#mustFill = false;
    for (const timer of [this.#alarm, this.#work]) if (timer !== undefined) this.#env.clock.cancel(timer);
    this.#line = [];
    this.#chip.powerOff();
    this.#env.observer.power(this, false);
  }

  close(): void {
    this.#vm?.close();
    this.#vm = undefined;
  }

  /** Types a line into the console, without its end. */
  command(line: string): void {
    const octets = Buffer.from(`${line}\n`, 'utf8');
    if (octets.length > abi.LINE_OCTETS) {
      throw new RangeError(`expected a line of at most ${abi.LINE_OCTETS - 1} octets, got ${octets.length - 1}`);
    }
    this.type(octets);
  }

  /** A UART hands over what it has got, which is not much: a turn is short. */
  type(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += TYPED_OCTETS) {
      const part = octets.subarray(at, at + TYPED_OCTETS);
      this.#offer({ op: abi.COMMAND, args: [part.length], octets: part });
    }
  }

  /** The chip holds a frame. */
  frame(): void {
    this.#turn();
  }

  sent(status: number): void {
    this.#offer({ op: abi.SENT, args: [status] });
  }

  #offer(input: Input): void {
    if (!this.on) return;
    this.#queue.push(input);
    this.#turn();
  }

  /** The chip's interrupt comes before whatever else waits. */
  #next(): Input | undefined {
    const received = this.#chip.drain();
    if (received === undefined) return this.#queue.shift();
    const { octets, lqi, label } = received;
    return { op: abi.RECEIVE, args: [octets.length, lqi], octets, label };
  }

  #turn(): void {
    if (this.#busy || !this.on) return;
    const input = this.#next();
    if (input === undefined) return;
    this.#busy = true;
    if (input.op === abi.SENT) this.#chip.seen();
    if (input.op === abi.RECEIVE) this.#env.observer.receive(this, input.label);
    const used = this.#step(input);
    const duration = TURN_MICROS + this.#blocks(used) * this.#env.aesMicros;
    this.#work = this.#env.clock.after(duration, () => {
      const vm = this.#vm;
      this.#settle(used);
      if (this.#vm === vm) this.#endTurn();
    });
  }

  /** A frame goes into the one buffer of both ways in a turn of its own, behind one that waits there (board-defs/at86rf233/). */
  #endTurn(): void {
    if (this.#mustFill && !this.#chip.waiting) {
      this.#mustFill = false;
      this.#chip.fill();
      this.#work = this.#env.clock.after(TURN_MICROS, () => this.#endTurn());
      return;
    }
    this.#busy = false;
    this.#turn();
  }

  #fail(error: unknown): never {
    throw new BenchError(this.name, this.#env.clock.now, error instanceof Error ? error.message : String(error));
  }

  #step(input: Input): number {
    const vm = this.#vm!;
    const { op, args, octets } = input;
    const { now } = this.#env.clock;
    vm.inbox[0] = op;
    vm.inbox[1] = Math.floor((now - this.#bootedAt) / 1e3) % 2 ** 31;
    vm.inbox[2] = Math.floor((now - this.#startedAt) / 1e6) % 2 ** 31;
    vm.inbox.set(args, abi.INBOX_ARGUMENTS);
    if (op === abi.RECEIVE) vm.rxFrame.set(octets!);
    if (op === abi.COMMAND) vm.rxLine.set(octets!);
    try {
      return vm.step(abi.INBOX_ARGUMENTS + args.length);
    } catch (error) {
      return this.#fail(error);
    }
  }

  #blocks(used: number): number {
    const { outbox } = this.#vm!;
    let blocks = 0;
    abi.eachAction(outbox, used, (op, at) => {
      if (op === abi.BLOCKS) blocks += outbox[at];
    });
    return blocks;
  }

  /** Lets the outbox of the step that is over take effect. */
  #settle(used: number): void {
    let asleep: number | undefined;
    let erases: number | undefined;
    abi.eachAction(this.#vm!.outbox, used, (op, at) => {
      if (op === abi.SLEEP) asleep = this.#vm!.outbox[at];
      else if (op === abi.RESTART) erases = this.#vm!.outbox[at];
      else this.#act(op, at);
    });
    if (asleep !== undefined) this.#fallAsleep(asleep);
    if (erases === undefined) return;
    if (erases === 1) this.flash.clear();
    this.reset();
  }

  #act(op: number, at: number): void {
    const { outbox } = this.#vm!;
    switch (op) {
      case abi.SEND:
        this.#send(outbox[at]);
        break;
      case abi.ALARM:
        this.#setAlarm(outbox[at]);
        break;
      case abi.POST:
        this.#queue.push({ op: abi.POSTED, args: [] });
        break;
      case abi.STORE:
        this.flash.set(outbox[at], outbox.slice(at + 2, at + 2 + outbox[at + 1]));
        break;
      case abi.RETAIN:
        this.#retained[outbox[at]] = outbox[at + 1];
        break;
      case abi.REPORT:
        this.#env.observer.report(this, outbox[at], Array.from(outbox.subarray(at + 1, at + 6)));
        break;
      case abi.CONSOLE:
        this.#print(outbox.subarray(at, at + 1));
        break;
      case abi.TEXT:
        this.#print(outbox.subarray(at + 1, at + 1 + outbox[at]));
        break;
      case abi.POWER:
        this.#chip.txPowerDbm = outbox[at];
        break;
      case abi.FILTER: {
        const [pan, short, euiHigh, euiLow] = outbox.subarray(at, at + 4) as unknown as [
          number,
          number,
          number,
          number,
        ];
        this.#chip.setFilter({ pan, short, euiHigh, euiLow });
        break;
      }
      case abi.CHANNEL:
        this.#chip.tune(outbox[at]);
        break;
      case abi.FAULT:
        this.#fail(abi.faultText(outbox[at]));
    }
  }

  #send(length: number): void {
    if (this.#chip.sending) this.#fail(abi.faultText(abi.FAULT_BUSY));
    if (length < 3 || length > this.#env.maxPsdu) {
      this.#fail(`expected a frame of 3 to ${this.#env.maxPsdu} octets, got ${length}`);
    }
    const octets = this.#vm!.txFrame.slice(0, length);
    this.#mustFill = this.#env.oneBuffer === true;
    this.#chip.send(octets, this.#env.observer.send(this, octets));
  }

  /** One alarm: a new one also takes back one that is due but has not had its turn. */
  #setAlarm(delay: number): void {
    if (this.#alarm !== undefined) this.#env.clock.cancel(this.#alarm);
    this.#queue = this.#queue.filter((input) => input.op !== abi.ALARM_DUE);
    this.#alarm = this.#env.clock.after(Math.max(0, delay) * 1000, () => this.#offer({ op: abi.ALARM_DUE, args: [] }));
  }

  #print(octets: Int32Array): void {
    this.#env.observer.output?.(this, Uint8Array.from(octets));
    for (const octet of octets) {
      if (octet === 10) {
        this.#env.observer.console(this, Buffer.from(this.#line).toString('utf8'));
        this.#line = [];
      } else if (octet !== 13) this.#line.push(octet);
    }
  }
}
