// SPDX-License-Identifier: Apache-2.0
// A small network as a Maude rewrite system, searched to the end. Its state is a multiset of facts: what each party knows, and
// `net(...)`, every part that was ever sent.

import { spawnSync } from 'node:child_process';
import { pathOf } from '../tools.ts';

/** A change of the protocol: the rules that it replaces, by name; an empty text takes the rule away. */
export type Change = Readonly<Record<string, string>>;

export interface Stage {
  name: string;
  /** Rules by name. Facts on the left go unless they come again on the right. */
  rules: Readonly<Record<string, string>>;
  start: string;
  /** What must not come about, by name: a pattern, and a condition or ''. */
  bad: Readonly<Record<string, readonly [string, string]>>;
  /** What must: the honest run. */
  good: readonly [string, string];
}

/** A Maude module of the stage. */
export function moduleOf(stage: Stage, change: Change = {}): string {
  const unknown = Object.keys(change).filter((name) => !(name in stage.rules));
  if (unknown.length > 0) throw new Error(`expected a rule of ${stage.name}, got ${unknown.join(', ')}`);
  const rules = Object.entries({ ...stage.rules, ...change }).filter(([, text]) => text !== '');
  const texts = rules.map(([, text]) => text);
  const all = [...texts, stage.start, ...Object.values(stage.bad).flat(), ...stage.good].join(' ');
  return `mod STAGE is
  protecting NAT .
  sorts Term Fact State .
  subsorts Nat < Term . subsort Fact < State .
  op none : -> State .
  op __ : State State -> State [assoc comm id: none] .
  op net : Term -> Fact .
  ${operators(all)}
  vars ${variables(all)} : Nat .
  vars K L : Term . var Rest : State .
  eq net(K) net(K) = net(K) .
${rules.map(([name, text]) => `  ${/\bif\b/.test(text) ? 'crl' : 'rl'} [${name}] : ${text} .`).join('\n')}
endm
`;
}

/** Facts begin a state, all else is a term: both are declared by use. */
const FACTS = /^(n|r|b|x|y|c)[A-Z]\w*$/;
function operators(text: string): string {
  const arity = new Map<string, number>();
  for (const match of text.matchAll(/([a-z]\w*)(\()?/g)) {
    const [, name, open] = match;
    if (['net', 'if', 'none', 'and', 'or', 'true', 'false', 'not', 's'].includes(name)) continue;
    arity.set(name, open === undefined ? 0 : count(text, match.index + match[0].length));
  }
  return [...arity]
    .map(([name, n]) => `op ${name} : ${'Term '.repeat(n)}-> ${FACTS.test(name) ? 'Fact' : 'Term'} .`)
    .join('\n  ');
}

/** Arguments from `at`, behind the opening parenthesis, to the one that closes it. */
function count(text: string, at: number): number {
  let [depth, arguments_] = [0, 1];
  for (let i = at; depth >= 0; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) arguments_++;
  }
  return arguments_;
}

function variables(text: string): string {
  const names = new Set([...text.matchAll(/\b[A-Z]\w*/g)].map(([name]) => name));
  for (const other of ['K', 'L', 'Rest']) names.delete(other);
  return ['Unused', ...names].join(' ');
}

/** Facts in a row. */
export const facts = (...parts: readonly (string | readonly string[])[]): string => parts.flat().join(' ');

/** A rule: `from` becomes `to`; `kept` stays. */
export const rule = (
  kept: string | readonly string[],
  from: string,
  to: string | readonly string[],
  condition = '',
): string => `${facts(kept, from)} => ${facts(kept, to)}${condition === '' ? '' : ` if ${condition}`}`;

/**
 * Searches every state that can be reached for `pattern`.
 * @returns how many states there are, if none of them fits; else 'attack'
 * @throws where Maude does not come to an end
 */
export function search(
  stage: Stage,
  [pattern, condition]: readonly [string, string],
  change: Change = {},
): 'attack' | number {
  const such = condition === '' ? '' : ` such that ${condition}`;
  const input = `${moduleOf(stage, change)}search [1] ${stage.start} =>* Rest ${pattern}${such} .\nquit\n`;
  const options = ['-no-banner', '-no-advise', '-batch', '-no-ansi-color'];
  const run = spawnSync(pathOf('maude'), options, { input, encoding: 'utf8', timeout: 60_000 });
  if (/^Warning|Error/m.test(run.stderr)) throw new Error(`maude: ${run.stderr.slice(0, 2000)}`);
  if (/^Solution 1/m.test(run.stdout)) return 'attack';
  if (!/^No solution/m.test(run.stdout))
    throw new Error(`expected a verdict of maude on ${stage.name}, got ${run.stdout}`);
  return Number(/^states: (\d+)/m.exec(run.stdout)?.[1]);
}
