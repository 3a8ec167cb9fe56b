// SPDX-License-Identifier: Apache-2.0
// Random numbers of a twin. A board mixes what its hardware gives (board-defs/nodemcu/entropy.ts); a run on a board is to be
// compared, octet for octet, with the same run on the bench board. So the hardware of a twin gives, for each word, what makes
// the board's sum the word that the bench board draws. It knows all that went into the board's generator: the seed in flash, the
// noise and the words it gave. No image knows of this. Or it is hardware at its worst, which gives the same after each start.

import { createCipheriv } from 'node:crypto';
import { cmac } from '@noble/ciphers/aes.js';
import { Prng } from '../medium/prng.ts';

/**
 * matches: as above; fresh: hardware as it should be, another after each start; repeats: words and noise are those of every start;
 * deaf: there is no noise, either.
 */
export type HardwareRandom = 'matches' | 'fresh' | 'repeats' | 'deaf';

/** Words that the board draws to mix them, and bits of noise. */
const MIXED_WORDS = 4;
const NOISE_BITS = 128;
const THIS_KEY = 2;

function octetsOf(words: Iterable<number>): Buffer {
  const list = [...words];
  const octets = Buffer.alloc(4 * list.length);
  list.forEach((word, i) => octets.writeInt32BE(word | 0, 4 * i));
  return octets;
}

function encrypt(key: Uint8Array, last: number): Buffer {
  const block = Buffer.alloc(16);
  block[15] = last;
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block);
}

/** Marsaglia's xorshift, as board-defs/bench/random.ts has it. */
function* xorshift(seed: readonly number[]): Generator<number> {
  const x = Int32Array.from(seed);
  for (;;) {
    const t = x[0]! ^ (x[0]! << 11);
    x.copyWithin(0, 1);
    x[3] = x[3]! ^ (x[3]! >>> 19) ^ t ^ (t >>> 8);
    yield x[3]!;
  }
}

export interface EntropyOptions {
  readonly kind: HardwareRandom;
  /** Seed of the bench board's words. */
  readonly seed: readonly number[];
  /** What makes noise differ from mote to mote and from start to start. */
  readonly label: string;
  /** The stored seed, or zeros. */
  readonly stored: Int32Array;
  /** At a start that ends a sleep: the key that the board kept. */
  readonly kept: Int32Array | undefined;
}

export class Entropy {
  readonly #options: EntropyOptions;
  readonly #wanted: Generator<number>;
  /** What the processor gives after each reset, whatever happened before. */
  readonly #same = xorshift([1, 2, 3, 4]);
  readonly #noise: Prng;
  readonly #fresh: Prng;
  readonly #given: number[] = [];
  #bits = '';
  #key: Uint8Array | undefined;
  #drawn: number[] = [];

  constructor(options: EntropyOptions) {
    this.#options = options;
    this.#wanted = xorshift(options.seed);
    const { kind, label } = options;
    this.#noise = new Prng(0, kind === 'matches' || kind === 'fresh' ? `noise ${label}` : 'noise');
    this.#fresh = new Prng(0, `words ${label}`);
    if (options.kept !== undefined) this.#key = octetsOf(options.kept);
  }

  /** What the radio measures. */
  noise(bits: number): number {
    const value = this.#options.kind === 'deaf' ? 0 : this.#noise.bits(bits);
    this.#bits += value.toString(2).padStart(bits, '0');
    return value;
  }

  /** 32 bits of the processor's generator. */
  word(): number {
    if (this.#options.kind === 'fresh') return this.#fresh.next();
    const mixing = this.#key === undefined && this.#bits.length < NOISE_BITS;
    if (this.#options.kind !== 'matches' || mixing) {
      const word = this.#same.next().value as number;
      this.#given.push(word);
      return word;
    }
    return (this.#wanted.next().value as number) ^ this.#next();
  }

  /** What the board's generator adds to the next word. */
  #next(): number {
    this.#key ??= this.#mixed();
    if (this.#drawn.length === 0) {
      const block = encrypt(this.#key, 1);
      this.#key = encrypt(this.#key, 0);
      this.#drawn = [0, 4, 8, 12].map((at) => block.readInt32BE(at));
    }
    return this.#drawn.pop()!;
  }

  #mixed(): Uint8Array {
    const noise = Buffer.from(
      this.#bits
        .slice(-NOISE_BITS)
        .match(/.{8}/g)!
        .map((octet) => parseInt(octet, 2)),
    );
    const mixture = Buffer.concat([Buffer.of(THIS_KEY), octetsOf(this.#given.slice(-MIXED_WORDS)), noise]);
    return cmac(mixture, octetsOf(this.#options.stored));
  }
}
