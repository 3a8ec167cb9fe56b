// SPDX-License-Identifier: Apache-2.0
// The library `kemp-mote/host`: what package.json says is there, with types, and the example of host/README.md does what it says.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { inRepository } from '../../host/root.ts';

const PAGE = readFileSync(inRepository('host', 'README.md'), 'utf8');

it('runs the example of the page, from the package as built', { timeout: 120_000 }, () => {
  const [, example] = /## As a library\n\n```ts\n([^]*?)```/.exec(PAGE)!;
  // Beside package.json: the package knows itself by its name.
  const path = inRepository('dist', 'library-example.mjs');
  writeFileSync(path, example!.replaceAll('!)', ')'));
  try {
    const out = execFileSync(process.execPath, [path], { encoding: 'utf8', timeout: 100_000 });
    expect(out).toContain("short: '0021'");
  } finally {
    rmSync(path);
  }
});

it('has types', () => {
  const { exports } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as {
    exports: Record<string, { types: string }>;
  };
  const types = readFileSync(inRepository(exports['./host']!.types), 'utf8');
  for (const name of ['MoteConsole', 'openPort', 'openPty', 'serveBench', 'examine']) expect(types).toContain(name);
});
