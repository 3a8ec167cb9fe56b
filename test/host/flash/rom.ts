// SPDX-License-Identifier: Apache-2.0
// An ESP with its boot loader in ROM, and the stub that esptool-js loads into its RAM, as far as they are asked (Espressif's "Serial
// Protocol"): SLIP frames, a check of each block, registers, flash that is erased and written. DTR and RTS act on EN and IO0
// through the two transistors of a development board.

import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { Family } from '../../../host/twin/repl/console.ts';

const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED: Readonly<Record<number, number>> = { 0xdc: END, 0xdd: ESCAPE };

const SYNC = 0x08;
const READ_REGISTER = 0x0a;
const WRITE_REGISTER = 0x09;
const MEMORY_BEGIN = 0x05;
const MEMORY_END = 0x06;
const MEMORY_DATA = 0x07;
const CHANGE_BAUD = 0x0f;
const DEFLATED_BEGIN = 0x10;
const DEFLATED_DATA = 0x11;
const DEFLATED_END = 0x12;
const FLASH_MD5 = 0x13;
/** Both loaders say it where a command is wrong, or unknown. */
const INVALID = [1, 5];
const GOOD = [0, 0];
const CHECK_START = 0xef;
/** A ROM answers so often to SYNC, and to what it does not know. */
const REPEATS = 8;

const MAGIC_REGISTER = 0x40001000;
const CHIPS = {
  esp8266: { magic: 0xfff0c101, spi: 0x60000200, word: 0x40, status: GOOD },
  // Its ROM has two octets of status more.
  esp32: { magic: 0x00f01d83, spi: 0x3ff42000, word: 0x80, status: [0, 0, 0, 0] },
} as const;
const SPI_USR2 = 0x24;
const SPI_RUN = 1 << 18;
const READ_ID = 0x9f;

export interface RomOptions {
  readonly family: Family;
  /** Manufacturer and size of the flash chip, as its command 9F gives them; 0: it gives nothing. */
  readonly flashId?: number;
  /** Are DTR and RTS wired? Otherwise there are two buttons. */
  readonly wired?: boolean;
  /** What the firmware gets that starts from flash. */
  readonly firmware?: { powerOn(): void; powerOff(): void; input(octets: Uint8Array): void };
}

interface Writing {
  readonly at: number;
  readonly size: number;
  readonly blocks: number;
  parts: Buffer[];
}

export class RomTwin {
  readonly #options: RomOptions;
  readonly flash = Buffer.alloc(4 << 20, 0xff);
  mode: 'flash' | 'rom' | 'stub' = 'flash';
  baud = 115_200;
  /** Of the host's end. */
  hostBaud = 115_200;
  output: (octets: Uint8Array) => void = () => undefined;
  /** Blocks that arrive damaged, from now on. */
  damaged = 0;
  /** Octets of flash that do not keep what is written. */
  worn = new Set<number>();
  readonly #registers = new Map<number, number>();
  #frame: number[] | undefined;
  #escaping = false;
  #memory: Writing | undefined;
  #writing: Writing | undefined;
  #dtr = false;
  #rts = false;

  constructor(options: RomOptions) {
    this.#options = options;
    this.#registers.set(MAGIC_REGISTER, CHIPS[options.family].magic);
  }

  /** The button, with or without the other one held. */
  reset(download: boolean): void {
    this.#options.firmware?.powerOff();
    this.baud = 115_200;
    this.#frame = undefined;
    this.mode = download ? 'rom' : 'flash';
    if (!download) this.#options.firmware?.powerOn();
  }

  /** As PortLine's. */
  signals({ dtr = this.#dtr, rts = this.#rts }: { dtr?: boolean; rts?: boolean }): boolean {
    if (this.#options.wired === false) return false;
    const held = this.#rts && !this.#dtr;
    this.#dtr = dtr;
    this.#rts = rts;
    if (held && !(rts && !dtr)) this.reset(dtr && !rts);
    return true;
  }

  input(octets: Uint8Array): void {
    if (this.hostBaud !== this.baud) return;
    if (this.mode === 'flash') {
      this.#options.firmware?.input(octets);
      return;
    }
    for (const octet of octets) this.#take(octet);
  }

  #take(octet: number): void {
    if (octet === END) {
      if (this.#frame !== undefined && this.#frame.length >= 8) this.#command(Buffer.from(this.#frame));
      this.#frame = [];
    } else if (this.#escaping) {
      this.#escaping = false;
      this.#frame?.push(ESCAPED[octet]!);
    } else if (octet === ESCAPE) this.#escaping = true;
    else this.#frame?.push(octet);
  }

  #send(octets: readonly number[]): void {
    const framed = octets.flatMap((octet) =>
      octet === END ? [ESCAPE, 0xdc] : octet === ESCAPE ? [ESCAPE, 0xdd] : [octet],
    );
    setImmediate(() => this.output(Uint8Array.from([END, ...framed, END])));
  }

  #reply(op: number, value: number, data: readonly number[] = [], status: readonly number[] = this.#status): void {
    const body = [...data, ...status];
    const head = Buffer.alloc(8);
    head.set([1, op]);
    head.writeUInt16LE(body.length, 2);
    head.writeUInt32LE(value >>> 0, 4);
    this.#send([...head, ...body]);
  }

  get #status(): readonly number[] {
    return this.mode === 'rom' ? CHIPS[this.#options.family].status : GOOD;
  }

  #command(packet: Buffer): void {
    const op = packet[1]!;
    const check = packet.readUInt32LE(4);
    const data = packet.subarray(8);
    if (packet[0] !== 0 || packet.readUInt16LE(2) !== data.length) return;
    const word = (i: number): number => data.readUInt32LE(4 * i);
    const stub = this.mode === 'stub';
    if (op === SYNC) for (let i = 0; i < (stub ? 1 : REPEATS); i++) this.#reply(op, stub ? 0 : 0x20120707);
    else if (op === READ_REGISTER) this.#reply(op, this.#registers.get(word(0)) ?? 0);
    else if (op === WRITE_REGISTER) {
      this.#write(word(0), word(1));
      this.#reply(op, 0);
    } else if (op === MEMORY_BEGIN) {
      this.#memory = { size: word(0), blocks: word(1), at: word(3), parts: [] };
      this.#reply(op, 0);
    } else if (op === MEMORY_DATA) this.#block(op, this.#memory, data, check);
    else if (op === MEMORY_END) {
      const { size, parts } = this.#memory!;
      if (Buffer.concat(parts).length !== size) return this.#reply(op, 0, [], INVALID);
      this.#reply(op, 0);
      this.mode = 'stub';
      this.#send([...Buffer.from('OHAI')]);
    } else if (stub) this.#stub(op, data, check);
    // Under no command's number.
    else for (let i = 0; i < REPEATS; i++) this.#reply(0, 0, [], INVALID);
  }

  /** What the ROM cannot. */
  #stub(op: number, data: Buffer, check: number): void {
    const word = (i: number): number => data.readUInt32LE(4 * i);
    if (op === CHANGE_BAUD) {
      this.#reply(op, 0);
      // After the answer.
      setImmediate(() => setImmediate(() => (this.baud = word(0))));
    } else if (op === DEFLATED_BEGIN) {
      this.#writing = { size: word(0), blocks: word(1), at: word(3), parts: [] };
      const end = word(3) + word(0);
      this.flash.fill(0xff, word(3) & ~0xfff, (end + 0xfff) & ~0xfff);
      this.#reply(op, 0);
    } else if (op === DEFLATED_DATA) {
      if (this.#block(op, this.#writing, data, check)) this.#program(this.#writing!);
    } else if (op === DEFLATED_END) {
      const { parts, blocks } = this.#writing!;
      this.#reply(op, 0, [], parts.length === blocks ? GOOD : INVALID);
    } else if (op === FLASH_MD5) {
      const part = this.flash.subarray(word(0), word(0) + word(1));
      this.#reply(op, 0, [...createHash('md5').update(part).digest()]);
    } else this.#reply(op, 0, [], INVALID);
  }

  /** @returns whether it was the last one. */
  #block(op: number, to: Writing | undefined, data: Buffer, check: number): boolean {
    const block = Buffer.from(data.subarray(16));
    if (this.damaged > 0) {
      this.damaged--;
      block[block.length >> 1]! ^= 0x10;
    }
    const sum = block.reduce((xor, octet) => xor ^ octet, CHECK_START);
    const good = to !== undefined && data.readUInt32LE(4) === to.parts.length && sum === check;
    if (good) to.parts.push(block);
    this.#reply(op, 0, [], good ? this.#status : INVALID);
    return good && to.parts.length === to.blocks;
  }

  #program({ at, size, parts }: Writing): void {
    const image = inflateSync(Buffer.concat(parts));
    if (image.length !== size) throw new Error(`expected ${size} octets to be written, got ${image.length}`);
    image.copy(this.flash, at);
    for (const octet of this.worn) this.flash[octet]! &= 0xfe;
  }

  #write(register: number, value: number): void {
    const { spi, word } = CHIPS[this.#options.family];
    this.#registers.set(register, value);
    if (register !== spi) return;
    if ((value & SPI_RUN) !== 0 && ((this.#registers.get(spi + SPI_USR2) ?? 0) & 0xff) === READ_ID)
      this.#registers.set(spi + word, this.#options.flashId ?? 0x1640ef);
    // It is done at once.
    this.#registers.set(spi, 0);
  }
}
