// SPDX-License-Identifier: Apache-2.0
// One mote on a real board: its image in a VM, the API of NodeMCU around it, its radio's registers, and behind them the same
// chip, air and clock as on the bench. What the books of the bench need comes out of the console: a line that begins with
// "@" is a report.

import type { Chip } from '../medium/chip.ts';
import type { Filter } from '../medium/frame.ts';
import type { Timer } from '../medium/clock.ts';
import { Prng } from '../medium/prng.ts';
import type { ScenarioMote } from '../scenario/schema.ts';
import { RETAINED_WORDS } from '../vm/abi.ts';
import { BenchError } from '../bench/mote.ts';
import type { Mote, MoteEnvironment } from '../bench/mote.ts';
import type { Flash } from '../bench/preload.ts';
import { LOG_FILES, logOf, readLogs, SEED_RECORD, SEED_WORDS } from '../storage/log.ts';
import { At86rf233 } from './at86rf233.ts';
import { Mrf24j40 } from './mrf24j40.ts';
import { Cpu, HIGH, LOW } from './cpu.ts';
import { makeCrypto } from './crypto.ts';
import type { AccessKind, Medium, RadioTwin, Surroundings } from './device.ts';
import { Entropy } from './entropy.ts';
import type { HardwareRandom } from './entropy.ts';
import { esp32Globals } from './esp32.ts';
import { esp8266Globals } from './esp8266.ts';
import { DEEP_SLEEP, EXTERNAL_RESET, Files, POWER_ON, SOFT_RESET, Uart } from './nodemcu.ts';
import { Port } from './port.ts';
import type { PortDefects, Wiring } from './port.ts';
import type { Program } from './program.ts';

/** What a twin needs of a board definition (board-defs/<board>.json, "hardware"). */
export interface TwinHardware {
  readonly mcu: 'esp8266' | 'esp32';
  readonly radio: 'mrf24j40' | 'at86rf233';
  readonly pins: Wiring;
  /** Whether the firmware has the module `crypto`; only on the ESP8266. Default: it has. */
  readonly crypto?: boolean;
}

/** Makes the program of one mote, once for each time that it is powered on. */
export type ProgramFactory = (role: ScenarioMote['role'], globals: Readonly<Record<string, unknown>>) => Program;

export interface TwinEnvironment extends MoteEnvironment {
  readonly hardware: TwinHardware;
  readonly program: ProgramFactory;
  /** Default: matches. */
  readonly random?: HardwareRandom;
  readonly defects?: TwinDefects;
  /** Is it provisioned with a seed for its random numbers? Default: yes. */
  readonly seeded?: boolean;
}

/** What a board never had right. It lasts over all starts. */
export interface TwinDefects extends Pick<Filter, 'highestVersion' | 'highestAcknowledged'>, PortDefects {}

/** What a test breaks. Everything takes effect now. */
export interface TwinFaults {
  /** The nth octet from the radio (0: the next) arrives with these bits turned over. */
  glitch(nth: number, mask: number): void;
  /** In the next access of this kind that has octet `at` behind its address, that one has these bits turned over. */
  flip(kind: AccessKind, at: number, mask: number): void;
  /** How many octets flip() has turned over since start. */
  readonly flipped: number;
  loseInterrupts(count: number): void;
  brownOut(): void;
  stickPll(times: number): void;
  overrun(): void;
}

const AT_SIGN = 64;
/** What a UART hands over at once. */
const FIFO_OCTETS = 128;
/** What node.heap() says of an ESP8266 with the image in flash. */
const FREE_HEAP = 40_000;

interface Life {
  readonly cpu: Cpu;
  readonly port: Port;
  readonly radio: RadioTwin;
  readonly uart: Uart;
}

/** What the board's sensor counts: board-defs/bench/index.ts, readSensor. */
function sensorAt(seconds: number, channel: number): number {
  return ((Math.floor(seconds) % 1000) * 7 + channel * 100) % 1000;
}

/** What of the filter a board's defects decide. */
function filterOf({ highestVersion, highestAcknowledged }: TwinDefects = {}): Partial<Filter> {
  return {
    ...(highestVersion !== undefined && { highestVersion }),
    ...(highestAcknowledged !== undefined && { highestAcknowledged }),
  };
}

/** Halves of words, the first half first: 16 bits are what node.random draws of a word. */
function* halves(word: () => number): Generator<number> {
  for (;;) {
    const whole = word();
    yield whole >>> 16;
    yield whole;
  }
}

/** Where a board keeps the key of its generator over a sleep (board-defs/nodemcu/). */
const KEPT_KEY = 116;

export class TwinMote implements Mote {
  readonly spec: ScenarioMote;
  readonly flash: Flash;
  readonly #env: TwinEnvironment;
  readonly #prng: Prng;
  #chip!: Chip;
  #life: Life | undefined;
  readonly retained = new Int32Array(RETAINED_WORDS);
  #starts = 0;
  /** Its file system. */
  readonly files = new Files(
    (name) => this.#stored(name),
    () => this.#removed(),
  );
  /** When it was started, but for starts that end a sleep: its sensor goes by that. */
  #startedAt = 0;
  #sleep: Timer | undefined;
  #line: number[] = [];
  /** The report that is coming out, in the midst of whatever else the console says. */
  #report: number[] | undefined;

  constructor(spec: ScenarioMote, flash: Flash, prng: Prng, env: TwinEnvironment) {
    this.spec = spec;
    this.flash = flash;
    this.#prng = prng;
    this.#env = env;
  }

  get name(): string {
    return this.spec.name;
  }

  get on(): boolean {
    return this.#life !== undefined;
  }

  get asleep(): boolean {
    return this.#sleep !== undefined;
  }

  attach(chip: Chip): void {
    this.#chip = chip;
  }

  /** Starts with an empty memory and what flash holds; a mote that is on stays as it is. */
  powerOn(): void {
    if (this.on || this.asleep) return;
    this.#start(POWER_ON);
  }

  /** A pulse on the reset pin. */
  reset(): void {
    if (!this.on && !this.asleep) return;
    this.#stop();
    this.#start(EXTERNAL_RESET);
  }

  #restart(): void {
    this.#stop();
    this.#start(SOFT_RESET);
  }

  #start(cause: number): void {
    const { clock, hardware, observer, aesMicros } = this.#env;
    const prng = this.#prng;
    this.#provision();
    const seed = [prng.next(), prng.next(), prng.next(), prng.next()];
    if (cause !== DEEP_SLEEP) this.#startedAt = clock.now;
    this.#chip.powerOn();
    observer.power(this, true);

    const entropy = new Entropy({
      kind: this.#env.random ?? 'matches',
      seed,
      label: `${this.name} ${this.#starts++}`,
      stored: this.flash.get(SEED_RECORD) ?? new Int32Array(SEED_WORDS),
      kept: cause === DEEP_SLEEP ? this.retained.slice(KEPT_KEY, KEPT_KEY + SEED_WORDS) : undefined,
    });
    const drawn = halves(() => entropy.word());
    const cpu: Cpu = new Cpu(
      clock,
      aesMicros,
      () => program.blocks(),
      (error) => this.#fail(error),
    );
    const port = new Port(hardware.pins, cpu, hardware.mcu === 'esp8266' ? HIGH : LOW, this.#env.defects);
    const surroundings: Surroundings = {
      micros: () => cpu.micros(),
      later: (run) => cpu.later(run),
      noise: (bits) => entropy.noise(bits),
      interruptChanged: () => port.interruptChanged(),
      medium: this.#medium(),
    };
    const radio = hardware.radio === 'mrf24j40' ? new Mrf24j40(surroundings) : new At86rf233(surroundings);
    port.attach(radio);
    const uart = new Uart((octets) => cpu.later(() => this.#print(octets)));
    const life: Life = { cpu, port, radio, uart };
    this.#life = life;
    const parts = {
      clock,
      cpu,
      port,
      uart,
      files: this.files,
      retained: this.retained,
      cause,
      sleep: (micros: number) => cpu.later(() => this.#fallAsleep(micros)),
      restart: () => cpu.later(() => this.#restart()),
      heap: FREE_HEAP,
      sensor: (channel: number) => sensorAt((clock.now - this.#startedAt) / 1e6, channel),
      isOn: () => this.#life === life,
      random: () => (hardware.mcu === 'esp8266' ? (drawn.next().value as number) : entropy.word()),
      crypto: hardware.crypto === false ? undefined : makeCrypto((blocks) => cpu.owe(blocks)),
    };
    const globals = hardware.mcu === 'esp8266' ? esp8266Globals(parts) : esp32Globals(parts);
    const program: Program = this.#env.program(this.spec.role, globals);
    cpu.boot(() => program.start());
  }

  /** Cuts the power, in mid-turn too: what the turn would have done never was. */
  powerOff(): void {
    this.#stop();
    this.retained.fill(0);
  }

  /** The radio of a board that sleeps is asleep, too, or has no power. */
  #fallAsleep(micros: number): void {
    this.#stop();
    this.#env.observer.sleep?.(this);
    this.#sleep = this.#env.clock.after(micros, () => {
      this.#sleep = undefined;
      this.#start(DEEP_SLEEP);
    });
  }

  #stop(): void {
    if (this.#sleep !== undefined) this.#env.clock.cancel(this.#sleep);
    this.#sleep = undefined;
    if (!this.on) return;
    this.close();
    this.#line = [];
    this.#report = undefined;
    this.#chip.powerOff();
    this.#env.observer.power(this, false);
  }

  close(): void {
    this.#life?.cpu.powerOff();
    this.#life = undefined;
  }

  /** Types a line into the console, without its end. */
  command(line: string): void {
    this.type(Buffer.from(`${line}\r\n`, 'utf8'));
  }

  /** Types octets, as they are; the UART's FIFO holds no more than this. */
  type(octets: Uint8Array): void {
    const { cpu, uart } = this.#running();
    for (let at = 0; at < octets.length; at += FIFO_OCTETS) {
      const part = Buffer.from(octets.subarray(at, at + FIFO_OCTETS)).toString('latin1');
      cpu.post(LOW, () => uart.type(part));
    }
  }

  /** The chip holds a frame. */
  frame(): void {
    this.#life?.radio.received();
  }

  sent(status: number): void {
    this.#life?.radio.sent(status);
  }

  get faults(): TwinFaults {
    const { port, radio } = this.#running();
    return {
      glitch: (nth, mask) => port.glitch(nth, mask),
      flip: (kind, at, mask) => port.flip(kind, at, mask),
      get flipped() {
        return port.flipped;
      },
      loseInterrupts: (count) => port.loseInterrupts(count),
      brownOut: () => radio.brownOut(),
      stickPll: (times) => radio.stickPll(times),
      overrun: () => radio.overrun(),
    };
  }

  #running(): Life {
    if (this.#life === undefined) throw new RangeError(`expected ${this.name} to have power, got one that is off`);
    return this.#life;
  }

  #fail(error: unknown): never {
    throw new BenchError(this.name, this.#env.clock.now, error instanceof Error ? error.message : String(error), error);
  }

  #medium(): Medium {
    const chip = this.#chip;
    const { observer } = this.#env;
    return {
      setFilter: (filter) => chip.setFilter({ ...filter, ...filterOf(this.#env.defects) }),
      hear: (hearing) => chip.hear(hearing),
      tune: (channel) => chip.tune(channel),
      send: (octets) => {
        if (octets.length > this.#env.maxPsdu)
          this.#fail(`expected a frame of at most ${this.#env.maxPsdu} octets, got ${octets.length}`);
        chip.send(octets, observer.send(this, octets));
      },
      reset: () => {
        chip.powerOff();
        chip.powerOn();
      },
      get receiving() {
        return chip.receiving;
      },
      get held() {
        return chip.held;
      },
      drain: () => {
        const frame = chip.drain();
        if (frame !== undefined) observer.receive(this, frame.label);
      },
    };
  }

  /** Whoever changed `flash` while there was no power changed the files. */
  #provision(): void {
    if (this.#env.seeded !== false && this.flash.size > 0 && !this.flash.has(SEED_RECORD)) {
      const prng = new Prng(0, `seed ${this.name}`);
      this.flash.set(
        SEED_RECORD,
        Int32Array.from({ length: SEED_WORDS }, () => prng.next()),
      );
    }
    const log = readLogs(LOG_FILES.map((name) => this.files.content.get(name)));
    const same =
      log !== undefined &&
      log.records.size === this.flash.size &&
      [...this.flash].every(([record, words]) => {
        const there = log.records.get(record);
        return there?.length === words.length && words.every((word, i) => word === there[i]);
      });
    if (same || this.flash.size === 0) return;
    for (const name of LOG_FILES)
      this.files.content.set(name, logOf(this.flash, (log?.sequence ?? 0) + this.flash.size));
  }

  /** `flash` shows what the files hold. */
  #stored(name: string): void {
    if (name !== LOG_FILES[0]) return;
    const log = readLogs([this.files.content.get(name)]);
    if (log === undefined) return;
    for (const [record, words] of log.records) this.flash.set(record, words);
  }

  /** Without its files there are no records. */
  #removed(): void {
    if (!LOG_FILES.some((name) => this.files.content.has(name))) this.flash.clear();
  }

  /** A report, from "@" to the end of its line, may come between two rows of an answer: it is taken out. */
  #print(octets: readonly number[]): void {
    if (!this.on) return;
    this.#env.observer.output?.(this, Uint8Array.from(octets));
    for (const octet of octets) {
      if (octet === 10 && this.#report !== undefined) {
        this.#takeReport(Buffer.from(this.#report).toString('latin1'));
        this.#report = undefined;
      } else if (octet === AT_SIGN || this.#report !== undefined) {
        this.#report ??= [];
        if (octet !== AT_SIGN) this.#report.push(octet);
      } else if (octet === 10) {
        this.#env.observer.console(this, Buffer.from(this.#line).toString('utf8'));
        this.#line = [];
      } else if (octet !== 13) {
        this.#line.push(octet);
      }
    }
  }

  #takeReport(text: string): void {
    const [event, ...args] = text.split(' ').map((word) => parseInt(word, 16) | 0);
    this.#env.observer.report(
      this,
      event!,
      [0, 1, 2, 3, 4].map((i) => args[i] ?? 0),
    );
  }
}
