// SPDX-License-Identifier: Apache-2.0
// Horn clauses for eprover: an attacker that is the network (Dolev-Yao) and the messages of symbols.ts as terms.

import type { Symbols } from './symbols.ts';
import { PUBLIC, term, Terms } from './terms.ts';

export class Horn extends Terms {
  readonly clauses: string[] = [];

  constructor(symbols: Symbols) {
    super(symbols, 'att');
    this.attacker();
  }

  /** body -> each of heads. */
  rule(heads: readonly string[], body: readonly string[] = []): void {
    for (const head of heads) this.clause('axiom', [head, ...body.map((atom) => `~${atom}`)]);
  }

  /** States that what `body` describes cannot be: the prover refutes it where the attack exists. */
  never(body: readonly string[]): void {
    this.clause(
      'negated_conjecture',
      body.map((atom) => `~${atom}`),
    );
  }

  private clause(role: string, literals: readonly string[]): void {
    this.clauses.push(`cnf(c${this.clauses.length},${role},${literals.join('|')}).`);
  }

  /** Whoever knows the inputs makes the output; whoever knows the key opens the seal. */
  private attacker(): void {
    const labels = [...new Set(Object.values(this.symbols.label))];
    for (const label of labels) this.rule([this.knows(`sub(Key,${label})`)], [this.knows('Key')]);
    const makes = (name: string, args: readonly string[]): void => {
      const secret = args.filter((arg) => !PUBLIC.has(arg));
      const variables = args.map((arg) => `X${arg}`);
      this.rule(
        [this.knows(term(name, ['Key', ...variables]))],
        ['Key', ...secret.map((arg) => `X${arg}`)].map((one) => this.knows(one)),
      );
    };
    makes('pairwise', this.symbols.pairwise);
    makes('sessionkey', this.symbols.session);
    for (const [name, { mac }] of Object.entries(this.symbols.maced)) makes(name.toLowerCase(), mac);
    for (const [name, { bound, inner, open }] of Object.entries(this.symbols.sealed)) {
      if (open) continue;
      const args = [...bound, ...inner];
      makes(name.toLowerCase(), args);
      const whole = term(name.toLowerCase(), ['Key', ...args.map((arg) => `X${arg}`)]);
      for (const part of inner.filter((arg) => !PUBLIC.has(arg))) {
        this.rule([this.knows(`X${part}`)], [this.knows('Key'), this.knows(whole)]);
      }
    }
  }

  toString(): string {
    return `${this.clauses.join('\n')}\n`;
  }
}
