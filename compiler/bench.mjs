// SPDX-License-Identifier: Apache-2.0
// `npm run bench`: makes the images that the bench is going to run, then runs it with the same arguments.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const at = args.findIndex((arg) => /^--board(=|$)/.test(arg));
const board = at < 0 ? 'bench' : (args[at].split('=')[1] ?? args[at + 1]);

const run = (command, ...rest) => {
  const { status } = spawnSync(command, rest, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};
run('rollup', '-c', '--silent', '--configBoards', board);
run(process.execPath, 'dist/host/kemp.js', 'bench', ...args);
