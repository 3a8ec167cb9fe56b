// SPDX-License-Identifier: Apache-2.0
// A name that is no local is a global: at best a slow look-up, at worst a typing error or state that leaks out of the module.
import type { Gate } from './image.ts';

/** What the compiler itself reads, once, at the head of a chunk. */
const LIBRARIES = { '5.1': ['bit', 'math', 'string'], '5.3': ['string'] };

/** And where the board has NodeMCU's `crypto`, for the strings it takes. */
const STRINGS = { '5.1': ['pcall', 'unpack'], '5.3': ['pcall', 'table'] };

export const globals: Gate = ({ functions, globals: board, profile, place }) => {
  const allowed = new Set([
    ...board,
    ...LIBRARIES[profile.version],
    ...(board.has('crypto') ? STRINGS[profile.version] : []),
  ]);
  return functions
    .flatMap(({ instructions }) => instructions)
    .flatMap(({ opcode, global, line }) => {
      if (global === undefined) return [];
      if (opcode.startsWith('SET')) return [`${place(line)}: writes the global ${global}; expected locals only`];
      return allowed.has(global)
        ? []
        : [`${place(line)}: reads the global ${global}; allowed here: ${[...allowed].join(', ') || 'none'}`];
    });
};
