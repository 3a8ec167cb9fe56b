#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { runCli } from './cli.ts';

// `kemp bench | head` has all it wants: whoever reads our output may stop.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runCli(process.argv.slice(2));
