// SPDX-License-Identifier: Apache-2.0
// The commands of `kemp`, and what its exit status means: 0 done, 1 it ran and failed, 2 it was asked for something that
// cannot be; of `kemp console -e`, the number of the mote's error.

import { Command, CommanderError } from 'commander';
import { benchCommand } from './bench/command.ts';
import { flashCommand } from './flash/command.ts';
import { consoleCommand } from './console/console-command.ts';
import { doctorCommand } from './console/doctor-command.ts';
import { monitorCommand } from './console/monitor-command.ts';
import { MoteError } from './console/mote-console.ts';
import { selftestCommand } from './selftest/command.ts';
import { provisionCommand } from './provision/command.ts';
import { RunFailure, UsageError } from './errors.ts';

/** Subcommands take these over: an error ends the command, not the process. */
function program(): Command {
  const kemp = new Command('kemp').description('tools for KEMP motes').exitOverride();
  const commands = [
    benchCommand(),
    provisionCommand(),
    flashCommand(),
    consoleCommand(),
    monitorCommand(),
    doctorCommand(),
    selftestCommand(),
  ];
  for (const command of commands) {
    command.exitOverride().showHelpAfterError(`(kemp ${command.name()} --help lists the options)`);
    kemp.addCommand(command);
  }
  return kemp;
}

/** @param args the command line after the program's name. @returns the exit status; what went wrong is on standard error. */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its message already; help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof UsageError || error instanceof RunFailure)) throw error;
    process.stderr.write(`kemp: ${error.message}\n`);
    if (error instanceof MoteError) return error.number;
    return error instanceof UsageError ? 2 : 1;
  }
}
