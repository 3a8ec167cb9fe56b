// SPDX-License-Identifier: Apache-2.0
// Where the repository is: the same from host/ (tests) and from dist/host/ (built), without counting folders.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`expected a package.json above ${fileURLToPath(import.meta.url)}, got none`);
    folder = parent;
  }
  return folder;
}

const root = findRoot();

/** @returns the full path of a file of the repository. */
export function inRepository(...parts: string[]): string {
  return join(root, ...parts);
}
