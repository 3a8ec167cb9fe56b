// SPDX-License-Identifier: Apache-2.0
// A compiled Lua function as the gates look at it, and the reader both bytecode formats share.

export interface Instruction {
  /** Mnemonic, as `luac -l` prints it. */
  readonly opcode: string;
  readonly line: number;
  /** The global it reads or writes, if any. */
  readonly global?: string;
}

export interface LocalVariable {
  readonly name: string;
  /** Instructions during which it is active: start <= pc < end. */
  readonly start: number;
  readonly end: number;
}

/** One function, without those inside it. */
export interface Prototype {
  /** Line of the Lua chunk it starts on; 0 for the chunk itself. */
  readonly line: number;
  readonly instructions: readonly Instruction[];
  /** Parameters and hidden loop variables included. */
  readonly locals: readonly LocalVariable[];
  readonly upvalues: number;
  readonly parameters: number;
  /** Octets it takes as stripped bytecode on a 32-bit machine. */
  readonly size: number;
}

/** Reads little-endian bytecode from front to back. */
export class Reader {
  readonly #octets: DataView;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  byte(): number {
    return this.#octets.getUint8(this.#at++);
  }

  word(): number {
    this.#at += 4;
    return this.#octets.getUint32(this.#at - 4, true);
  }

  skip(count: number): void {
    this.#at += count;
  }

  text(length: number): string {
    this.#at += length;
    return Buffer.from(this.#octets.buffer, this.#octets.byteOffset + this.#at - length, length).toString('latin1');
  }

  list<Item>(item: (index: number) => Item): Item[] {
    return Array.from({ length: this.word() }, (_, index) => item(index));
  }

  /** @throws Error if the header is not what the gates' own Luas write */
  expect(header: string): void {
    const found = Buffer.from(this.text(header.length / 2), 'latin1').toString('hex');
    if (found !== header) throw new Error(`bytecode header: expected ${header}, got ${found}`);
  }
}
