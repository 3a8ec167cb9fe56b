// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { boardNames, readBoard } from '../../compiler/boards.ts';
import { imageNames } from '../../compiler/images.ts';

interface Entry {
  input: string;
}

// Through a variable: the configuration runs the built compiler, which TypeScript need not know.
const path = '../../rollup.config.js';
const { default: config } = (await import(path)) as { default: (args: { configBoards?: string }) => Entry[] };

const images = (names: readonly string[]): string[] =>
  names.flatMap((name) => imageNames(readBoard(name)).map((image) => `${name}.${image}.ts`));
const inputs = (args: { configBoards?: string }): string[] =>
  config(args).map(({ input }) => input.replace(/^.*\//, ''));

describe('rollup.config.js', () => {
  it('makes every role of every board, the self-test of those of hardware, and crypto-core for each Lua and for npm', () => {
    expect(inputs({})).toEqual([...images(boardNames()), ...Array.from({ length: 4 }, () => 'library.ts'), 'npm.ts']);
  });

  it('makes the boards asked for and nothing else', () => {
    expect(inputs({ configBoards: 'bench' })).toEqual(images(['bench']));
    expect(inputs({ configBoards: 'bench,bench-lua51' })).toEqual(images(['bench', 'bench-lua51']));
  });

  it('names the boards there are where one is asked for that is not', () => {
    expect(() => config({ configBoards: 'bank' })).toThrow(/expected boards of .*bench.*, got bank/);
  });
});
