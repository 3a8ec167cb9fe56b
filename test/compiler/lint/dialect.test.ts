// SPDX-License-Identifier: Apache-2.0
// The dialect's lint rules on bad and good samples, with types; and that eslint.config.js applies them where they belong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialectRules, plugin } from '../../../compiler/lint/dialect.js';

/** Each refused with this message. `a` and `b` are numbers, `flag` is a boolean, `t` is memory. */
const BAD: Record<string, RegExp> = {
  'export class Box {}': /A class/,
  'export const f = () => 1;': /closure/,
  'export const f = function () { return 1; };': /closure/,
  'export function f(): void { function g(): void {} g(); }': /function in a function/,
  'export async function f(): Promise<void> { await g(); } declare function g(): Promise<void>;': /top level/,
  'export function f(...a: number[]): number { return a[0]; }': /Rest/,
  'export function f(a = 1): number { return a; }': /default values/,
  'declare const t: [number]; export const [x] = t;': /Destructuring/,
  'export const o = { x: 1 };': /literal allocates/,
  'export const l = [1, 2];': /literal allocates/,
  'export const m = new Map();': /new allocates/,
  'declare function makeWords(n: number): number; export function f(): number { return makeWords(4); }':
    /inside a function/,
  'declare const a: number; export const s = `${a}`;': /template string/,
  "export const s = 'text';": /A string/,
  'export function f(a: string): boolean { return a === "x"; }': /A string/,
  'export function f(): void { try { f(); } catch { f(); } }': /try and throw/,
  'export function f(): void { throw 1; }': /try and throw/,
  'export function f(a: number): number { switch (a) { default: return 1; } }': /switch/,
  'export function f(a: number): void { while (a > 1) { if (a > 2) continue; } }': /continue/,
  'export function f(): void { x: for (;;) break x; }': /continue and labels/,
  'declare const t: number[]; export function f(): void { for (const x of t) g(x); } declare function g(x: number): void;':
    /iterator/,
  'declare const t: object; export function f(): void { for (const x in t) g(x); } declare function g(x: string): void;':
    /iterator/,
  'declare const t: { x: number } | undefined; export function f(): number | undefined { return t?.x; }':
    /Optional chaining/,
  'export let n: number | null = null;': /null and undefined/,
  'export function f(a?: number): boolean { return a === undefined; }': /null and undefined/,
  'export const x = 0.5;': /This literal/,
  'export const x = 1e3;': /This literal/,
  'export const x = 10n;': /This literal/,
  'export function f(a: number): boolean { return a == 1; }': /=== and !==/,
  'export function f(a: number): number { return a / 2; }': /div\(a, b\)/,
  'export function f(a: number): number { return a ** 2; }': /div\(a, b\)/,
  'export function f(a: number): number { a /= 2; return a; }': /div\(a, b\)/,
  'export function f(a: number | undefined): number { return a ?? 1; }': /on booleans/,
  'export function f(a: number): boolean { return typeof a === typeof f; }': /int32 arithmetic/,
  'export function f(a: number): number { return +a; }': /int32 arithmetic/,
  'export function f(a: number): number { return (f(a), a); }': /comma operator/,
  'export function f(a: number): number { return a++; }': /statements of their own/,
  'export function f(a: number, b: number): number { a = b = 1; return a + b; }': /statements of their own/,
  'var x = 1; export { x };': /let and const/,
  'export enum E { A }': /const NAME = number/,
  'export default 1;': /by name/,
  'declare const t: { x: number }; export function f(): number { return t.x; }': /A property/,
  'export function f(a: number): void { if (a) f(a); }': /Unexpected (number|value)/,
  'declare const t: number[]; export function f(): void { while (t[0]) f(); }': /Unexpected/,
  'export function f(a: number, flag: boolean): void { if (flag && a) f(a, flag); }': /Unexpected/,
  'export function f(a: number): boolean { return !a; }': /Unexpected/,
  'export function f(flag: boolean, other: boolean): boolean { return flag ? other : true; }': /boolean a/,
  'export function f(flag: boolean): boolean { return flag ? g() : true; } declare function g(): boolean;': /boolean a/,
  'export function f(a: number, s: string): string { return a + s; }': /Operands of/,
};

const GOOD: readonly string[] = [
  `import { div } from './tables.js';
import * as mac from './tables.js';
export const LIMIT = 1 << 4;
const HANDLER = 0;
let next: (x: number) => void = done;
let ready = false;
function done(x: number): void { if (x === LIMIT && !ready) ready = true; }
export function begin(a: number, t: mac.Words, then: (x: number) => void): number {
  next = then;
  for (let i = 0; i < a; i++) { t[i] ^= (a + i) | 0; }
  do { a--; } while (a > 3 && t[HANDLER] !== 0);
  while (ready || a < 0) { a += 2; if (a === 7) break; }
  next(mac.div(a, 2));
  return ready ? div(a, LIMIT) : ~a >>> 1;
}`,
];

const TABLES =
  'export interface Words { [index: number]: number }\nexport declare function div(a: number, b: number): number;\n';

describe('the dialect lint', () => {
  let folder = '';
  let messages = new Map<string, string>();
  const samples = [...Object.keys(BAD), ...GOOD];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kemp-lint-'));
    const compilerOptions = { strict: true, module: 'NodeNext', target: 'ES2022', types: [], lib: ['ES2023'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'tables.ts'), TABLES);
    samples.forEach((sample, i) => writeFileSync(join(folder, `sample${i}.ts`), sample));
    const eslint = new ESLint({
      cwd: folder,
      overrideConfigFile: true,
      overrideConfig: {
        files: ['**/*.ts'],
        languageOptions: {
          parser: tseslint.parser as never,
          parserOptions: { project: './tsconfig.json', tsconfigRootDir: folder },
        },
        plugins: { mote: plugin as never, '@typescript-eslint': tseslint.plugin as never },
        rules: dialectRules({ properties: false }) as never,
      },
    });
    const results = await eslint.lintFiles(['sample*.ts']);
    const number = (path: string): number => Number(/sample(\d+)\.ts$/.exec(path)![1]);
    messages = new Map(
      results.map((result) => [
        samples[number(result.filePath)]!,
        result.messages.map((one) => one.message).join('\n'),
      ]),
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.keys(BAD))('refuses %s', (sample) => {
    expect(messages.get(sample)).toMatch(BAD[sample]!);
  });

  it.each(GOOD)('passes %s', (sample) => {
    expect(messages.get(sample)).toBe('');
  });
});

describe('eslint.config.js', () => {
  const eslint = new ESLint();
  const rules = async (path: string): Promise<Record<string, unknown[]>> =>
    ((await eslint.calculateConfigForFile(path)) as { rules: Record<string, unknown[]> }).rules;

  it('applies the dialect to what motes run, and to nothing else', async () => {
    for (const path of [
      'crypto-core/aes.ts',
      'firmware/mac/fcs.ts',
      'firmware/roles/mote.ts',
      'board-defs/bench/index.ts',
    ]) {
      expect((await rules(path))['mote/conditional-value']?.[0], path).toBe(2);
      expect((await rules(path))['@typescript-eslint/strict-boolean-expressions']?.[0], path).toBe(2);
      expect((await rules(path))['no-restricted-syntax']?.length, path).toBeGreaterThan(30);
    }
    for (const path of ['crypto-core/tables.ts', 'host/kemp.ts', 'compiler/plan.ts', 'test/tools.ts']) {
      expect((await rules(path))['mote/conditional-value'], path).toBeUndefined();
    }
  });

  it('lets board definitions alone have properties', async () => {
    expect((await rules('board-defs/bench/index.ts'))['mote/property']?.[0]).toBe(0);
    expect((await rules('firmware/mac/fcs.ts'))['mote/property']?.[0]).toBe(2);
  });

  /** From a file, an import, and whether the folders' directions allow it. */
  it.each<[string, string, boolean]>([
    ['crypto-core/aes.ts', './tables.ts', true],
    ['crypto-core/aes.ts', '../firmware/events.ts', false],
    ['crypto-core/aes.ts', 'node:fs', false],
    ['firmware/mac/fcs.ts', '#board', true],
    ['firmware/mac/fcs.ts', './little-endian.ts', true],
    ['firmware/mac/fcs.ts', '../../crypto-core/index.ts', true],
    ['firmware/mac/fcs.ts', '../../board-defs/bench/index.ts', false],
    ['firmware/mac/fcs.ts', '../../host/root.ts', false],
    ['firmware/mac/fcs.ts', 'zod', false],
    ['board-defs/bench/index.ts', '../../firmware/board.ts', true],
    ['board-defs/bench/index.ts', '../../crypto-core/index.ts', true],
    ['board-defs/bench/index.ts', './abi.ts', true],
    ['board-defs/bench/index.ts', '../../firmware/kemp/run.ts', false],
    ['board-defs/bench/index.ts', '../../host/root.ts', false],
    ['host/vm/open.ts', '../../firmware/records.ts', true],
    ['host/vm/open.ts', '../../firmware/events.ts', true],
    ['host/vm/open.ts', 'zod', true],
    ['host/vm/open.ts', '../../firmware/kemp/run.ts', false],
    ['host/vm/open.ts', '../../board-defs/bench/abi.ts', false],
    ['host/vm/open.ts', '../../crypto-core/index.ts', false],
    ['compiler/plan.ts', 'typescript', true],
    ['compiler/plan.ts', '../crypto-core/tables.ts', false],
    ['compiler/plan.ts', '../firmware/board.ts', false],
  ])('%s importing %s: %s', async (path, source, allowed) => {
    const [, { patterns }] = (await rules(path))['no-restricted-imports'] as [
      number,
      { patterns: { regex: string }[] },
    ];
    expect(patterns.some(({ regex }) => new RegExp(regex, 'u').test(source))).toBe(!allowed);
  });
});
