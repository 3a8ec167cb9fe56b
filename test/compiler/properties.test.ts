// SPDX-License-Identifier: Apache-2.0
// Random expressions of the dialect over int32, on every machine. A failing case prints the expression and the seed.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROFILE_NAMES } from '../../compiler/profiles.ts';
import { describeOn } from '../tools.ts';
import { compile, EXTREMES, runOnLua, runOnV8 } from './expect-lua.ts';

const int32 = fc.oneof(fc.constantFrom(...EXTREMES), fc.integer({ min: -0x80000000, max: 0x7fffffff }));
const literal = int32.map((value) => (value < 0 ? `(${value})` : `${value}`));
const small = fc.integer({ min: 1, max: 30 });

/** Expressions with int32 results, `word`; and sums that leave 32 bits, which only bit operators may take, `wide`. */
const { word } = fc.letrec<{ word: string; wide: string; test: string }>((tie) => ({
  word: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'depth', withCrossShrink: true },
    { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c', 't[1]') },
    { weight: 1, arbitrary: literal },
    {
      weight: 4,
      arbitrary: fc
        .tuple(tie('wide'), fc.constantFrom('&', '|', '^'), tie('wide'))
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('wide'), fc.constantFrom(255, 256, 0xffff, 0x7fffffff, 0xffffffff, 1, 15))
        .map(([x, mask]) => `(${x} & ${mask})`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('wide'), fc.constantFrom('<<', '>>', '>>>'), small)
        .map(([x, op, n]) => `(${x} ${op} ${n})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('word'), fc.constantFrom('<<', '>>'), tie('word'))
        .map(([x, op, n]) => `(${x} ${op} (${n} & 31))`),
    },
    { weight: 1, arbitrary: fc.tuple(tie('wide'), fc.constantFrom('>>', '>>>')).map(([x, op]) => `(${x} ${op} 31)`) },
    { weight: 2, arbitrary: tie('wide').map((x) => `(${x} | 0)`) },
    { weight: 1, arbitrary: tie('wide').map((x) => `~${x}`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('word'), fc.integer({ min: 1, max: 0x7fff }))
        .map(([x, m]) => `((${x} & 0x7fffffff) % ${m})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('word'), fc.integer({ min: 1, max: 0x7fff }))
        .map(([x, m]) => `div(${x} & 0x7fffffff, ${m})`),
    },
    { weight: 1, arbitrary: fc.tuple(tie('word'), tie('word')).map(([x, y]) => `((${x} & 0xffff) * (${y} & 0x7fff))`) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('test'), tie('word'), tie('word')).map(([c, x, y]) => `(${c} ? ${x} : ${y})`),
    },
  ),
  wide: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'depth', withCrossShrink: true },
    { weight: 3, arbitrary: tie('word') },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('word'), fc.constantFrom('+', '-'), tie('word')).map(([x, op, y]) => `(${x} ${op} ${y})`),
    },
    { weight: 1, arbitrary: tie('word').map((x) => `(-${x})`) },
  ),
  test: fc
    .tuple(tie('word'), fc.constantFrom('<', '<=', '>', '>=', '===', '!=='), tie('word'), fc.constantFrom('', '!'))
    .map(([x, op, y, not]) => (not === '' ? `${x} ${op} ${y}` : `!(${x} ${op} ${y})`)),
}));

const program = (expressions: readonly string[]): string => `const t = makeWords(2);
${expressions.map((expression, i) => `function f${i}(a: number, b: number, c: number): number { return ${expression}; }`).join('\n')}
function select(i: number, a: number, b: number, c: number): number {
${expressions.map((_, i) => `  if (i === ${i}) return f${i}(a, b, c);`).join('\n')}
  return 0;
}
export function run(i: number, a: number, b: number, c: number): number { t[1] = b ^ c; return select(i, a, b, c); }
`;

/** Enough to meet every pair of operators, few enough for every save; KEMP_FUZZ_RUNS asks for more. */
const numRuns = Number(process.env.KEMP_FUZZ_RUNS ?? 6);

for (const profile of PROFILE_NAMES) {
  describeOn(profile, 'random expressions', (vm) => {
    it(`give on ${vm} (${profile}) what V8 gives`, async () => {
      const expressions = fc.array(word, { minLength: 20, maxLength: 30 });
      const operands = fc.array(fc.tuple(int32, int32, int32), { minLength: 8, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(expressions, operands, async (list, tuples) => {
          const { lua, js } = await compile(program(list), profile);
          const calls = list.flatMap((_, i) => tuples.map((tuple) => [i, ...tuple]));
          expect(runOnLua(vm, lua, calls)).toEqual(runOnV8(js, calls));
        }),
        { seed: 802154, numRuns },
      );
    });
  });
}
