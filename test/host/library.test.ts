// SPDX-License-Identifier: Apache-2.0
// The library `kemp-mote/host`: what package.json says is there, with types, and the programs of the pages do what they say.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadNetwork } from '../../host/provision/file.ts';
import { inRepository } from '../../host/root.ts';
import { examplesOf, runExample, typeFaults } from './examples.ts';

const [library] = examplesOf('host/README.md', 'As a library');
const [make, flash] = examplesOf('docs/bench-testing.md', 'The same from a program');
const folder = mkdtempSync(join(tmpdir(), 'kemp-library-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a program of the pages', () => {
  it('talks to a mote of the bench', { timeout: 120_000 }, async () => {
    expect(await runExample(library!, folder)).toContain("short: '0021'");
  });

  it('makes a network file', { timeout: 60_000 }, async () => {
    expect(await runExample(make!, folder)).toBe('');
    const path = join(folder, 'network.kemp');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const network = await loadNetwork(path, () => 'a pass phrase');
    expect(network).toMatchObject({ name: 'hall', pan: '1234', channel: 15, keys: 'derived' });
    expect(network.nodes.map(({ name, role }) => `${name} ${role}`)).toEqual(['base base', 'r1 router', 'm1 mote']);
  });

  // The one that flashes runs in test/e2e/table.test.ts.
  it('has the types that it needs', { timeout: 60_000 }, () => {
    const given = 'declare const ports: Record<string, string>; declare const board: string;';
    const wrong = `${make}\nconst port: number = network.name;`;
    expect(typeFaults([library!, make!, given + flash, wrong])).toEqual([
      [],
      [],
      [],
      ["Type 'string' is not assignable to type 'number'."],
    ]);
  });
});

it('has types', () => {
  const { exports } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as {
    exports: Record<string, { types: string }>;
  };
  const types = readFileSync(inRepository(exports['./host']!.types), 'utf8');
  for (const name of ['MoteConsole', 'openPort', 'openPty', 'serveBench', 'examine']) expect(types).toContain(name);
});
