// SPDX-License-Identifier: Apache-2.0
// A function has at most 50 active locals and 60 upvalues on NodeMCU Lua 5.1, 200 and 255 on 5.3. A stock Lua 5.1 takes 200, so
// that a bundle may load everywhere but on the board.
import type { Prototype } from '../bytecode/prototype.ts';
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

/** The most locals active at one instruction. */
export function activeLocals({ locals }: Prototype): number {
  const active = locals.map(({ start }) => locals.filter((other) => other.start <= start && start < other.end).length);
  return Math.max(0, ...active);
}
