// SPDX-License-Identifier: Apache-2.0
// docs/architecture.md leads to files that are there.
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inRepository } from '../../host/root.ts';

const PAGE = readFileSync(inRepository('docs', 'architecture.md'), 'utf8');
/** Where a reader looks for a name that is not a path from the root. */
const FOLDERS = ['', 'firmware', 'firmware/kemp', 'board-defs', 'host', 'docs'];

it('names files and folders that exist', () => {
  const quoted = [...PAGE.matchAll(/`([\w/-]+(?:\.ts|\/))`/g)].map(([, name]) => name);
  const linked = [...PAGE.matchAll(/\]\(([\w./-]+)\)/g)].map(([, name]) => name);
  expect(quoted.length).toBeGreaterThan(20);
  const missing = [...quoted, ...linked].filter(
    (name) => !FOLDERS.some((folder) => existsSync(inRepository(folder, name))),
  );
  expect(missing).toEqual([]);
});
