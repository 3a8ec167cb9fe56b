// SPDX-License-Identifier: Apache-2.0
// Where the repository is, seen from compiler/ and from dist/compiler/ alike.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}

/** The repository's folder. */
export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));
