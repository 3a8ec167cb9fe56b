// SPDX-License-Identifier: Apache-2.0
// A register file that knows its registers: an access to any other one, or in the wrong direction, fails.

import { hex, TwinError } from './device.ts';

/** rw: read and write; r: read only; w: write only. */
export type Access = 'rw' | 'r' | 'w';

export interface Register {
  readonly name: string;
  readonly reset: number;
  readonly access: Access;
  /** Bits that may be written as 1; the twin has no model of the others. Default: all. */
  readonly bits?: number;
}

export type RegisterMap = ReadonlyMap<number, Register>;

/** @param rows address, name, value after reset, access, bits that may be set. */
export function registerMap(rows: readonly (readonly [number, string, number, Access?, number?])[]): RegisterMap {
  return new Map(
    rows.map(([address, name, reset, access = 'rw', bits = 0xff]) => [address, { name, reset, access, bits }]),
  );
}

export class RegisterFile {
  readonly #chip: string;
  readonly #map: RegisterMap;
  readonly #values = new Map<number, number>();

  constructor(chip: string, map: RegisterMap) {
    this.#chip = chip;
    this.#map = map;
    this.reset();
  }

  reset(): void {
    for (const [address, { reset }] of this.#map) this.#values.set(address, reset);
  }

  /** What the register holds, for the chip itself. */
  get(address: number): number {
    return this.#values.get(address)!;
  }

  /** The chip itself changes a register. */
  set(address: number, value: number): void {
    this.#values.set(address, value);
  }

  /** The program reads. @throws TwinError */
  read(address: number): number {
    const register = this.#known(address, 'read');
    if (register.access === 'w') this.#refuse(`a read of ${register.name}, which is for writing`);
    return this.get(address);
  }

  /** The program writes. @throws TwinError */
  write(address: number, value: number): void {
    const register = this.#known(address, 'write');
    if (register.access === 'r') this.#refuse(`a write to ${register.name}, which is for reading`);
    const strange = value & ~register.bits!;
    if (strange !== 0) this.#refuse(`${hex(value)} in ${register.name}, whose bits ${hex(strange)} have no model`);
    this.set(address, value);
  }

  #known(address: number, what: string): Register {
    const register = this.#map.get(address);
    if (register === undefined) this.#refuse(`a ${what} of ${hex(address, 3)}`);
    return register;
  }

  #refuse(what: string): never {
    throw new TwinError(`${this.#chip}: expected an access to a known register, got ${what}`);
  }
}
