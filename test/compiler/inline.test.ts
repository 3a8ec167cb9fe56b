// SPDX-License-Identifier: Apache-2.0
// Functions that go where they are called. V8 runs the chunk as Rollup made it, so that it is the oracle here as well.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activeLocals } from '../../compiler/gates/limits.ts';
import { openImage } from '../../compiler/gates/index.ts';
import { inline } from '../../compiler/inline.ts';
import { PROFILES } from '../../compiler/profiles.ts';
import { compile, dialect } from './expect-lua.ts';
import { program } from './inline/programs.ts';

/** `note` and `flip` leave a trace of what was done in which order; they are exported and stay. */
const PRELUDE = `
  const t = makeWords(8);
  const trail = makeWords(8);
  let sum = 0;
  let last = 0;
  export function note(x: number): number { sum = ((sum << 5) - sum + x) | 0; trail[x & 7] ^= sum; last = x; return x; }
  export function flip(x: number): boolean { return (note(x) & 1) === 0; }
  export function run(a: number, b: number): number { go(a, b); return sum ^ trail[0] ^ trail[3] ^ t[0] ^ t[5]; }
`;

const VALUES = [0, 1, 2, 5, -3];

/** Names of the functions of a chunk, those of the prelude apart. */
async function left(source: string): Promise<string[]> {
  const { lua } = await compile(PRELUDE + source, 'lua53');
  const names = [...lua.matchAll(/^(?:local )?function (\w+)|^(\w+) = function/gm)].map(
    ([, one, other]) => one ?? other!,
  );
  return names.filter((name) => !['note', 'flip', 'run'].includes(name));
}

/** A program with a function `go(a, b)`: it does the same with functions inlined, and of these some stay. */
function inlines(title: string, source: string, staying: readonly string[] = []): void {
  dialect(PRELUDE + source)
    .callingPairs(VALUES)
    .agrees(title);
  it(`${title}: ${staying.length === 0 ? 'none stays' : `${staying.join(', ')} stays`}`, async () => {
    expect(await left(source)).toEqual(staying);
  });
}

describe('calls as statements', () => {
  inlines(
    'early returns become branches',
    `function late(x: number): void { if (x > 2) { note(1); return; } if (x === 0) return; note(x); if (x < 0) note(7); else { note(8); } note(9); }
     function go(a: number, b: number): void { note(20); late(a); note(21); if (b > a) late(b); note(22); }`,
  );
  inlines(
    'at the end of a function returns stay, in loops too',
    `function search(x: number): void { for (let i = 0; i < 4; i++) { for (let j = 0; j < 4; j++) { if (i * j === x) { note(i); return; } } note(40); } note(30); }
     function last2(x: number, y: number): number { for (let i = 0; i < 5; i++) { for (let j = 0; j < 2; j++) if (i + j === x) return note(i); } return y; }
     function end(x: number): number { note(1); return last2(x, 9); }
     function go(a: number, b: number): void { note(end(a)); if (a > b) { search(a); return; } note(2); search(b); }`,
    ['end_', 'go'],
  );
  inlines(
    'a value that is not used is only evaluated',
    `function twice(x: number): number { if (x < 0) return note(3); if (x === 0) return 4; note(x); return x * 2; }
     function sumOf(x: number): number { return x + t[1]; }
     function go(a: number, b: number): void { twice(a); sumOf(b); sumOf(note(b)); twice(note(a)); }`,
  );
  inlines(
    'an else keeps to its if',
    `function guard(x: number): void { if (x > 1) note(x); }
     function go(a: number, b: number): void { if (a > b) guard(a); else note(5); if (a < 0) guard(b); else if (b < 0) guard(1); else note(6); }`,
  );
});

describe('values', () => {
  inlines(
    'of declarations and assignments',
    `let kept = 0;
     function size(x: number): number { if (x > 4) return 4; const y = note(x) + 1; if (y === 2) { note(y); return 7; } return y; }
     function go(a: number, b: number): void { const first = size(a); let second = first; second = size(second); kept = size(b); note(first + second + kept); }`,
  );
  inlines(
    'of assignments to memory',
    `function size(x: number): number { if (x > 4) return 4; t[4] += x; return x + 1; }
     function go(a: number, b: number): void { t[2] = size(b); t[a & 7] = size(a); t[(a + b) & 7] = size(1); let c = a; c += size(b); note(c); }`,
  );
  inlines(
    'of loops that search, which become a break',
    `let found = 0;
     function place(x: number): number { for (let i = 0; i < 8; i++) { if (t[i] === x) return i; if (i === x) { note(i); return -2; } } return -1; }
     function seen(x: number): boolean { let i = 0; while (i < 3) { if (flip(i + x)) return true; i++; } return false; }
     function go(a: number, b: number): void { const at = place(a); note(at); if (seen(b)) note(3); found = b; found = place(found); let own = 2; own = place(own + b); note(found + own); }`,
  );
  inlines(
    'of a search that goes to a name which the search itself uses',
    `let found = 5;
     export function near(x: number): boolean { note(found); return t[x] === found; }
     function place(x: number): number { for (let i = 0; i < 4; i++) { if (near(i + x)) return i; } return -1; }
     function again(x: number): number { for (let i = 0; i < x; i++) { if (flip(i + x)) return i; } return 9; }
     function go(a: number, b: number): void { found = place(a & 3); note(found); let own = b; own = again(own); note(own); }`,
    ['near'],
  );
});

describe('conditions', () => {
  inlines(
    'of if and of else if',
    `function fits(x: number): boolean { if (x > 3) return false; note(x); return x !== 1; }
     function go(a: number, b: number): void {
       if (fits(a)) note(11); else if (!fits(b)) note(12); else note(13);
       if (a > 0 && fits(note(b)) && b > 0) note(14);
       if (flip(a) || fits(b)) note(15);
       if ((a > 0 && fits(b)) === flip(3)) note(16);
     }`,
  );
  inlines(
    'within conditions',
    `function fits(x: number): boolean { if (x > 3) return false; note(x); return x !== 1; }
     function size(x: number): number { if (x > 1) return 4; note(x); return x; }
     function go(a: number, b: number): void {
       let c = flip(a) ? size(b) : a - b; c += b > 0 ? 3 : size(note(a)); note(c);
       while (c > 1) { c--; if ((c > b || fits(c)) && flip(c)) note(fits(a) ? 1 : 2); }
     }`,
  );
  inlines(
    'that are returned',
    `function fits(x: number): boolean { if (x > 3) return false; note(x); return x !== 1; }
     function both(x: number, y: number): boolean { return flip(x) && fits(y); }
     function any(x: number, y: number): boolean { return flip(x) || (y > 1 && fits(y)); }
     function either(x: number, y: number): number { return flip(x) ? late(y) : late(x); }
     function late(x: number): number { if (x > 1) return note(x); return -x; }
     function go(a: number, b: number): void { if (both(a, b)) note(1); if (any(a, b)) note(2); note(either(a, b)); }`,
  );
});

describe('operands', () => {
  inlines(
    'before an inlined call are evaluated before it',
    `function bump(x: number): number { if (x > 3) return 0; t[0] += x; return t[0]; }
     function same(x: number): number { return x; }
     export function mix(p: number, q: number, r: number): number { return note(p) - note(q) * 3 + r; }
     function go(a: number, b: number): void {
       note(t[0] + bump(a)); note(mix(t[0], bump(b), note(t[0]))); note(mix(note(1), bump(b), t[0])); note(t[0] - bump(b) * t[0] + t[0]);
       note(last + same(note(b)) + last);
     }`,
    ['mix'],
  );
  inlines(
    'that are names of the top level are what they were before it',
    `let step = 1;
     function next(): number { step++; return step; }
     function go(a: number, b: number): void {
       note(step + next()); t[step & 7] = 5; note(t[next() & 7] + t[step & 7]); note(a + next() * step + b); step += a; note(next() - step);
     }`,
  );
  inlines(
    'of assignments stay in order, or the function stays',
    `let step = 1;
     function next(): number { step++; return step; }
     function add(x: number): number { t[1] += x; return x; }
     function go(a: number, b: number): void { step += next(); t[1] += add(a); t[step & 7] = next(); t[b & 7] = add(b); }`,
    ['next', 'add'],
  );
  inlines(
    'through a function value are called as they were before',
    `let then: (x: number) => number = one;
     function one(x: number): number { return note(x) + 1; }
     function two(x: number): number { return note(x) + 2; }
     function turn(x: number): number { if (x > 1) return 3; then = x === 0 ? one : two; return x; }
     function go(a: number, b: number): void { note(then(turn(a))); note(then(turn(b))); }`,
    ['one', 'two'],
  );
});

describe('one expression', () => {
  inlines(
    'stands anywhere, in the heads of loops too',
    `function half(x: number): number { return x >> 1; }
     function small(x: number): boolean { return x < 5 && t[x & 7] >= 0; }
     function at(i: number): number { return t[i & 7]; }
     function go(a: number, b: number): void {
       for (let i = half(a); i < half(12); i += half(4)) note(i);
       let k = b; while (small(k)) { k++; note(at(k)); }
       do { k--; } while (k > half(k) && flip(k));
       note(flip(a) ? half(b) : at(a)); note(at(at(at(b)))); note(a > 0 && small(b) ? 1 : half(t[3]));
     }`,
  );
  inlines(
    'evaluates its arguments first, once and in order',
    `function minus(x: number, y: number): number { return y - x; }
     function doubled(x: number): number { return x * x; }
     function unused(x: number, y: number): number { return y; }
     function guarded(x: number, y: number): boolean { return y > 1 && flip(x); }
     function wrapped(x: number, y: number): number { return note(x) + y; }
     function go(a: number, b: number): void {
       note(minus(note(a), note(b))); note(doubled(note(3))); note(unused(note(a), t[1])); if (guarded(note(b), a)) note(2);
       note(wrapped(last, last)); note(wrapped(1, t[1])); note(wrapped(note(a), last));
     }`,
  );
});

describe('arguments', () => {
  inlines(
    'are what they were at the call',
    `let top = 3;
     function change(x: number, y: number): number { x += 2; t[1] = x; top = y + 1; return x + y; }
     function slow(x: number, y: number): number { note(1); top = 9; return x + y; }
     function read(x: number): number { const y = x; note(4); return y + x; }
     function swap(x: number, y: number): number { return late(y, x); }
     function late(x: number, y: number): number { if (x > y) return note(x - y); return y; }
     function go(a: number, b: number): void {
       note(change(a, b)); note(change(top, t[1])); note(slow(top, t[a & 7])); note(read(t[0])); note(read(top)); note(swap(a, b));
       let x = a; x = change(x, x); note(x);
     }`,
  );
  inlines(
    'that Rollup has left out are not missed',
    `function same(x: number, always: number, y: number): number { if (x > 3) return always + y; return note(x); }
     function off(wanted: boolean): void { if (wanted) note(1); else note(sum & 255); }
     function go(a: number, b: number): void { note(same(a, 7, b)); note(same(b, 7, a)); off(false); }`,
  );
  inlines(
    'are not caught by names of the same text',
    `function f(a: number): number { const b = a + 1; const t = b * 2; for (let i = 0; i < 2; i++) note(t + i); return t - b; }
     function g(b: number): number { const a = f(b); let i = f(a); { const a = 4; i += a; } for (let i = 0; i < 2; i++) note(i + b); return i + t[1]; }
     function go(a: number, b: number): void { for (let i = 0; i < 2; i++) { const t = g(i + a); note(t + f(b) + i); } }`,
  );
});

inlines(
  'functions within functions within functions',
  `function a1(x: number): number { if (x > 2) return 1; return note(x); }
   function a2(x: number): number { for (let i = 0; i < 3; i++) { const y = a1(i + x); if (y > 1) return y; } return 8; }
   function a3(x: number, y: number): boolean { const z = a2(x); if (z === y) return false; return a2(z) !== y; }
   function a4(x: number): void { while (a3(t[2], x)) { note(x); if (sum > 0) return; sum++; } }
   function go(a: number, b: number): void { if (a3(a, b)) a4(a); a4(b); }`,
  ['a3'],
);

describe('what stays a function', () => {
  const big = Array.from({ length: 24 }, (_, i) => `t[${i % 8}] = (t[x & 7] + ${i}) | 0;`).join(' ');
  const many = (name: string, n: number): string =>
    `${Array.from({ length: n }, (_, i) => `const ${name}${i} = note(${i});`).join(' ')} note(${Array.from({ length: n }, (_, i) => `${name}${i}`).join(' + ')});`;
  const SAMPLES: Record<string, [source: string, staying: string[]]> = {
    'an export': [
      'export function f(x: number): number { return x; } function go(a: number): void { note(f(a)); }',
      ['f'],
    ],
    'a function that is a value': [
      'let h: () => void = f; function f(): void { note(1); } function go(a: number): void { f(); if (a > 0) h = f; h(); }',
      ['f'],
    ],
    'a function that calls itself': [
      'function f(x: number): number { if (x < 1) return 0; return f(x - 2) + 1; } function go(a: number): void { note(f(a)); }',
      ['f'],
    ],
    'one of functions that call each other': [
      'function even(x: number): boolean { return x < 1 || odd(x - 1); } function odd(x: number): boolean { if (x < 1) return false; return even(x - 1); } function go(a: number): void { if (even(a)) note(1); }',
      ['even'],
    ],
    'what module initialisation calls': [
      'fill(3); function fill(x: number): void { t[0] = x; } function go(a: number): void { fill(a); }',
      ['fill'],
    ],
    'what needs statements in the head of a loop': [
      'function f(x: number): boolean { if (x > 3) return false; note(x); return true; } function go(a: number): void { let i = a; while (f(i)) i++; }',
      ['f'],
    ],
    'a value returned from loops in loops': [
      'function f(x: number): number { for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) if (i * j === x) return i; return 4; } function go(a: number): void { note(f(a)); }',
      ['f'],
    ],
    'a value returned from a loop, or another one that is not constant': [
      'function f(x: number): number { for (let i = 0; i < 3; i++) if (t[i] === x) return i; return last; } function go(a: number): void { note(f(a)); }',
      ['f'],
    ],
    'what would be written twice at length': [
      `function f(x: number): void { ${big} } function go(a: number, b: number): void { f(a); f(b); }`,
      ['f'],
    ],
    'what would take more locals than there are': [
      `function f(): void { ${many('x', 26)} } function go(): void { ${many('y', 24).replace('note(y0', 'f(); note(y0')} }`,
      ['f'],
    ],
    'a caller that is not of the kind that is known': [
      'function f(x: number): number { return x + 1; } export function go(a: number): void { note(f(a) as never); }',
      ['go'],
    ],
  };
  for (const [title, [source, staying]] of Object.entries(SAMPLES)) {
    it(title, async () => {
      expect((await left(source)).filter((name) => name !== 'go' || staying.includes('go'))).toEqual(staying);
    });
  }

  it('leaves no function with more locals than 5.1 has', async () => {
    const f = (i: number): string =>
      `function f${i}(): void { ${many(`x${i}_`, 9)} ${i > 0 ? `f${i - 1}();` : ''} note(x${i}_0); }`;
    const source = `${Array.from({ length: 12 }, (_, i) => f(i)).join('\n')} function go(): void { f11(); }`;
    const { lua } = await compile(PRELUDE + source, 'lua51');
    const [, ...functions] = openImage('locals', lua, undefined, PROFILES.lua51).functions;
    expect(Math.max(...functions.map(activeLocals))).toBeGreaterThan(20);
    expect(Math.max(...functions.map(activeLocals))).toBeLessThanOrEqual(45);
    expect(functions.length).toBeLessThan(9);
  });

  it('nests no blocks deeper than a Lua compiler goes', async () => {
    const f = (i: number): string =>
      `function f${i}(x: number): void { const y = x * 2 + i; if (y > 0) f${i - 1}(y); note(y); }`.replace(
        '+ i',
        `+ ${i}`,
      );
    const source = `function f0(x: number): void { note(x); } ${Array.from({ length: 150 }, (_, i) => f(i + 1)).join('\n')} function go(a: number): void { f150(a); }`;
    expect((await left(source)).length).toBeGreaterThan(1);
  });
});

it('an error is told where the inlined function was written', async () => {
  const source = `export function run(a: number): number {
  return third(a);
}
function third(x: number): number {
  const y = x + 1;
  return y / 3;
}`;
  await expect(compile(`// the first line\n${source.replace('makeWords', '')}`, 'lua53')).rejects.toThrow(
    /sample\.ts:8:10: the operator \//,
  );
});

describe('random programs', () => {
  const NO_MAP = { version: 3 as const, names: [], sources: [], mappings: '' };
  const functions = (code: string): number => code.match(/^function /gm)!.length;

  /** What run(a, b) gives, or how it ends, and what it leaves in memory. */
  function traces(code: string): string[] {
    const exports: Record<string, (...args: readonly number[]) => unknown> = {};
    const names = /^export \{ (.*) \};$/m.exec(code)![1]!.split(', ');
    const assignments = names.map((name) => `exports.${name} = ${name};`).join(' ');
    new Function('exports', code.replace(/^export .*$/m, assignments))(exports);
    return [
      [1, 2],
      [0, 0],
      [-5, 7],
      [3, 3],
    ].flatMap((args) => {
      let result: unknown;
      try {
        result = exports.run!(...args);
      } catch (error) {
        result = (error as Error).message;
      }
      return [String(result), String(exports.trace!())];
    });
  }

  it('do the same in the same order after inlining', () => {
    let before = 0;
    let after = 0;
    const same = fc.property(program, (code) => {
      const inlined = inline(code, NO_MAP).code;
      before += functions(code);
      after += functions(inlined);
      expect(traces(inlined)).toEqual(traces(code));
    });
    fc.assert(same, { seed: 802154, numRuns: 20 * Number(process.env.KEMP_FUZZ_RUNS ?? 6) });
    expect(after).toBeLessThan(before * 0.7);
  });
});
