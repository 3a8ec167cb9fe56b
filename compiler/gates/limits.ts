// SPDX-License-Identifier: Apache-2.0
// A function has at most 50 active locals and 60 upvalues on NodeMCU Lua 5.1, 200 and 255 on 5.3. A stock Lua 5.1 takes 200, so
// that a bundle may load everywhere but on the board.
import type { LocalVariable, Prototype } from '../bytecode/prototype.ts';
import type { Gate } from './image.ts';

export const limits: Gate = ({ functions, profile, place }) =>
  functions.flatMap((prototype) => {
    const where = prototype.line === 0 ? 'module initialisation' : place(prototype.line);
    const locals = activeLocals(prototype);
    return [
      ...(locals > profile.maxLocals
        ? [`${where}: ${locals} locals at once; ${profile.name} has ${profile.maxLocals}`]
        : []),
      ...(prototype.upvalues > profile.maxUpvalues
        ? [`${where}: ${prototype.upvalues} upvalues; ${profile.name} has ${profile.maxUpvalues}`]
        : []),
    ];
  });

/**
 * The most locals active at once. One that is declared last in its block is active during no instruction, and its neighbours
 * end where it begins; Lua counts them all the same.
 */
export function activeLocals({ locals }: Prototype): number {
  const active = locals.map(({ start: at, end: until }, place) => {
    const isActive = ({ start, end }: LocalVariable, other: number): boolean =>
      start <= at && (at < end || (at === end && at === until && other <= place));
    return locals.filter(isActive).length;
  });
  return Math.max(0, ...active);
}
