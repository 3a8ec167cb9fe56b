#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What stands for luac.cross: luac.cross -f -o IMAGE FILE..., an image as the twin's flash store takes it (host/twin/repl/lfs.ts).
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const [flag, out, image, ...files] = process.argv.slice(2);
if (flag !== '-f' || out !== '-o') throw new Error('expected -f -o IMAGE FILE...');
const chunks = files.map((file) => {
  const text = readFileSync(file, 'latin1');
  return `${basename(file, '.lua')} ${text.length}\n${text}\n`;
});
writeFileSync(image, `LFS\n${chunks.join('')}`, 'latin1');
