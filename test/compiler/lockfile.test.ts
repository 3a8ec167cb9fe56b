// SPDX-License-Identifier: Apache-2.0
// npm leaves platform packages that its registry lacks out of the lock without a word, and `npm ci` fails on them later.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Entry {
  version?: string;
  optionalDependencies?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };

it('package-lock.json has an entry for every optional dependency', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages))
      .map((name) => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

it('package.json pins every package exactly, as installed', () => {
  const { dependencies = {}, devDependencies = {} } = packages['']!;
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect(`${name} ${packages[`node_modules/${name}`]?.version}`).toBe(`${name} ${version}`);
  }
});
