// SPDX-License-Identifier: Apache-2.0
// Each function is a closure in RAM (20 octets, and 4 an upvalue), for all of a mote's life.
import type { Gate } from './image.ts';

export const MAX_CLOSURES = 160;

export const closures: Gate = ({ name, functions }) => {
  const count = functions.length - 1;
  return count > MAX_CLOSURES
    ? [`${name}: ${count} functions; at most ${MAX_CLOSURES} closures fit into a mote's RAM`]
    : [];
};
