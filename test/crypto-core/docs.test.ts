// SPDX-License-Identifier: Apache-2.0
// The examples of docs/crypto-core.md run, and print what their comments say.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import ts from 'typescript';
import * as core from '../../crypto-core/index.ts';
import * as tables from '../../crypto-core/tables.ts';
import { describeWith, runLua } from '../tools.ts';
import { bundle } from './engines.ts';
import { sealed } from './oracle.ts';

const PAGE = readFileSync(new URL('../../docs/crypto-core.md', import.meta.url), 'utf8');

function example(language: string): string {
  const found = new RegExp('^```' + language + '\\n([^]*?)^```$', 'm').exec(PAGE);
  if (!found) throw new Error(`no example in ${language}`);
  return found[1] as string;
}

it('runs the example in TypeScript', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const modules: Record<string, unknown> = { './crypto-core/index.ts': core, './crypto-core/tables.ts': tables };
  const { outputText } = ts.transpileModule(example('ts'), { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  new Function('require', 'exports', outputText)((name: string) => modules[name], {});
  const printed = log.mock.calls.map((values) => values.join(' '));
  log.mockRestore();
  const text = sealed({
    kind: 'seal',
    key: '00000000010101010202020203030303',
    nonce: '000102030405060708090a0b0c',
    aad: '6061626364',
    text: '65666768696a6b6c6d6e6f',
    tagLength: 8,
  });
  expect(printed).toEqual([`1 ${text.slice(22, 30)}`, '1 true', '2 0']);
  expect(PAGE).toContain(`// ${printed[0]}`);
});

it('runs the example for npm', () => {
  const code = example('js');
  const said = /console\.log.*\/\/ (.*)/.exec(code)?.[1];
  const options = { encoding: 'utf8' } as const;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', code], options)).toBe(`${said}\n`);
});

describeWith('lua5.3', 'on lua5.3', () => {
  it('runs the example in Lua', async () => {
    const script = example('lua').replace(
      "local core = dofile('dist/crypto-core/lua53w.lua')\n",
      await bundle('lua53w'),
    );
    expect(script).not.toContain('dofile');
    expect(runLua('lua5.3', { script })).toBe('true\t23\ntrue\ttrue\ntrue\ttrue\n');
  });
});
