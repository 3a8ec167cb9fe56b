// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compile } from './expect-lua.ts';

/** What the compiler refuses, and how it says so. `a` is a parameter, `t` memory. */
const REFUSED: Record<string, RegExp> = {
  'class Box { x = 1; } use(Box as never);': /class declaration/,
  'const f = () => 1; a = f();': /arrow function/,
  'const f = function () { return 1; }; a = f();': /function expression/,
  'function inner(): number { return a; } a = inner();': /function declaration/,
  'const [x] = [a]; a = x;': /destructuring/,
  'const o = { x: a }; a = o.x;': /object literal expression/,
  'const l = [a]; a = l[0];': /array literal expression/,
  'a = Math.max(a, 1);': /global name Math/,
  'a = other(1);': /global name other/,
  'use(`${a}`);': /template expression/,
  "const s = 'x'; use(s); a = 1;": /string literal/,
  "a = ('x' + a) as never;": /a string as operand/,
  'try { a = 1; } catch { a = 2; }': /try statement/,
  'throw a;': /throw statement/,
  'switch (a) { case 1: a = 2; }': /switch statement/,
  'for (let i = 0; i < 3; i++) { if (i === 1) continue; a = i; }': /continue statement/,
  'outer: for (;;) { if (use(1) > 0) break outer; }': /labeled statement/,
  'for (const k in t) a = k as never;': /for in statement/,
  'for (const k of [1]) a = k;': /for of statement/,
  'a = t?.[0];': /optional chaining/,
  'a = null as never;': /null keyword/,
  'a = undefined as never;': /global name undefined/,
  'a = a / 2;': /operator \//,
  'a = a ** 2;': /operator \*\*/,
  'a = (a as never) == 1 ? 2 : 3;': /operator ==/,
  'a /= 2;': /operator \/=/,
  'a = 0.5;': /number 0.5/,
  'a = 1e3 + 0.5;': /number 1000.5/,
  'a = 4294967295;': /number 4294967295/,
  'a = a + 0x80000000;': /number 2147483648/,
  'a = 0x7fffffff + 1;': /number 2147483648/,
  'a = 10n as never;': /big int literal/,
  'a = a >>> 0;': /a shift by 0/,
  'a = a << 32;': /a shift by 32/,
  'a = a >>> b;': />>> by a variable/,
  'a = +a;': /operator \+ in an expression/,
  'a = typeof a as never;': /type of expression/,
  'a = b = 1;': /operator = in an expression/,
  'a = b++;': /postfix unary expression/,
  'a = (use(1), b);': /operator , in an expression/,
  'use(a) + 1;': /value is not used/,
  'if (a) b = 1;': /^$/, // legal by its form; the lint sees that a is a number
  'if (a & 1) b = 1;': /a number as condition/,
  'while (t[0]) b = 1;': /a number as condition/,
  'a = t[0] ? 1 : 2;': /a number as condition/,
  'if (!t[0]) b = 1;': /a number as condition/,
  'if (a > 1 && t[0]) b = 1;': /a number as condition/,
  'const c = a > 1 ? a > 2 : a < 5; if (c) a = 1;': /boolean a/,
  'a = (a > 1) + 1;': /a boolean as operand/,
  'a = t.length;': /property length/,
  'a = makeBytes(4)[0];': /makeBytes inside a function/,
  'const m = makeWords(a); a = m[0];': /makeWords inside a function/,
  't[use(1)] += 1;': /index has calls/,
  'a = a >> use(1);': /shift by the result of a call/,
  'a = a << div(b, 2);': /^$/,
  'var v = a; a = v;': /var/,
  'let f = div; a = f(1, 2);': /div used as a value/,
  'a = new Uint8Array(4)[0];': /new expression/,
  'a = t[0]!.valueOf();': /the property valueOf/,
};

const wrap = (body: string): string => `// line 2
const t = makeWords(4);
function use(x: number): number { t[1] = x; return x; }
export function run(a: number, b: number): number { use(b);
${body}
return a + b + t[0]; }`;

const refusal = async (source: string, profile: 'lua53' | 'lua51'): Promise<string> => {
  try {
    await compile(source, profile);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the compiler', () => {
  for (const [body, message] of Object.entries(REFUSED)) {
    it(`${message.source === '^$' ? 'takes' : 'refuses'} ${body}`, async () => {
      expect(await refusal(wrap(body), 'lua51')).toMatch(message);
    });
  }

  it('names file, line, column and what is allowed', async () => {
    expect(await refusal(wrap('a = a / 2;'), 'lua53')).toBe(
      'image: 1 error\n  test/compiler/sample.ts:6:5: the operator / in an expression. ' +
        'Allowed: + - * % & | ^ ~ << >> >>> === !== < <= > >= && || ! and div(a, b)',
    );
  });

  it('names all errors of a bundle', async () => {
    expect(await refusal(wrap('a /= 2;\nb = 0.5;\nif (a + 1) b = 1;'), 'lua53')).toMatch(
      /3 errors\n.*:6:1: .*\n.*:7:5: .*\n.*:8:5: /,
    );
  });

  it('refuses memory of a size not known', async () => {
    expect(await refusal('let n = 3; n++; export const m = makeBytes(n);', 'lua53')).toMatch(
      /makeBytes\(n\).*constant n of 1 to 4096/,
    );
    expect(await refusal('export const m = makeBytes(0);', 'lua53')).toMatch(/makeBytes\(0\)/);
  });

  it('refuses an export that is assigned later', async () => {
    expect(await refusal('export let n = 3; export function run(): void { n++; }', 'lua53')).toMatch(/the export n/);
  });

  it('refuses another function of the name of an intrinsic', async () => {
    expect(
      await refusal(
        "import '../../crypto-core/tables.ts';\nexport function div(a: number): number { return a; }",
        'lua53',
      ),
    ).toMatch(/sample\.ts:2: a function named div/);
  });

  it('refuses an import that is not there', async () => {
    expect(
      await refusal("import { nothing } from '../../crypto-core/tables.ts';\nexport const x = nothing;", 'lua53'),
    ).toMatch(/"nothing" is not exported/);
  });
});
