// SPDX-License-Identifier: Apache-2.0
// `kemp console`: a mote's console, for a user or for a script.

import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { openPort } from '../serial/port.ts';
import { converse, historyFile } from './interactive.ts';
import { MoteConsole } from './mote-console.ts';
import { parsePattern, parseTimeout } from './options.ts';
import { onlyPort } from './ports.ts';
import { readScript, runScript } from './script.ts';

interface Options {
  readonly port?: string;
  readonly execute: readonly string[];
  readonly json: boolean;
  readonly filter?: RegExp;
  readonly time: boolean;
  readonly timeout?: number;
}

async function run(script: string | undefined, options: Options): Promise<void> {
  const { execute, json, filter, time, timeout } = options;
  if (script !== undefined && execute.length > 0) throw new UsageError('expected -e or a script, got both');
  const lines = script === undefined ? execute : readScript(script);
  if (json && lines.length === 0) throw new UsageError('expected -e or a script with --json, got neither');
  const mote = new MoteConsole(
    await openPort(await onlyPort(options.port)),
    timeout === undefined ? {} : { timeoutMs: timeout },
  );
  try {
    if (lines.length > 0) {
      await runScript(mote, lines, json, (row) => {
        if (filter?.test(row) !== false) process.stdout.write(`${row}\n`);
      });
    } else {
      const { stdin: input, stdout: output } = process;
      await converse(mote, { input, output, time, filter, history: output.isTTY ? historyFile() : undefined });
    }
  } finally {
    await mote.close();
  }
}

export function consoleCommand(): Command {
  const collect = (line: string, lines: readonly string[]): string[] => [...lines, line];
  return new Command('console')
    .description("talk to a mote's console; the exit status of a script is the number of the mote's error")
    .argument('[script]', 'a file of lines for the mote, "-" for standard input; without it and -e, you type')
    .option('--port <path>', 'serial port; without it, the only one there is')
    .option('-e, --execute <line>', 'a line for the mote; may be given several times', collect, [])
    .option('--json', 'ask for JSON: one line for each line', false)
    .option('--filter <pattern>', 'show only what matches this regular expression', parsePattern)
    .option('--time', 'time stamps', false)
    .option('--timeout <seconds>', 'how long to wait for a word from the mote (3)', parseTimeout)
    .action(run);
}
