// SPDX-License-Identifier: Apache-2.0
// docs/dialect.md says what the compiler does: its examples compile, its table of Lua is what comes out.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileLua } from '../../compiler/compile-lua.ts';
import { PROFILE_NAMES } from '../../compiler/profiles.ts';
import { compile } from './expect-lua.ts';

const text = readFileSync('docs/dialect.md', 'utf8');

const examples = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!);

/** Rows of the table below "What it becomes": the source, then what each profile makes of it. */
const rows = text
  .slice(text.indexOf('## What it becomes'))
  .split('\n\n')[1]!
  .split('\n')
  .slice(2)
  .map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '').replaceAll('\\|', '|')),
  );

describe('docs/dialect.md', () => {
  it('has examples and a table', () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expect(rows.length).toBeGreaterThanOrEqual(12);
  });

  it.each(examples)('compiles %s', async (source) => {
    for (const profile of PROFILE_NAMES) {
      const { lua } = await compileLua({ entry: 'docs/example.ts', source, profile });
      expect(lua).toMatch(/^return \{/m);
    }
  });

  it.each(rows)('tells what %s becomes', async (source, ...expected) => {
    const program = `export function run(a: number, b: number, c: number): number { return ${source}; }`;
    for (const [i, profile] of PROFILE_NAMES.entries()) {
      const { lua } = await compile(program, profile);
      expect(/return (.*)/.exec(lua)![1], profile).toBe(expected[i]);
    }
  });
});
