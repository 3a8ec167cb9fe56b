// SPDX-License-Identifier: Apache-2.0
// Random programs of many small functions that call each other in every place a call can stand. Each call of `tick` leaves a
// trace, so that a program shows in which order it did what; and ends the program when it has gone on for too long.
import fc from 'fast-check';

/** What a function returns: a number, a boolean, nothing. */
const KINDS = ['f', 'p', 'v'] as const;

/** `@f3(` is a call of a function of kind f; which one, is known when the program is put together. */
const { word, test, statements } = fc.letrec<{ word: string; test: string; statement: string; statements: string }>(
  (tie) => {
    const pair = fc.tuple(tie('word'), tie('word'));
    const body = tie('statements').map((list) => `{ ${list} }`);
    const called = (kind: string): fc.Arbitrary<string> =>
      fc.tuple(fc.nat(9), pair).map(([n, [x, y]]) => `@${kind}${n}(${x}, ${y})`);
    const branch = fc.oneof(
      body,
      tie('statement').map((one) => one.replace(/^(?=let |const )(.*)$/, '{ $1 }')),
    );
    const inLoop = fc
      .tuple(tie('statements'), tie('test'), fc.constantFrom('', 'break;', 'return RESULT;'), tie('statements'))
      .map(([first, c, end, last]) => `{ tick(i, 0); ${first} ${end && `if (${c}) { ${end} }`} ${last} }`);
    return {
      word: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'depth', withCrossShrink: true },
        { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'x', 'y', 'i', 'g', 'h', 't[0]', 't[1]', 'SIX') },
        { weight: 2, arbitrary: fc.integer({ min: -2, max: 9 }).map((n) => (n < 0 ? `(${n})` : `${n}`)) },
        { weight: 3, arbitrary: called('f') },
        { weight: 1, arbitrary: fc.tuple(pair).map(([[x, y]]) => `tick(${x}, ${y})`) },
        { weight: 1, arbitrary: pair.map(([x, y]) => `kept(${x}, ${y})`) },
        {
          weight: 3,
          arbitrary: fc.tuple(pair, fc.constantFrom('+', '-', '^')).map(([[x, y], op]) => `((${x} ${op} ${y}) | 0)`),
        },
        { weight: 1, arbitrary: tie('word').map((x) => `t[${x} & 7]`) },
        { weight: 1, arbitrary: tie('word').map((x) => `(${x} << 1)`) },
        { weight: 1, arbitrary: fc.tuple(tie('test'), pair).map(([c, [x, y]]) => `(${c} ? ${x} : ${y})`) },
      ),
      test: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'depth', withCrossShrink: true },
        {
          weight: 3,
          arbitrary: fc
            .tuple(pair, fc.constantFrom('<', '===', '!==', '>='))
            .map(([[x, y], op]) => `(${x} ${op} ${y})`),
        },
        { weight: 3, arbitrary: called('p') },
        {
          weight: 2,
          arbitrary: fc
            .tuple(tie('test'), fc.constantFrom('&&', '||'), tie('test'))
            .map(([x, op, y]) => `(${x} ${op} ${y})`),
        },
        { weight: 1, arbitrary: tie('test').map((x) => `!${x}`) },
      ),
      statement: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'depth', withCrossShrink: true },
        {
          weight: 3,
          arbitrary: fc
            .tuple(fc.constantFrom('x', 'y', 'a', 'g', 'h', 'i'), fc.constantFrom('=', '=', '+=', '^='), tie('word'))
            .map(([to, op, x]) => (op === '+=' ? `${to} = (${to} + ${x}) | 0;` : `${to} ${op} ${x};`)),
        },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('t[2]', 't[i & 7]', 't[h & 7]', 'u[g & 7]', 't[tick(3, i) & 7]'), tie('word'))
            .map(([to, x]) => `${to} = ${x};`),
        },
        {
          weight: 1,
          arbitrary: fc.tuple(fc.constantFrom('t[1]', 't[x & 7]'), tie('word')).map(([to, x]) => `${to} ^= ${x};`),
        },
        { weight: 1, arbitrary: fc.constantFrom('x++;', 't[3]--;', 'g++;', 'u = t;', 'u = s;') },
        { weight: 3, arbitrary: fc.oneof(called('v'), called('f'), called('p')).map((call) => `${call};`) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(
              fc.constantFrom('const', 'let'),
              fc.constantFrom('x', 'a', 'g', 's', 'tick2', 'x$1'),
              tie('word'),
              tie('statements'),
            )
            .map(
              ([kind, name, value, rest]) =>
                `{ ${kind} ${name}$ = ${value}; { ${kind} ${name} = ${name}$; ${kind === 'const' ? `t[4] = ${name};` : rest} } }`,
            ),
        },
        {
          weight: 4,
          arbitrary: fc
            .tuple(tie('test'), branch, fc.option(branch, { nil: undefined }))
            .map(([c, yes, no]) => `if (${c}) { ${yes} }${no === undefined ? '' : ` else { ${no} }`}`),
        },
        {
          weight: 2,
          arbitrary: fc
            .tuple(tie('test'), fc.constantFrom('return RESULT;', 'return RESULT;', '@v1(a, x);', 'g ^= 1;'))
            .map(([c, then]) => `if (${c}) ${then}`),
        },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('2', '3', 'x & 3'), inLoop)
            .map(([n, loop]) => `for (let i = 0; i < (${n}); i++) ${loop}`),
        },
        { weight: 1, arbitrary: fc.tuple(tie('test'), inLoop).map(([c, loop]) => `while (${c}) ${loop}`) },
        { weight: 1, arbitrary: fc.tuple(tie('test'), inLoop).map(([c, loop]) => `do ${loop} while (${c});`) },
      ),
      statements: fc.array(tie('statement'), { maxLength: 3 }).map((list) => list.join(' ')),
    };
  },
);

interface Part {
  readonly kind: (typeof KINDS)[number];
  /** Whether it is one return and nothing else. */
  readonly isValue: boolean;
  readonly code: string;
  readonly results: readonly { readonly word: string; readonly test: string }[];
}

const part: fc.Arbitrary<Part> = fc.record({
  kind: fc.constantFrom(...KINDS),
  isValue: fc.boolean(),
  code: statements,
  results: fc.array(fc.record({ word, test }), { minLength: 2, maxLength: 5 }),
});

/** Writes a function out, with calls of functions before it. */
function written(name: string, one: Part, before: readonly string[]): string {
  let next = 0;
  const returned = (): string => {
    const result = one.results[next++ % one.results.length]!;
    return one.kind === 'v' ? '' : one.kind === 'f' ? result.word : result.test;
  };
  const end = one.kind === 'v' ? '' : `return ${returned()};`;
  const locals = 'let x = 1; let y = a; let i = 2;';
  const code = one.isValue && one.kind !== 'v' ? end.replace(/\b[xyi]\b/g, 'b') : `${locals} ${one.code} ${end}`;
  const resolved = code.replace(/RESULT/g, returned).replace(/@([fpv])(\d)\(/g, (_, kind: string, n: string) => {
    const known = before.filter((other) => other.startsWith(kind));
    const found = known[Number(n) % (known.length || 1)];
    return found === undefined ? (kind === 'p' ? 'odd(' : 'tick(') : `${found}(`;
  });
  return `function ${name}(a, b) { ${resolved} }`;
}

/** A module; it exports run(a, b) and trace(), and tick, odd and kept, which stay functions. */
export const program: fc.Arbitrary<string> = fc
  .tuple(fc.array(part, { minLength: 3, maxLength: 7 }), part)
  .map(([parts, last]) => {
    const names: string[] = [];
    const functions = parts.map((one, i) => {
      const name = `${one.kind}${i}`;
      const code = written(name, one, names);
      names.push(name);
      return code;
    });
    return `const t = new Int32Array(8);
const s = new Int32Array(8);
const SIX = 6;
let u = t;
let g = 1;
let h = 2;
let ticks = 0;
let keeper = tick;
function tick(a, b) {
  ticks++;
  if (ticks > 300) throw new Error('long enough');
  const at = ticks & 7;
  t[at] = (t[at] * 31 + a * 7 - b) | 0;
  s[at] ^= a;
  g = (g + b) | 0;
  return t[a & 7];
}
function odd(a, b) { return (tick(a, b) & 1) === 1; }
function kept(a, b) { return keeper(a, b); }
${functions.join('\n')}
${written('run', { ...last, kind: 'f', isValue: false }, names)}
function trace() { return [...t, ...s, g, h, ticks].join(); }
export { run, trace, tick, odd, kept };
`;
  });
