// SPDX-License-Identifier: Apache-2.0
// Closed images: functions that are kept become numbers, and memory becomes places in one table (docs/dialect.md).
import { describe, expect, it } from 'vitest';
import { inline } from '../../compiler/inline.ts';

const NO_MAP = { version: 3 as const, names: [], sources: [], mappings: '' };
const MAKERS = `function makeWords(n) { return new Int32Array(n); }
function makeBytes(n) { return new Uint8Array(n); }
`;

/** The chunk as it comes out, without what is declared for the intrinsics. */
function closed(code: string): string {
  return inline(MAKERS + code, NO_MAP, true).code.replace(/\s+/g, ' ');
}

const EXPORTS = 'export { goOn, run };';

describe('a function that is kept', () => {
  const KEPT = `let next = first;
let count = 0;
function goOn(then) { next = then; }
function first() { count += 1; goOn(second); }
function second() { count += 2; goOn(first); }
function run() { next(); }
`;

  it('is a number, and its call finds it', () => {
    const code = closed(KEPT + EXPORTS);
    expect(code).toContain('let next = 1;');
    expect(code).toContain('function run() { if (next < 1) { count += 2; goOn(1); } else { count += 1; goOn(0); } }');
    expect(code).not.toContain('function first');
  });

  it('does in JavaScript what it did', () => {
    const steps = (code: string): number =>
      Number(new Function(`${code.replace(/export \{[^}]*\};?/, '')}; run(); run(); run(); return count;`)());
    expect(steps(inline(MAKERS + KEPT + EXPORTS, NO_MAP, true).code)).toBe(4);
    expect(steps(MAKERS + KEPT + EXPORTS)).toBe(4);
  });

  it.each([
    [
      'goes to a module of the board',
      `${KEPT}function watch(run) { gpio.trig(1, run); }\nfunction begin() { watch(next); }\n`,
    ],
    ['is called with arguments', `${KEPT}function more() { next(1); }\n`],
    ['gives a value', `${KEPT}function more() { count = next(); }\n`],
  ])('stays a function where it %s', (_, code) => {
    const more = code.includes('begin') ? 'begin' : 'more';
    const made = closed(`${code}export { goOn, run, ${more} };`);
    expect(made).toContain('next = first');
    expect(made).not.toContain('perform');
  });

  it('is a number for one variable, and a function for another', () => {
    const made = closed(`${KEPT}gpio.trig(1, first);\n${EXPORTS}`);
    expect(made).toContain('gpio.trig(1, first)');
    expect(made).toContain('let next = 1;');
  });

  it('stays a function in a chunk that is not closed', () => {
    expect(inline(MAKERS + KEPT + EXPORTS, NO_MAP).code).toContain('let next = first;');
  });
});

describe('memory', () => {
  it('is a place in one table, its constants added up', () => {
    const made = closed(`const COUNT = 2;
const one = makeWords(10);
const other = makeBytes(6);
function sum(words, at) { return words[at + 1] + words[at - 1] + sum(words, at - 1); }
function run(at) { other[at] = one[COUNT]; one[at + COUNT] += other[5]; return sum(one, at) + sum(other, 3); }
export { run };`);
    expect(made).toContain('const memory = makeMemory$(16);');
    expect(made).toContain('memory[at + 11] = memory[3];');
    expect(made).toContain('memory[at + 3] += memory[16];');
    expect(made).toContain('memory[words + at + 1] + memory[words + at - 1]'.replace('- 1', '+ -1'));
    expect(made).toContain('const one = 1;');
  });

  it('has a table of its own where it is large and never passed', () => {
    const made = closed(`const large = makeWords(256);
const passed = makeWords(256);
function fill(words, at) { words[at] = 1; fill(words, at + 1); }
function run(at) { const t = large; fill(passed, at); return t[at] + large[at]; }
export { run };`);
    expect(made).toContain('const large = makeWords(256);');
    expect(made).toContain('t[at] + large[at]');
    expect(made).toContain('const passed = 1;');
  });

  it('is exported by its place', () => {
    const made = closed('const box = makeWords(4);\nfunction run(at) { return box[at]; }\nexport { box, run };');
    expect(made).toContain('export { box, run, memory };');
  });

  it('may be what a variable holds', () => {
    const made = closed(`const one = makeWords(4);
let now = makeWords(1);
function set() { now = one; }
function run(at) { return now[at]; }
export { run, set };`);
    expect(made).toContain('let now = 5;');
    expect(made).toContain('return memory[now + at];');
  });
});
