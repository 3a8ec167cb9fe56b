// SPDX-License-Identifier: Apache-2.0
// The module '#image' (firmware/console/image.ts has its types): what an image knows of itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rollup';
import { chosenModules, virtualModule } from './bundle.ts';
import { ROOT } from './roots.ts';

export interface ImageFacts {
  readonly board: string;
  readonly role: string;
  /** Whether it can be told to give its link keys away. */
  readonly debug: boolean;
}

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** Lets '#image' stand for these facts. */
export function imageFacts({ board, role, debug }: ImageFacts): Plugin[] {
  const path = `dist/${board}.${role}.image.ts`;
  const source = `import { put } from '../firmware/console/print.ts';
export const DEBUG = ${debug};
export function putRole() { put('role', '${role}', 0); }
export function putImage() {
  put('version', '${version}', 0);
  put('board', '${board}', 0);
  put('role', '${role}', 0);
}
`;
  return [chosenModules({ '#image': path }), virtualModule(path, source)];
}
