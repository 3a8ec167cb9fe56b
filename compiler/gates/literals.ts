// SPDX-License-Identifier: Apache-2.0
// No number that one of the Luas reads as something else: a decimal literal of 2^31 or more is a float on NodeMCU Lua 5.3 and
// saturates on 5.1 integer builds, where a fraction does not even load. And nothing of TypeScriptToLua's run-time library.
import type { Gate } from './image.ts';

/** Strings, comments, hexadecimal numbers and names are passed over whole; what is left with digits is a decimal number. */
const TOKEN = /"(?:\\.|[^"\\])*"|--[^\n]*|0[xX][0-9a-fA-F]+|[A-Za-z_]\w*|(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)/g;

export const literals: Gate = ({ lua, place }) =>
  lua.split('\n').flatMap((text, index) => {
    const found: string[] = [];
    for (const [token, decimal] of text.matchAll(TOKEN)) {
      if (decimal !== undefined && !(/^\d+$/.test(decimal) && Number(decimal) < 2 ** 31)) {
        found.push(`${place(index + 1)}: the literal ${decimal}; expected an integer below 2^31, or hexadecimal`);
      }
      if (token.startsWith('__TS__'))
        found.push(`${place(index + 1)}: ${token} of TypeScriptToLua's library; expected none of it`);
    }
    return found;
  });
