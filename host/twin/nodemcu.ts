// SPDX-License-Identifier: Apache-2.0
// What the APIs of both NodeMCU families have in common: timers, tasks, the console.

import type { Clock, Timer } from '../medium/clock.ts';
import { MEDIUM } from './cpu.ts';
import type { Cpu, Task } from './cpu.ts';
import { TwinError } from './device.ts';

/** A function of the program. */
export type Callback = (...args: unknown[]) => unknown;

/** Why the program starts, as node.bootreason() of the ESP8266 has it in its second value. */
export const POWER_ON = 0;
export const SOFT_RESET = 4;
export const DEEP_SLEEP = 5;
export const EXTERNAL_RESET = 6;

/** Values of one call, of which the program takes more than the first. */
export class Values extends Array<number> {}

export const ALARM_SINGLE = 0;
export const ALARM_AUTO = 1;
export const ALARM_SEMI = 2;
const LONGEST_MILLIS = 6870947;
/** Tasks of one priority that may wait (TASK_DEFAULT_QUEUE_LEN). */
const QUEUE_LENGTH = 8;
/** A file's name in SPIFFS. */
const LONGEST_NAME = 31;

/** @throws TwinError as luaL_argcheck does. */
export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new TwinError(`expected ${what}`);
}

/** How a family's timers call back. */
export interface TimerKind {
  readonly priority: number;
  /** Does stop() also take back a callback that waits for its turn? */
  readonly takesBack: boolean;
}

/** A tmr object: its functions take it as first argument, as `t:start()` does. */
export function makeTimer(clock: Clock, cpu: Cpu, isOn: () => boolean, kind: TimerKind): Record<string, Callback> {
  let interval = 0;
  let mode = ALARM_SINGLE;
  let run: Callback | undefined;
  let timer: Timer | undefined;
  let task: Task | undefined;
  let wanted = 0;

  const stop = (): void => {
    wanted++;
    if (timer !== undefined) clock.cancel(timer);
    if (task !== undefined && kind.takesBack) task.run = undefined;
    timer = undefined;
    task = undefined;
  };
  const arm = (): void => {
    timer = clock.after(interval * 1000, () => {
      timer = undefined;
      if (!isOn()) return;
      if (mode === ALARM_AUTO) arm();
      const due = cpu.post(kind.priority, () => void run?.(self));
      task = due;
    });
  };
  const start = (): void => {
    stop();
    const mine = wanted;
    cpu.later(() => {
      if (mine === wanted && isOn()) arm();
    });
  };
  const validMillis = (millis: unknown): number => {
    check(
      Number.isInteger(millis) && (millis as number) >= 1 && (millis as number) <= LONGEST_MILLIS,
      `1 to ${LONGEST_MILLIS} ms, got ${String(millis)}`,
    );
    return millis as number;
  };
  const self: Record<string, Callback> = {
    register(_self, millis, newMode, callback) {
      check(typeof callback === 'function', 'a function for a timer');
      stop();
      interval = validMillis(millis);
      mode = newMode as number;
      run = callback as Callback;
      return undefined;
    },
    interval(_self, millis) {
      check(run !== undefined, 'a timer that is registered');
      interval = validMillis(millis);
      if (timer !== undefined) start();
      return undefined;
    },
    start() {
      if (run === undefined || timer !== undefined) return false;
      start();
      return true;
    },
    stop() {
      const running = timer !== undefined;
      stop();
      return running;
    },
  };
  return self;
}

/** node.task of both families. */
export function makeTasks(cpu: Cpu): Record<string, unknown> {
  return {
    LOW_PRIORITY: 0,
    MEDIUM_PRIORITY: 1,
    HIGH_PRIORITY: 2,
    post(...args: unknown[]) {
      const [priority, run] = args.length > 1 ? [2 - (args[0] as number), args[1]] : [MEDIUM, args[0]];
      check(typeof run === 'function', 'a function to post');
      check(cpu.waiting(priority as number) < QUEUE_LENGTH, `at most ${QUEUE_LENGTH} tasks of a priority`);
      cpu.later(() => void cpu.post(priority as number, () => void (run as Callback)()));
      return undefined;
    },
  };
}

/** rtcmem of both families: 128 words that a sleep and a reset leave alone. */
export function makeRtcmem(words: Int32Array): Record<string, unknown> {
  const place = (at: number): number => {
    check(Number.isInteger(at) && at >= 0 && at < words.length, `a word from 0 to ${words.length - 1}, got ${at}`);
    return at;
  };
  return {
    read32: (at: number) => words[place(at)],
    write32(at: number, value: number) {
      words[place(at)] = value;
      return undefined;
    },
  };
}

/** What goes out of the UART, and the lines that come in. */
export class Uart {
  readonly #print: (octets: readonly number[]) => void;
  #typed: Callback | undefined;

  constructor(print: (octets: readonly number[]) => void) {
    this.#print = print;
  }

  readonly write = (id: unknown, ...data: unknown[]): undefined => {
    check(id === 0, 'UART 0');
    for (const part of data)
      this.#print(typeof part === 'number' ? [part & 255] : [...Buffer.from(part as string, 'latin1')]);
    return undefined;
  };

  readonly on = (what: unknown, end: unknown, run: unknown, toInterpreter: unknown): undefined => {
    check(what === 'data' && end === 0 && toInterpreter === 0, 'uart.on("data", 0, f, 0)');
    this.#typed = run as Callback;
    return undefined;
  };

  /** @param octets as characters of code 0 to 255. */
  type(octets: string): void {
    this.#typed?.(octets);
  }
}

/** What a test does to the file system. */
export interface FlashFaults {
  /**
   * Before each change of flash: `before` is what the file holds there (undefined: it is not there), `after` what it will hold.
   * Whoever throws cuts the power, and may leave in `files.content` what the cut leaves. Octets of a write may come to flash at
   * once or when the file is closed.
   */
  change(
    what: 'write' | 'truncate' | 'close' | 'remove' | 'rename',
    name: string,
    before?: string,
    after?: string,
  ): void;
  /** Octets that all files may hold together. */
  readonly room?: number;
}

/** Files by name. Octets are characters of code 0 to 255, as Lua's strings are. */
export class Files {
  readonly content = new Map<string, string>();
  readonly #closed: (name: string, content: string) => void;
  readonly #removed: (name: string) => void;
  faults: FlashFaults | undefined;

  /** @param closed is called with each file that was written to, when it is closed. @param removed with each that was removed. */
  constructor(closed: (name: string, content: string) => void, removed: (name: string) => void = () => {}) {
    this.#closed = closed;
    this.#removed = removed;
  }

  exists(name: unknown): boolean {
    return this.content.has(this.#named(name));
  }

  remove(name: unknown): void {
    const path = this.#named(name);
    this.faults?.change('remove', path, this.content.get(path));
    if (this.content.delete(path)) this.#removed(path);
  }

  /** SPIFFS does not put a file in the place of another. */
  rename(from: unknown, to: unknown): boolean {
    const content = this.content.get(this.#named(from));
    if (content === undefined || this.content.has(this.#named(to))) return false;
    this.faults?.change('rename', from as string, content);
    this.content.delete(from as string);
    this.content.set(to as string, content);
    return true;
  }

  /** Modes r, w and a; undefined where a file to read is not there. */
  open(name: unknown, mode: unknown): Record<string, Callback> | undefined {
    const path = this.#named(name);
    const how = String(mode)[0];
    check(how === 'r' || how === 'w' || how === 'a', `the mode r, w or a, got ${String(mode)}`);
    const reading = how === 'r';
    const before = this.content.get(path);
    if (reading && before === undefined) return undefined;
    if (how === 'w' || before === undefined) {
      this.faults?.change('truncate', path, before, '');
      this.content.set(path, '');
    }
    let at = 0;
    const self: Record<string, Callback> = {
      read: (_self, count) => {
        const part = this.content.get(path)!.slice(at, at + (count as number));
        at += part.length;
        return part === '' ? undefined : part;
      },
      write: (_self, text) => {
        check(!reading, 'a file that is open for writing');
        const old = this.content.get(path)!;
        const used = [...this.content.values()].reduce((sum, one) => sum + one.length, 0);
        if (used + String(text).length > (this.faults?.room ?? Infinity)) return undefined;
        this.faults?.change('write', path, old, old + String(text));
        this.content.set(path, old + String(text));
        return true;
      },
      seek: (_self, whence, offset) => {
        check(whence === 'set' || whence === 'end', `set or end, got ${String(whence)}`);
        const from = whence === 'set' ? 0 : this.content.get(path)!.length;
        at = Math.max(0, Math.min(this.content.get(path)!.length, from + (offset as number)));
        return at;
      },
      close: () => {
        if (reading) return undefined;
        this.faults?.change('close', path, this.content.get(path), this.content.get(path));
        this.#closed(path, this.content.get(path)!);
        return undefined;
      },
    };
    return self;
  }

  #named(name: unknown): string {
    check(
      typeof name === 'string' && name.length > 0 && name.length <= LONGEST_NAME,
      `a name of 1 to ${LONGEST_NAME} octets`,
    );
    return name;
  }
}
