// SPDX-License-Identifier: Apache-2.0
// A conversation with a mote: history, completion from its own help, a filter, time stamps. Lines with ~ come in between.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import envPaths from 'env-paths';
import { RunFailure } from '../errors.ts';
import { completer } from './completion.ts';
import type { MoteConsole } from './mote-console.ts';
import { parsePattern, stamp } from './options.ts';

export interface Conversation {
  readonly input: Readable;
  readonly output: Writable & { readonly isTTY?: boolean };
  /** Whether a time stamp stands before each line. */
  time: boolean;
  /** Rows and notes that do not match are not shown. */
  filter: RegExp | undefined;
  /** Where what was typed is kept; undefined: nowhere. */
  readonly history?: string | undefined;
}

const OWN = ['.filter', '.time', '.help', '.quit'];
const OWN_HELP = [
  '.filter [PATTERN]: show only lines that match this regular expression; without it, all',
  '.time: time stamps on or off',
  '.quit, or Ctrl-D: end',
];
const HISTORY_LINES = 500;

/** @returns where the history of all conversations is kept. */
export function historyFile(): string {
  return join(envPaths('kemp', { suffix: '' }).data, 'console-history');
}

function readHistory(path: string | undefined): string[] {
  try {
    return path === undefined ? [] : readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** It may hold data that was sent: it is its owner's alone. */
function writeHistory(path: string | undefined, lines: readonly string[]): void {
  if (path === undefined) return;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, lines.slice(0, HISTORY_LINES).join('\n'), { mode: 0o600 });
  } catch {
    // Without a history the console is as good as before.
  }
}

/** Talks until the user ends it. */
export async function converse(mote: MoteConsole, talk: Conversation): Promise<void> {
  const { input, output } = talk;
  const isTerminal = output.isTTY === true;
  const { rows: help } = await mote.ask('help');
  await mote.identify();
  const lines = createInterface({
    input,
    output,
    terminal: isTerminal,
    history: readHistory(talk.history),
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer: completer(help, OWN),
    prompt: '> ',
  });
  let history: readonly string[] = [];
  lines.on('history', (all: string[]) => (history = [...all]));
  const print = (line: string): void => {
    if (talk.filter?.test(line) === false) return;
    output.write(`${talk.time ? `${stamp()} ` : ''}${line}\n`);
  };
  let waits = false;
  mote.onNote = (note) => {
    if (isTerminal && waits) output.write('\r\x1b[2K');
    print(isTerminal ? styleText('cyan', note, { stream: output as NodeJS.WriteStream, validateStream: false }) : note);
    if (waits) lines.prompt(true);
  };
  const prompt = (): void => {
    waits = true;
    lines.prompt();
  };
  output.write(`${mote.where}: \`help\` lists what the mote answers, \`.help\` what kemp does.\n`);
  prompt();
  for await (const typed of lines) {
    waits = false;
    const text = typed.trim();
    if (text === '.quit') break;
    try {
      if (text.startsWith('.')) ownLine(text, talk).forEach((line) => output.write(`${line}\n`));
      else {
        const { rows, error, name } = await mote.ask(text);
        rows.forEach(print);
        if (error !== 0) print(`Error ${error}: ${name}`);
      }
    } catch (error) {
      if (!(error instanceof RunFailure)) throw error;
      output.write(`${error.message}\n`);
    }
    prompt();
  }
  lines.close();
  mote.onNote = () => undefined;
  if (history.length > 0) writeHistory(talk.history, history);
}

/** @returns what kemp says to a line of its own. */
function ownLine(text: string, talk: Conversation): readonly string[] {
  const [, verb, pattern = ''] = /^(\S+)\s*(.*)$/.exec(text)!;
  if (verb === '.time') {
    talk.time = !talk.time;
    return [];
  }
  if (verb !== '.filter') return OWN_HELP;
  try {
    talk.filter = pattern === '' ? undefined : parsePattern(pattern);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
