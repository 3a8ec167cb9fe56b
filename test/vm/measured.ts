// SPDX-License-Identifier: Apache-2.0
// Twins of a board of which some run the Lua that is flashed on a 32-bit machine, where their heap can be looked at and be scarce.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBoard } from '../../compiler/boards.ts';
import { ROOT } from '../../compiler/roots.ts';
import { twinBoard } from '../../host/twin/board.ts';
import type { OwnProgram, TwinBoard } from '../../host/twin/board.ts';
import { pathOf } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { openMachine } from './machine.ts';
import type { Machine, MachineOptions } from './machine.ts';

/** The machine that stands for a profile's boards. */
export const MACHINES: Readonly<Partial<Record<Profile, Vm>>> = { lua53: 'lua53i', lua51: 'lua51f', lua51i: 'lua51i' };

/** The machine of a board's Lua. */
export function machineOf(board: string): Vm {
  const { lua } = readBoard(board);
  const vm = MACHINES[lua];
  if (vm === undefined) throw new Error(`expected a board with 32-bit Lua, got ${board} with ${lua}`);
  return vm;
}

export interface Measured {
  readonly board: TwinBoard;
  /** The latest machine of each of the motes, which has begun. */
  readonly machines: ReadonlyMap<string, Machine>;
}

export interface MeasuredOptions extends MachineOptions {
  /** The firmware has no module `crypto`. */
  readonly bare?: boolean;
}

/** @param motes those whose image is on a machine; the others are on V8 */
export function measuredBoard(
  name: string,
  motes: readonly string[],
  { bare = false, ...options }: MeasuredOptions = {},
): Measured {
  const machines = new Map<string, Machine>();
  const path = pathOf(machineOf(name));
  const own: OwnProgram = (mote, role, globals) => {
    if (!motes.includes(mote)) return undefined;
    const image = readFileSync(join(ROOT, `dist/${name}/${role}.lua`));
    const machine = openMachine(path, image, `${role}.lua`, globals, options);
    machines.set(mote, machine);
    return machine;
  };
  const board = twinBoard(name, 'v8', { own, bare });
  return { board, machines };
}
