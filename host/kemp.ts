#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The program `kemp`. Exit status: 0 done, 1 it ran and failed, 2 it was asked for something that cannot be.

import { Command, CommanderError } from 'commander';
import { BenchError } from './bench/mote.ts';
import { benchCommand } from './bench/command.ts';
import { UsageError } from './usage-error.ts';

function fail(status: number, message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = status;
}

const program = new Command('kemp')
  .description('tools for KEMP motes')
  .exitOverride()
  .addCommand(benchCommand().exitOverride().showHelpAfterError('(kemp bench --help lists the options)'));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // It has printed its message; help that was asked for is no error.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof UsageError) fail(2, `kemp: ${error.message}`);
  else if (error instanceof BenchError) fail(1, `kemp: ${error.message}`);
  else throw error;
}
