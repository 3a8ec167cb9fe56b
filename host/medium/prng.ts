// SPDX-License-Identifier: Apache-2.0
// The bench's randomness: xoshiro128** 1.1 (Blackman, Vigna 2018), 32-bit state words only, so that a seed means the same
// bytes on every engine and every VM. One stream per purpose and mote: a draw more in one place shifts nothing elsewhere.

/** FNV-1a over the label's UTF-16 units: tells streams of one seed apart. */
function labelHash(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash | 0;
}

export class Prng {
  readonly #state = new Int32Array(4);

  /**
   * @param seed 32 bits, of the scenario or the command line.
   * @param label purpose and owner of the stream, such as "csma AC:DE:48:00:00:00:00:01".
   */
  constructor(seed: number, label: string) {
    // splitmix32 fills the state, as the authors of xoshiro advise; it cannot yield four zero words in a row.
    let x = (seed ^ labelHash(label)) | 0;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) | 0;
      let z = x ^ (x >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#state[i] = z ^ (z >>> 15);
    }
  }

  /** @returns a generator in exactly this state: four words, not all zero. For known-answer tests. */
  static fromState(words: readonly number[]): Prng {
    const prng = new Prng(0, '');
    prng.#state.set(words);
    return prng;
  }

  /** @returns the next 32 bits, 0 to 2^32 - 1. */
  next(): number {
    const s = this.#state;
    const product = Math.imul(s[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result >>> 0;
  }

  /** @param bits 0 to 31. @returns a number below 2^bits. */
  bits(bits: number): number {
    return bits === 0 ? 0 : this.next() >>> (32 - bits);
  }

  /** @param probability 0 to 1. @returns true in that share of the calls. A certain answer draws nothing. */
  chance(probability: number): boolean {
    if (probability <= 0) return false;
    if (probability >= 1) return true;
    return this.next() < probability * 0x100000000;
  }
}
