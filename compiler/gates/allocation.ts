// SPDX-License-Identifier: Apache-2.0
// After module initialisation nothing allocates: no function but the chunk itself may hold an opcode that makes an object. One
// module may join strings, those that NodeMCU's `crypto` takes; a test holds it to so many octets a frame.
import type { Gate } from './image.ts';

const ALLOCATING: ReadonlySet<string> = new Set(['NEWTABLE', 'CLOSURE', 'CONCAT', 'VARARG', 'SETLIST']);

const JOINS_STRINGS = 'crypto-core/native/nodemcu.ts:';

/** A place below the repository's root, from wherever the map lies. */
function pathOf(place: string): string {
  return place.replace(/^(\.\.\/)+/, '');
}

export const allocation: Gate = ({ functions, place }) =>
  functions
    .slice(1)
    .flatMap(({ instructions }) => instructions.filter(({ opcode }) => ALLOCATING.has(opcode)))
    .filter(({ opcode, line }) => opcode !== 'CONCAT' || !pathOf(place(line)).startsWith(JOINS_STRINGS))
    .map(({ opcode, line }) => `${place(line)}: allocates (${opcode}); only module initialisation may`);
