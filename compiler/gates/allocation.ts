// SPDX-License-Identifier: Apache-2.0
// After module initialisation nothing allocates: no function but the chunk itself may hold an opcode that makes an object.
import type { Gate } from './image.ts';

const ALLOCATING: ReadonlySet<string> = new Set(['NEWTABLE', 'CLOSURE', 'CONCAT', 'VARARG', 'SETLIST']);

export const allocation: Gate = ({ functions, place }) =>
  functions
    .slice(1)
    .flatMap(({ instructions }) => instructions.filter(({ opcode }) => ALLOCATING.has(opcode)))
    .map(({ opcode, line }) => `${place(line)}: allocates (${opcode}); only module initialisation may`);
