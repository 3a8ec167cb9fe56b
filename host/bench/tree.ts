// SPDX-License-Identifier: Apache-2.0
// Who is attached to whom, and so how far the base station is. Motes report a rank of their own; this one is what is.

import * as events from '../../firmware/events.ts';
import { lowWord } from '../scenario/identity.ts';
import type { Directory } from './directory.ts';
import type { Mote } from './mote.ts';

/** No way to the base station is longer than all motes of a scenario in a row. */
const MAX_RANK = 65;

export class Tree {
  readonly #directory: Directory;
  /** Router that each mote is attached to, by low words. */
  readonly #parents = new Map<number, number>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  power(mote: Mote): void {
    this.#parents.delete(lowWord(mote.spec));
  }

  report(mote: Mote, event: number, args: readonly number[]): void {
    if (event === events.EVENT_ATTACH) this.#parents.set(lowWord(mote.spec), args[0]);
    else if (event === events.EVENT_DETACH) this.#parents.delete(lowWord(mote.spec));
  }

  /** @param low a mote, by its low word. @returns hops to the base station; undefined where there is no way. */
  rankOf(low: number): number | undefined {
    let at: number | undefined = low;
    // Two routers may hang below each other for a while: that is no way either.
    for (let rank = 0; at !== undefined && rank < MAX_RANK; rank++) {
      if (this.#directory.get(at)?.role === 'base') return rank;
      at = this.#parents.get(at);
    }
    return undefined;
  }
}
