// SPDX-License-Identifier: Apache-2.0
// Messages as terms, in the prefix notation that TPTP and Maude share. A message is the list of its parts that an attacker can
// take apart and put together at will: what is clear, and one term for what is sealed or MACed.

import type { Subkey } from './messages.ts';
import type { MacedName, SealedName, Symbols } from './symbols.ts';

/** Values of a message's symbols in one rule. A capital letter begins a variable. */
export type Values = Record<string, string>;

/** What anyone may name at will; everything else the attacker must first learn. */
export const PUBLIC: ReadonlySet<string> = new Set([
  'mode',
  'list',
  'ns',
  'ctr',
  'N',
  'R',
  'A',
  'B',
  'X',
  'sender',
  'receiver',
  'depth',
  'epoch',
]);

export const term = (name: string, args: readonly string[]): string => `${name}(${args.join(',')})`;

export class Terms {
  readonly symbols: Symbols;
  private readonly known: string;

  /** @param known the predicate of what the attacker knows. */
  constructor(symbols: Symbols, known: string) {
    this.symbols = symbols;
    this.known = known;
  }

  knows(value: string): string {
    return `${this.known}(${value})`;
  }

  subkey(key: string, label: Subkey): string {
    return `sub(${key},${this.symbols.label[label]})`;
  }

  /** K_NR, from K_NA. */
  pairwise(key: string, values: Values): string {
    return term('pairwise', [this.subkey(key, 'derive'), ...this.pick(this.symbols.pairwise, values)]);
  }

  /** S_N, from K_N. */
  session(key: string, values: Values): string {
    return term('sessionkey', [this.subkey(key, 'session'), ...this.pick(this.symbols.session, values)]);
  }

  /** The parts of a MACed message: sent, each becomes known; to be received, each must be. */
  maced(message: MacedName, key: string, values: Values): string[] {
    const { clear, mac } = this.symbols.maced[message];
    return [...this.secrets(clear, values), ...(mac.length > 0 ? [this.mac(message, key, values)] : [])].map((part) =>
      this.knows(part),
    );
  }

  mac(message: MacedName, key: string, values: Values): string {
    return term(message.toLowerCase(), [
      this.subkey(key, 'request'),
      ...this.pick(this.symbols.maced[message].mac, values),
    ]);
  }

  /** The payload of a forwarded REQUEST. */
  forwarded(key: string, values: Values): string {
    const { clear, mac } = this.symbols.maced.REQUEST;
    const r0 = clear.includes('r0') ? values.r0 : 'Any';
    return term('forward', [values.N, values.ctr, r0, mac.length > 0 ? this.mac('REQUEST', key, values) : 'Mac']);
  }

  /** The parts of a sealed message, as of maced(). @param key whose seal (link, for a frame) subkey it is sealed under. */
  sealed(message: SealedName, key: string, values: Values): string[] {
    const { clear, bound, inner, open } = this.symbols.sealed[message];
    if (open) return this.secrets([...clear, ...inner], values).map((part) => this.knows(part));
    const subkey = this.subkey(key, message === 'FRAME' ? 'link' : 'seal');
    const whole = term(message.toLowerCase(), [subkey, ...this.pick([...bound, ...inner], values)]);
    return [...this.secrets(clear, values), whole].map((part) => this.knows(part));
  }

  private pick(names: readonly string[], values: Values): string[] {
    return names.map((name) => {
      if (values[name] === undefined) throw new Error(`expected a value for ${name}, got none`);
      return values[name];
    });
  }

  private secrets(names: readonly string[], values: Values): string[] {
    return this.pick(
      names.filter((name) => !PUBLIC.has(name)),
      values,
    );
  }
}
