// SPDX-License-Identifier: Apache-2.0
// Who is meant: reports name a mote by the low word of its EUI-64, frames by a short or an extended address.

import { euiWords, lowWord, shortOf } from '../scenario/identity.ts';
import type { ScenarioMote } from '../scenario/schema.ts';

const BROADCAST = 0xffff;

export class Directory {
  readonly #byLow: ReadonlyMap<number, ScenarioMote>;
  readonly #motes: readonly ScenarioMote[];

  constructor(motes: readonly ScenarioMote[]) {
    this.#motes = motes;
    this.#byLow = new Map(motes.map((mote) => [lowWord(mote), mote]));
  }

  get(low: number): ScenarioMote | undefined {
    return this.#byLow.get(low);
  }

  /** @returns the mote's name, or the word in hex where no mote of the scenario has it. */
  name(low: number): string {
    return this.#byLow.get(low)?.name ?? (low >>> 0).toString(16).padStart(8, '0');
  }

  /** @param frame MPDU of a data or command frame. @returns whom it is sent to. */
  destination(frame: Uint8Array): string {
    const octets = Buffer.from(frame);
    const mode = (octets[1] >> 2) & 3;
    if (mode === 3 && octets.length >= 13) {
      const [low, high] = [octets.readInt32LE(5), octets.readInt32LE(9)];
      const found = this.#byLow.get(low);
      return found !== undefined && euiWords(found)[0] === high ? found.name : 'a stranger';
    }
    if (mode !== 2 || octets.length < 7) return 'nobody';
    const short = octets.readUInt16LE(5);
    if (short === BROADCAST) return 'all';
    return this.#motes.find((mote) => shortOf(mote) === short)?.name ?? 'a stranger';
  }
}
