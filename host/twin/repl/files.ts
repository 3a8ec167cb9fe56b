// SPDX-License-Identifier: Apache-2.0
// SPIFFS and the two APIs to it: `file` of the ESP8266, `file` and `io` of the ESP32. Octets are characters of code 0 to 255,
// as Lua's strings are.

import { check, Values } from '../nodemcu.ts';
import type { Callback } from '../nodemcu.ts';

const LONGEST_NAME = 31;
const MOST_OPEN = 4;
/** What `read` gives without a count. */
const DEFAULT_READ = 1024;
/** A page in use for each file, its index header. */
const FILE_OVERHEAD = 256;

/** What changes flash. */
export type Change = 'truncate' | 'write' | 'remove' | 'rename';

interface OpenFile {
  readonly name: string;
  /** Octets that a cut of the power leaves alone. */
  flushed: number;
  at: number;
}

/** A file system that outlives resets. */
export class Spiffs {
  readonly content: Map<string, string>;
  /** Octets that there is room for. */
  room = 1 << 20;
  /** Before each change; whoever throws cuts the power at that instant. */
  onChange: (change: Change, name: string) => void = () => undefined;
  /** After each change. */
  onChanged: (name: string) => void = () => undefined;
  readonly #open = new Set<OpenFile>();
  /** Cuts so far: a program from before the last one changes nothing any more. */
  #cuts = 0;

  constructor(content = new Map<string, string>()) {
    this.content = content;
  }

  get used(): number {
    let sum = 0;
    for (const text of this.content.values()) sum += text.length + FILE_OVERHEAD;
    return sum;
  }

  /** RAM is gone: of what was written and not flushed, any part is in flash. @param part draws from 0 to n. */
  cut(part: (n: number) => number): void {
    for (const { name, flushed } of this.#open) {
      const text = this.content.get(name);
      if (text !== undefined && text.length > flushed)
        this.content.set(name, text.slice(0, flushed + part(text.length - flushed)));
    }
    this.#open.clear();
    this.#cuts++;
  }

  #named(name: unknown): string {
    check(
      typeof name === 'string' && name.length > 0 && name.length <= LONGEST_NAME,
      `a name of 1 to ${LONGEST_NAME} octets`,
    );
    return name;
  }

  #handle(name: unknown, mode: unknown): Record<string, Callback> | undefined {
    const path = this.#named(name);
    const how = String(mode ?? 'r').replace('b', '');
    check(/^[rwa]\+?$/.test(how), `a mode such as "r" or "a+", got ${String(mode)}`);
    if (how.startsWith('r') && !this.content.has(path)) return undefined;
    if (this.#open.size >= MOST_OPEN) return undefined;
    if (how.startsWith('w') || !this.content.has(path)) {
      this.onChange('truncate', path);
      this.content.set(path, '');
      this.onChanged(path);
    }
    const open: OpenFile = { name: path, flushed: this.content.get(path)!.length, at: 0 };
    this.#open.add(open);
    const text = (): string => this.content.get(path) ?? '';
    const flush = (): void => void (open.flushed = text().length);
    return {
      read: (_self, count) => {
        const part = text().slice(open.at, open.at + ((count as number | undefined) ?? DEFAULT_READ));
        open.at += part.length;
        return part === '' ? undefined : part;
      },
      write: (_self, data) => {
        check(how !== 'r', 'a file that is open for writing');
        const octets = String(data);
        if (this.used + octets.length > this.room) return undefined;
        this.onChange('write', path);
        const at = how.startsWith('a') ? text().length : open.at;
        this.content.set(path, text().slice(0, at) + octets + text().slice(at + octets.length));
        open.at = at + octets.length;
        this.onChanged(path);
        return true;
      },
      seek: (_self, whence = 'cur', offset = 0) => {
        const from = whence === 'set' ? 0 : whence === 'end' ? text().length : open.at;
        open.at = Math.max(0, Math.min(text().length, from + (offset as number)));
        return open.at;
      },
      flush: () => {
        flush();
        return undefined;
      },
      close: () => {
        flush();
        this.#open.delete(open);
        return undefined;
      },
    };
  }

  /** What both families' `file` has. */
  #common(): Record<string, Callback> {
    return {
      exists: (name) => this.content.has(this.#named(name)),
      remove: (name) => {
        const path = this.#named(name);
        if (!this.content.has(path)) return undefined;
        this.onChange('remove', path);
        this.content.delete(path);
        this.onChanged(path);
        return undefined;
      },
      // SPIFFS does not put a file in the place of another.
      rename: (from, to) => {
        const text = this.content.get(this.#named(from));
        if (text === undefined || this.content.has(this.#named(to))) return false;
        this.onChange('rename', from as string);
        this.content.delete(from as string);
        this.content.set(to as string, text);
        this.onChanged(to as string);
        return true;
      },
      list: () => Object.fromEntries([...this.content].map(([name, text]) => [name, text.length])),
      fsinfo: () => Values.of(Math.max(0, this.room - this.used), this.used, this.room),
      format: () => {
        for (const name of [...this.content.keys()]) {
          this.onChange('remove', name);
          this.content.delete(name);
        }
        return undefined;
      },
    };
  }

  /** @returns the globals that reach files on that family. */
  globals(family: 'esp8266' | 'esp32'): Record<string, Record<string, Callback>> {
    const born = this.#cuts;
    const alive = (run: Callback): Callback => {
      return (...args) => {
        check(born === this.#cuts, 'power');
        return run(...args);
      };
    };
    const all = (functions: Record<string, Callback>): Record<string, Callback> =>
      Object.fromEntries(Object.entries(functions).map(([name, run]) => [name, alive(run)]));
    const open = alive((name, mode) => {
      const handle = this.#handle(name, mode);
      return handle && all(handle);
    });
    const common = all(this.#common());
    return family === 'esp8266' ? { file: { ...common, open } } : { file: common, io: { open } };
  }
}
