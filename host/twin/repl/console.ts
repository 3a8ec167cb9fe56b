// SPDX-License-Identifier: Apache-2.0
// A mote with NodeMCU as a serial line shows it: it boots from its own file init.lua, if there is one, then its interpreter
// takes lines.

import { createHash } from 'node:crypto';
import type { Callback } from '../nodemcu.ts';
import { check } from '../nodemcu.ts';
import type { Spiffs } from './files.ts';
import { LineInput } from './input.ts';
import { Interpreter } from './interpreter.ts';
import { makeLfs } from './lfs.ts';
import type { Store } from './lfs.ts';
import { ReplUart } from './uart.ts';

export type Family = 'esp8266' | 'esp32';

/** What a build of NodeMCU has, and a board's habits. */
export interface Build {
  readonly family: Family;
  /** The module that knows base 64; without it hexadecimal has to do. */
  readonly encoder?: boolean;
  readonly crypto?: boolean;
  /** Octets of heap that node.heap() shows. */
  readonly heap?: number;
  /** Octets of the Lua flash store; 0: none. */
  readonly lfsRoom?: number;
  /** _VERSION. */
  readonly lua?: string;
  readonly chip?: number;
}

export interface Host {
  readonly files: Spiffs;
  readonly store: Store;
  /** The board's own globals: spi, gpio, tmr, node and the like. */
  readonly globals: Readonly<Record<string, unknown>>;
  write(octets: Uint8Array): void;
  /** Queues a callback of the program. */
  post(run: () => void): void;
  /** Resets the mote at the end of the turn. */
  restart(): void;
}

const BANNER = '\nNodeMCU 3.0.0.0 built on a twin, powered by Lua\n';
const HEAP = { esp8266: 43_000, esp32: 210_000 };

function cryptoModule(): Record<string, Callback> {
  return {
    new_hash: (name) => {
      const hash = createHash(String(name).toLowerCase());
      return {
        update: (_self: unknown, text: unknown) => {
          hash.update(String(text), 'latin1');
          return undefined;
        },
        finalize: () => hash.digest().toString('latin1'),
      };
    },
  };
}

function encoderModule(): Record<string, Callback> {
  const to =
    (encoding: BufferEncoding): Callback =>
    (text) =>
      Buffer.from(String(text), 'latin1').toString(encoding);
  return {
    toBase64: to('base64'),
    toHex: to('hex'),
    fromBase64: (text) => {
      check(/^[A-Za-z0-9+/]*={0,2}$/.test(String(text)), 'base 64');
      return Buffer.from(String(text), 'base64').toString('latin1');
    },
    fromHex: (text) => Buffer.from(String(text), 'hex').toString('latin1'),
  };
}

export class Console {
  readonly #host: Host;
  readonly #interpreter: Interpreter;
  readonly #input: LineInput;
  readonly #uart: ReplUart;

  constructor(build: Build, host: Host) {
    this.#host = host;
    const { files } = host;
    const read = (name: string): string | undefined => files.content.get(name);
    this.#input = new LineInput(
      (octets) => host.write(Uint8Array.from(octets)),
      (line) =>
        host.post(() => {
          this.#interpreter.line(line);
          this.#interpreter.prompt();
        }),
    );
    this.#uart = new ReplUart(
      (octets) => host.write(octets),
      (octet) => this.#input.take(octet),
      (run) => host.post(run),
    );
    const node = host.globals.node as Record<string, unknown>;
    const heap = build.heap ?? HEAP[build.family];
    const lfs =
      build.family === 'esp8266' && (build.lfsRoom ?? 0) > 0
        ? {
            LFS: makeLfs(
              host.store,
              build.lfsRoom!,
              read,
              (text, name) => this.#interpreter.chunk(text, `@${name}`),
              () => host.restart(),
              () => files.onChange('write', 'LFS'),
            ),
          }
        : {};
    const globals = {
      ...host.globals,
      ...files.globals(build.family),
      node: {
        ...node,
        ...lfs,
        heap: () => heap,
        chipid: () =>
          build.family === 'esp8266' ? (build.chip ?? 0x123456) : `0x${(build.chip ?? 0x123456).toString(16)}`,
        ...(build.family === 'esp32' && { chipmodel: () => 'esp32' }),
        restart: () => {
          host.restart();
          return undefined;
        },
      },
      uart: { on: this.#uart.on, write: this.#uart.write },
      crypto:
        build.crypto === false ? undefined : { ...(host.globals.crypto as object | undefined), ...cryptoModule() },
      ...(build.encoder !== false && { encoder: encoderModule() }),
      ...(build.lua !== undefined && { _VERSION: build.lua }),
    };
    this.#interpreter = new Interpreter({ globals, read, write: (text) => this.#print(text) });
  }

  #print(text: string): void {
    this.#host.write(Uint8Array.from(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1')));
  }

  /** What happens after a reset. */
  boot(): void {
    this.#print(BANNER);
    if (this.#host.files.content.has('init.lua')) {
      const error = this.#interpreter.runFile('init.lua');
      if (error !== undefined) this.#print(`Lua error: ${error.split('\n')[0]}\n`);
    } else {
      this.#print('cannot open init.lua\n');
    }
    this.#interpreter.prompt();
  }

  /** Octets came in. */
  take(octets: Uint8Array): void {
    for (const octet of octets) this.#uart.take(octet);
  }

  /** A global of the program. */
  global(name: string): unknown {
    return this.#interpreter.global(name);
  }
}
