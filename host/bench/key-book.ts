// SPDX-License-Identifier: Apache-2.0
// The books of keys: who holds one with whom, and, where asked for by name, which.

import * as events from '../../firmware/events.ts';
import type { Directory } from './directory.ts';
import type { Mote } from './mote.ts';
import { modeName } from './names.ts';
import type { Result } from './result.ts';

type Neighbor = Result['motes'][number]['neighbors'][number];

/** A link key as Wireshark wants it: frames are found by key index. */
export interface LoggedKey {
  /** 32 hex digits. */
  readonly key: string;
  readonly index: number;
  /** Names, in alphabetical order. */
  readonly motes: readonly [string, string];
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

export class KeyBook {
  readonly #directory: Directory;
  readonly #onKey: (key: LoggedKey) => void;
  readonly #held = new Map<string, Map<string, Neighbor>>();
  readonly #halves = new Map<string, string>();
  readonly #logged = new Set<string>();

  /** @param onKey gets every key once, though both of its ends report it. */
  constructor(directory: Directory, onKey: (key: LoggedKey) => void) {
    this.#directory = directory;
    this.#onKey = onKey;
  }

  /** A mote that loses its power loses its keys. */
  power(mote: Mote): void {
    this.#held.set(mote.name, new Map());
  }

  /** @returns keys held, in the order in which they came. */
  neighbors(mote: string): Neighbor[] {
    return [...(this.#held.get(mote)?.values() ?? [])];
  }

  report(mote: Mote, event: number, args: readonly number[]): void {
    const [a, b, c, d, e] = args as [number, number, number, number, number];
    const peer = this.#directory.name(a);
    switch (event) {
      case events.EVENT_KEY:
      case events.EVENT_COMMIT:
        this.#held.get(mote.name)!.set(`${peer} ${e}`, { name: peer, mode: modeName(c), depth: d, keyIndex: e });
        break;
      case events.EVENT_RESTORED:
        this.#held.get(mote.name)!.set(`${peer} ${d}`, { name: peer, mode: modeName(b), depth: c, keyIndex: d });
        break;
      case events.EVENT_KEY_GONE:
        this.#held.get(mote.name)!.delete(`${peer} ${b}`);
        break;
      case events.EVENT_LINK_KEY_1:
        this.#halves.set(`${mote.name} ${peer} ${b}`, hexWord(c) + hexWord(d));
        break;
      case events.EVENT_LINK_KEY_2:
        this.#log(
          `${this.#halves.get(`${mote.name} ${peer} ${b}`) ?? ''}${hexWord(c)}${hexWord(d)}`,
          b,
          mote.name,
          peer,
        );
        break;
    }
  }

  #log(key: string, index: number, mote: string, peer: string): void {
    if (key.length !== 32) throw new Error(`expected both halves of a link key from ${mote}, got the second alone`);
    const motes = mote < peer ? ([mote, peer] as const) : ([peer, mote] as const);
    const id = `${key} ${index} ${motes.join(' ')}`;
    if (this.#logged.has(id)) return;
    this.#logged.add(id);
    this.#onKey({ key, index, motes });
  }
}
