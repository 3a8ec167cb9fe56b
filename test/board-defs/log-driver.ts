// SPDX-License-Identifier: Apache-2.0
// The log of a board on V8 or in Lua, over the files of the twins; and what a cut of the power leaves in them.

import { rollup } from 'rollup';
import { modulesOf, readBoard } from '../../compiler/boards.ts';
import { choose } from '../../compiler/choose.ts';
import { inputOptions, outputOptions } from '../../compiler/compile-lua.ts';
import { withHardware } from '../../compiler/images.ts';
import { PROFILES } from '../../compiler/profiles.ts';
import { Clock } from '../../host/medium/clock.ts';
import { Cpu, LOW } from '../../host/twin/cpu.ts';
import type { RadioTwin } from '../../host/twin/device.ts';
import { esp32Globals } from '../../host/twin/esp32.ts';
import { esp8266Globals } from '../../host/twin/esp8266.ts';
import { Files, POWER_ON, Uart } from '../../host/twin/nodemcu.ts';
import { Port } from '../../host/twin/port.ts';
import { openLua, openV8Program } from '../../host/twin/program.ts';

/** A mote without a role. Numbers are int32. */
export interface Driver {
  read(record: number, count: number): number[] | undefined;
  /** @returns false if it is not stored. */
  write(record: number, words: readonly number[]): boolean;
  /** What it said on its console. */
  readonly said: string;
}

/** Starts the driver over what is in the files. */
export type Boot = (files: Files, engine?: 'v8' | 'fengari') => Driver;

const silent: RadioTwin = {
  name: 'none',
  select() {},
  place: () => undefined,
  disturb() {},
  exchange: () => 0,
  release() {},
  resetPin() {},
  sleepPin() {},
  interruptPin: false,
  received() {},
  sent() {},
  brownOut() {},
  stickPll() {},
  overrun() {},
};

export async function logDriver(name: string, role: string): Promise<Boot> {
  const board = readBoard(name);
  const profile = PROFILES[board.lua];
  const options = withHardware(
    board,
    role,
    inputOptions('test/board-defs/log-entry.ts', undefined, choose(profile, board, board.driver)),
  );
  const image = { name: 'log', profile, globals: modulesOf(board), keepJs: true };
  const { output } = await (await rollup(options)).generate(outputOptions(image));
  const text = (file: string): string => {
    const found = output.find(({ fileName }) => fileName === file);
    if (found?.type !== 'asset') throw new Error(`expected ${file} of the build`);
    return String(found.source);
  };
  const js = text('log.js');
  const lua = Buffer.from(text('log.lua'));
  const { pins, mcu } = board.hardware!;
  return (files, engine = 'v8') => {
    let said = '';
    const clock = new Clock();
    const fail = (error: unknown): never => {
      throw error;
    };
    const cpu = new Cpu(clock, 0, () => 0, fail);
    const port = new Port(pins, cpu, LOW);
    port.attach(silent);
    const retained = new Int32Array(128);
    const uart = new Uart((octets) => void (said += Buffer.from(octets).toString('latin1')));
    const parts = { clock, cpu, port, uart, files, retained, cause: POWER_ON };
    const rest = { isOn: () => true, sleep() {}, restart() {}, heap: 0, sensor: () => 0, random: () => 0 };
    const globals = (mcu === 'esp8266' ? esp8266Globals : esp32Globals)({ ...parts, ...rest });
    const program = engine === 'v8' ? openV8Program(js, 'log', globals) : openLua(lua, 'log', globals);
    program.start();
    const ask = (op: number, record: number, count: number, words: readonly number[] = []): boolean => {
      retained.set([op, record, count, ...words]);
      return program.blocks() === 1;
    };
    ask(0, 0, 0);
    return {
      read: (record, count) => (ask(1, record, count) ? [...retained.subarray(3, 3 + count)] : undefined),
      write: (record, words) => ask(2, record, words.length, words),
      get said() {
        return said;
      },
    };
  };
}

/** The power fails. */
export class PowerCut extends Error {}

/** What a cut leaves of a change: nothing or all of it, a part, wrong bits, or of a whole page what was there at another time. */
export const TEARS = ['lost', 'done', 'prefix', 'bits', 'stale', 'erased'] as const;
export type Tear = (typeof TEARS)[number];

/** A page of SPIFFS. */
const PAGE = 256;

/** Files that lose power; beside them, what is certain to be in flash. */
export class TearableFiles extends Files {
  /** Content of each file when it was closed last, and what it was before it was made anew. */
  readonly #flushed = new Map<string, string>();
  readonly #former = new Map<string, string>();
  #random: () => number;
  /** Called before each change: throw by cut(). */
  onChange: () => void = () => {};
  #torn: { what: string; name: string; after: string } | undefined;

  /** @param random 0 to below 1 */
  constructor(random: () => number, from?: TearableFiles) {
    super(() => {});
    this.#random = random;
    if (from !== undefined) {
      for (const [name, content] of from.content) this.content.set(name, content);
      for (const [name, content] of from.#flushed) this.#flushed.set(name, content);
      for (const [name, content] of from.#former) this.#former.set(name, content);
      this.#torn = from.#torn;
    }
    this.faults = {
      change: (what, name, before = '', after = '') => {
        this.#torn = { what, name, after };
        this.onChange();
        this.#torn = undefined;
        if (what === 'truncate') this.#former.set(name, before);
        if (what === 'truncate' || what === 'close') this.#flushed.set(name, after);
      },
    };
  }

  /** Provisioned before it was closed for the last time. */
  put(name: string, content: string): void {
    this.content.set(name, content);
    this.#flushed.set(name, content);
  }

  /** The power fails in the change that is about to be made. */
  tear(how: Tear): void {
    const { what, name, after } = this.#torn!;
    const whole = this.#flushed.get(name) ?? '';
    this.content.set(name, what === 'truncate' ? this.#truncated(whole, how) : this.#written(whole, after, how));
    if (what === 'truncate' && how === 'erased') this.content.delete(name);
    for (const [one, content] of this.content) this.#flushed.set(one, content);
    this.#torn = undefined;
  }

  #truncated(whole: string, how: Tear): string {
    if (how === 'lost') return whole;
    if (how === 'done') return '';
    const pages = Math.floor((this.#random() * whole.length) / PAGE);
    return how === 'prefix' ? whole.slice(0, pages * PAGE) : this.#flipped(whole, 0);
  }

  /** What was closed before is in flash; of what came behind, anything may be there, and its page may be another. */
  #written(whole: string, after: string, how: Tear): string {
    const from = Math.floor(whole.length / PAGE) * PAGE;
    if (how === 'lost') return whole;
    if (how === 'done') return after;
    if (how === 'prefix')
      return after.slice(0, whole.length + Math.floor(this.#random() * (after.length - whole.length)));
    if (how === 'bits') return this.#flipped(after, whole.length);
    if (how === 'erased') return after.slice(0, from) + '\xff'.repeat(after.length - from);
    return after.slice(0, from) + (this.#former.get(this.#torn!.name) ?? '').slice(from, after.length);
  }

  #flipped(text: string, from: number): string {
    const octets = Buffer.from(text, 'latin1');
    if (octets.length === from) return text;
    for (let i = 0; i < 3; i++) {
      const at = from + Math.floor(this.#random() * (octets.length - from));
      octets[at] ^= 1 << Math.floor(this.#random() * 8);
    }
    return octets.toString('latin1');
  }
}
