// SPDX-License-Identifier: Apache-2.0
// Tests drive the built tools and images: a first `npx vitest` in a fresh clone builds them. `npm test` builds them anew each time.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { boardNames, readBoard } from '../compiler/boards.ts';
import { imageNames } from '../compiler/images.ts';

export default function setup(): void {
  const images = boardNames().flatMap((name) =>
    imageNames(readBoard(name)).map((image) => `dist/${name}/${image}.lua`),
  );
  const missing = ['dist/host/kemp.js', ...images].filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  process.stderr.write(`${missing.join(', ')} missing: npm run build\n`);
  const { status } = spawnSync('npm', ['run', 'build'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('npm run build failed: see above');
}
