// SPDX-License-Identifier: Apache-2.0
// UART 0 of a mote with an interpreter: octets go to it, unless the program has taken them by uart.on.

import { check } from '../nodemcu.ts';
import type { Callback } from '../nodemcu.ts';

/** What uart.on gives at once when no end of line comes. */
const MOST_OCTETS = 255;

export class ReplUart {
  readonly #write: (octets: Uint8Array) => void;
  readonly #interpret: (octet: number) => void;
  readonly #post: (run: () => void) => void;
  #callback: Callback | undefined;
  #end = '\n';
  #count = 0;
  #both = true;
  #octets: number[] = [];

  /** @param post queues a callback of the program. */
  constructor(
    write: (octets: Uint8Array) => void,
    interpret: (octet: number) => void,
    post: (run: () => void) => void,
  ) {
    this.#write = write;
    this.#interpret = interpret;
    this.#post = post;
  }

  /** The ESP32 has an optional number of the UART in front. */
  readonly on = (...args: unknown[]): undefined => {
    const [what, end, run, toInterpreter] = typeof args[0] === 'number' ? args.slice(1) : args;
    check(what === 'data' || what === 'error', 'uart.on("data", ...)');
    if (what === 'error') return undefined;
    this.#octets = [];
    this.#callback = (typeof end === 'function' ? end : run) as Callback | undefined;
    this.#count = typeof end === 'number' ? end : 0;
    this.#end = typeof end === 'string' ? end : '';
    this.#both = this.#callback === undefined || toInterpreter !== 0;
    return undefined;
  };

  readonly write = (id: unknown, ...data: unknown[]): undefined => {
    check(id === 0, 'UART 0');
    for (const part of data)
      this.#write(
        typeof part === 'number' ? Uint8Array.of(part) : Uint8Array.from(Buffer.from(String(part), 'latin1')),
      );
    return undefined;
  };

  /** An octet came in. */
  take(octet: number): void {
    if (this.#both) this.#interpret(octet);
    const callback = this.#callback;
    if (callback === undefined) return;
    this.#octets.push(octet);
    const most = this.#count || MOST_OCTETS;
    if (this.#octets.length < most && String.fromCharCode(octet) !== this.#end) return;
    const text = Buffer.from(this.#octets).toString('latin1');
    this.#octets = [];
    this.#post(() => void callback(text));
  }
}
