// SPDX-License-Identifier: Apache-2.0
// An image on a 32-bit Lua machine, with the API of its board as globals: a Program for host/twin/, whose heap is that of a board, to
// the octet, and refuses like one. What the API itself takes is no part of it: on a board that lies in ROM.
import type { Program } from '../../host/twin/program.ts';
import type { Callback } from '../../host/twin/nodemcu.ts';
import { startWasm } from './wasm.ts';
import type { Exports } from './wasm.ts';

/** The octets of a machine's heap beside its libraries, the API and the image's code, which lie in flash. */
export interface Heap {
  /** Held now. */
  bytes(): number;
  /** Held when all garbage is gone. The peak counts from there. */
  collect(): number;
  /** Held at most. */
  peak(): number;
  /** From now on all garbage goes before more is held than ever: the peak is what a heap needs (5.3, whose collector can be called then). */
  follow(): void;
  /** Asked for since the machine began; what was given back is not subtracted. */
  asked(): number;
}

export interface Machine extends Program {
  readonly heap: Heap;
}

// Kinds of values, as served.c has them; a slot has three words.
const NIL = 0;
const BOOLEAN = 1;
const NUMBER = 2;
const STRING = 3;
const FUNCTION = 4;
const OBJECT = 5;
const TABLE = 6;
const SLOT_OCTETS = 12;
const TEXT_OCTETS = 4096;

/** Instructions of one call: what takes more does not end. */
const LIMIT = 20_000_000;
const LONGEST_MILLIS = 3_600_000;

export interface MachineOptions {
  /** Octets that the image may hold; absent: as many as it likes. */
  readonly heap?: number;
  /** Is told of each call of the image, the first of which starts it: octets that it asked for, and functions that it called. */
  readonly onCall?: (asked: number, called: ReadonlySet<string>) => void;
}

type Fields = Readonly<Record<string, unknown>>;

class Served {
  readonly #machine: Exports;
  readonly #functions: Callback[] = [];
  readonly #objects: Fields[] = [];
  /** Objects that have the same methods are of one kind. */
  readonly #kinds = new Map<string, number>();
  readonly #callbacks = new Map<number, Callback>();
  #textUsed = 0;
  /** Where the machine has its slots and its text. */
  readonly #onCall: MachineOptions['onCall'];
  /** Functions that the present call has called. */
  readonly #called = new Set<string>();
  readonly #names: string[] = [];
  readonly #slots: number;
  readonly #text: number;

  constructor(path: string, code: Uint8Array, name: string, globals: Fields, { heap = 0, onCall }: MachineOptions) {
    this.#onCall = onCall;
    const file = { name, content: code };
    const relay = (number: number, count: number): number => this.#relay(number, count);
    const { run, machine } = startWasm(
      path,
      ['--limit', `${LIMIT}`, '--serve', name],
      new Uint8Array(),
      LONGEST_MILLIS,
      file,
      relay,
    );
    if (run.status !== 0) throw new Error(`${name}: ${run.stderr.trim()}`);
    this.#machine = machine;
    this.#slots = machine.slots();
    this.#text = machine.text();
    for (const [global, value] of Object.entries(globals)) {
      this.#push(value, global);
      this.#name(global);
      machine.global();
    }
    machine.heap(heap);
  }

  get machine(): Exports {
    return this.#machine;
  }

  #view(): DataView {
    return new DataView(this.#machine.memory.buffer);
  }

  #octets(at: number, length: number): Buffer {
    return Buffer.from(this.#machine.memory.buffer, at, length);
  }

  #name(name: string): void {
    this.#octets(this.#text, name.length + 1).write(`${name}\0`, 'latin1');
  }

  /** Makes a value on the machine's stack. */
  #push(value: unknown, name: string): void {
    const machine = this.#machine;
    if (typeof value === 'function') machine.function(this.#add(value as Callback, name));
    else if (typeof value === 'object' && value !== null) {
      machine.table();
      for (const [field, part] of Object.entries(value)) {
        this.#push(part, `${name}.${field}`);
        this.#name(field);
        machine.field();
      }
    } else {
      this.#textUsed = 0;
      this.#put(0, value);
      machine.value();
    }
  }

  /** @returns the number that the machine calls it by. */
  #add(run: Callback, name: string): number {
    this.#names.push(name);
    return this.#functions.push(run) - 1;
  }

  #slot(at: number, kind: number, value: number, length = 0): void {
    const view = this.#view();
    const slot = this.#slots + at * SLOT_OCTETS;
    view.setInt32(slot, kind, true);
    view.setInt32(slot + 4, value, true);
    view.setInt32(slot + 8, length, true);
  }

  #put(at: number, value: unknown): void {
    if (value === undefined || value === null) this.#slot(at, NIL, 0);
    else if (typeof value === 'boolean') this.#slot(at, BOOLEAN, value ? 1 : 0);
    else if (typeof value === 'number') this.#slot(at, NUMBER, value | 0);
    else if (typeof value === 'string') {
      if (this.#textUsed + value.length > TEXT_OCTETS)
        throw new Error(`expected strings of ${TEXT_OCTETS} octets at most`);
      const place = this.#text + this.#textUsed;
      this.#octets(place, value.length).write(value, 'latin1');
      this.#textUsed += value.length;
      this.#slot(at, STRING, place, value.length);
    } else {
      const object = value as Fields;
      const known = this.#objects.indexOf(object);
      const id = known < 0 ? this.#objects.push(object) - 1 : known;
      this.#slot(at, OBJECT, id, this.#kindOf(object));
    }
  }

  #kindOf(object: Fields): number {
    const methods = Object.keys(object);
    const known = this.#kinds.get(methods.join());
    if (known !== undefined) return known;
    const kind = this.#kinds.size + 1;
    this.#kinds.set(methods.join(), kind);
    const before = this.#machine.asked();
    this.#machine.table();
    for (const method of methods) {
      const called: Callback = (self, ...args) => ((self as Fields)[method] as Callback)(self, ...args);
      this.#machine.function(this.#add(called, method));
      this.#name(method);
      this.#machine.field();
    }
    this.#machine.kind(kind);
    this.#machine.apart(this.#machine.asked() - before);
    return kind;
  }

  /** Reads the value in a slot. @returns it, and the next slot. */
  #get(at: number): [unknown, number] {
    const view = this.#view();
    const slot = this.#slots + at * SLOT_OCTETS;
    const value = view.getInt32(slot + 4, true);
    switch (view.getInt32(slot, true)) {
      case BOOLEAN:
        return [value !== 0, at + 1];
      case NUMBER:
        return [value, at + 1];
      case STRING:
        return [this.#octets(value, view.getInt32(slot + 8, true)).toString('latin1'), at + 1];
      case FUNCTION: {
        const known = this.#callbacks.get(value) ?? ((...args: unknown[]) => this.call(value, args));
        this.#callbacks.set(value, known);
        return [known, at + 1];
      }
      case OBJECT:
        return [this.#objects[value], at + 1];
      case TABLE: {
        const fields: Record<string, unknown> = {};
        let next = at + 1;
        for (let i = 0; i < value; i++) {
          const [name, behind] = this.#get(next);
          [fields[name as string], next] = this.#get(behind);
        }
        return [fields, next];
      }
      default:
        return [undefined, at + 1];
    }
  }

  #relay(number: number, count: number): number {
    const args: unknown[] = [];
    for (let at = 0; at < count;) {
      const [value, next] = this.#get(at);
      args.push(value);
      at = next;
    }
    this.#called.add(this.#names[number]);
    const result = this.#functions[number](...args);
    const results = Array.isArray(result) ? result : result === undefined ? [] : [result];
    this.#textUsed = 0;
    results.forEach((value, i) => this.#put(i, value));
    return results.length;
  }

  /** @param reference of a function; 0: the image. */
  call(reference: number, args: readonly unknown[]): unknown {
    this.#textUsed = 0;
    args.forEach((arg, i) => this.#put(i, arg));
    this.#called.clear();
    const before = this.#machine.asked();
    const failed = this.#machine.call(reference, args.length) !== 0;
    const [result] = this.#get(0);
    if (failed) throw new Error(String(result));
    this.#onCall?.(this.#machine.asked() - before, this.#called);
    return result;
  }
}

/**
 * @param path of the machine (test/tools.ts, pathOf)
 * @param code Lua source of the image. @param name for error messages
 */
export function openMachine(
  path: string,
  code: Uint8Array,
  name: string,
  globals: Fields,
  options: MachineOptions = {},
): Machine {
  const served = new Served(path, code, name, globals, options);
  const { machine } = served;
  let blocks: Callback = () => 0;
  return {
    start() {
      const exports = served.call(0, []) as Fields;
      if (typeof exports?.blocks !== 'function') throw new Error(`expected ${name} to return blocks(), got none`);
      blocks = exports.blocks as Callback;
    },
    blocks: () => blocks() as number,
    heap: {
      bytes: () => machine.bytes(),
      collect: () => machine.collect(),
      peak: () => machine.peak(),
      follow: () => machine.follow(),
      asked: () => machine.asked(),
    },
  };
}
