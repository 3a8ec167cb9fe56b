// SPDX-License-Identifier: Apache-2.0
// Lines that nobody means: garbage, binary, floods, and what is nearly right. The same for the same seed.
import { Prng } from '../../host/medium/prng.ts';

const WORDS = [
  ...[
    'help',
    'version',
    'state',
    'role',
    'neighbors',
    'keys',
    'counters',
    'refusals',
    'ping',
    'channel',
    'power',
    'log',
  ],
  ...[
    'reboot',
    'factoryreset',
    'echo',
    'heap',
    'handover',
    'refresh',
    'send',
    'sleep',
    'nodes',
    'where',
    'enrol',
    'revoke',
    'down',
  ],
  ...['json', 'on', 'off', 'none', 'events', 'refusals', 'confirm', 'compromised', '0001', '0002', 'acde480000000002'],
  ...['11', '26', '27', '-5', '99999999999', '00', 'ff00', 'zz', '"', '{', '\\', '~', '@', '%s%n', '\u00e9', ''],
];

export class Lines {
  readonly #prng: Prng;

  constructor(seed: number) {
    this.#prng = new Prng(seed, 'console');
  }

  #below(bound: number): number {
    return this.#prng.bits(16) % bound;
  }

  #octets(count: number, from: number, to: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => from + this.#below(to - from)));
  }

  #words(): Buffer {
    const count = 1 + this.#below(5);
    return Buffer.from(Array.from({ length: count }, () => WORDS[this.#below(WORDS.length)]).join(' '));
  }

  /** The next line, with its end. */
  next(): Buffer {
    const end = [Buffer.from('\n'), Buffer.from('\r'), Buffer.from('\r\n'), Buffer.from('\n\n')][this.#below(4)]!;
    const kind = this.#below(100);
    if (kind < 45) return Buffer.concat([this.#words(), end]);
    if (kind < 60) {
      const line = this.#words();
      if (line.length > 0) line[this.#below(line.length)] = this.#below(256);
      return Buffer.concat([line, end]);
    }
    if (kind < 70) return Buffer.concat([this.#octets(this.#below(40), 32, 127), end]);
    if (kind < 85) return Buffer.concat([this.#octets(this.#below(60), 0, 256), end]);
    if (kind < 92) return Buffer.concat([Buffer.from('send '), this.#octets(this.#below(140), 48, 58), end]);
    if (kind < 96) return Buffer.concat([this.#octets(this.#below(600), 97, 123), end]);
    if (kind < 98) return Buffer.from('\b\x7f'.repeat(this.#below(30)));
    return Buffer.concat(Array.from({ length: this.#below(12) }, () => Buffer.concat([this.#words(), end])));
  }
}
