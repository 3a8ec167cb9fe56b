// SPDX-License-Identifier: Apache-2.0
// This router's group key, for its broadcasts: handed to each neighbour in its NOTICE. Any neighbour could forge a broadcast
// under it; pairwise and broadcast counters are apart.

import { randomWord } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';

/** Key (4 words), its index, the counter of the next broadcast. */
export const group = makeWords(6);
export const GROUP_KEY = 0;
export const GROUP_INDEX = 4;
export const GROUP_COUNTER = 5;

/** Draws a new group key. */
export function startGroup(): void {
  for (let i = 0; i < 4; i++) group[GROUP_KEY + i] = randomWord();
  group[GROUP_INDEX] = 1;
  group[GROUP_COUNTER] = 0;
}
