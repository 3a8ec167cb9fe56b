// SPDX-License-Identifier: Apache-2.0
// docs/porting.md, followed to the letter in a copy of the repository: its file, its commands.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boardNames } from '../../compiler/boards.ts';
import { ROOT } from '../../compiler/roots.ts';

/** What an image is made of, and what makes and runs it. */
const COPIED = ['board-defs', 'crypto-core', 'firmware', 'scenarios', 'package.json', 'rollup.config.js'];
const BUILT = ['dist/compiler', 'dist/firmware', 'dist/host'];

const page = readFileSync(join(ROOT, 'docs/porting.md'), 'utf8');
const blocks = [...page.matchAll(/```(json|)\n(.*?)```/gs)].map(([, kind, text]) => ({ kind, text: text! }));
const board = blocks.find(({ kind }) => kind === 'json')!.text;
const [name, file] = [JSON.parse(board).name as string, /`(board-defs\/[a-z-]+\.json)`:/.exec(page)![1]!];
const commands = blocks.find(({ text }) => text.includes('rollup'))!.text;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kemp-port-'));
  for (const part of [...COPIED, ...BUILT]) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the page's command that has this in it, from there on. */
function follow(from: string): { status: number | null; text: string } {
  const line = commands.split('\n').find((one) => one.includes(from))!;
  const [program, ...args] = line.slice(line.indexOf(from)).split(' ');
  const run = spawnSync(program!, args, { cwd: folder, encoding: 'utf8' });
  return { status: run.status, text: run.stdout + run.stderr };
}

it('the page makes a board that there was not', { timeout: 180_000 }, () => {
  expect(boardNames()).not.toContain(name);
  expect(file).toBe(`board-defs/${name}.json`);
  writeFileSync(join(folder, file), board);
  expect(follow('npx rollup')).toEqual({ status: 0, text: '' });
  for (const role of JSON.parse(board).roles) expect(existsSync(join(folder, `dist/${name}/${role}.lua`))).toBe(true);
  const image = readFileSync(join(folder, `dist/${name}/mote.lua`), 'utf8');
  // Its own pins: the interrupt is on IO index 1.
  expect(image).toMatch(/gpio\.trig\(1, /);

  const { status, text } = follow('node dist/host/kemp.js');
  expect(text).toMatch(/coldstart.*(\d+) of \1 motes hold keys/);
  expect(status).toBe(0);
});

it('a pin without an interrupt is refused with its place', { timeout: 60_000 }, () => {
  writeFileSync(join(folder, file), board.replace('"interrupt": 1', '"interrupt": 0'));
  const { status, text } = follow('npx rollup');
  expect(status).not.toBe(0);
  expect(text).toMatch(/my-board\.json[^]*expected a pin from 1 to 12[^]*hardware\.pins\.interrupt/);
});
