// SPDX-License-Identifier: Apache-2.0
// Lines for a mote from a command line or a file, one after the other, up to the first that it refuses.

import { readFileSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import type { MoteConsole } from './mote-console.ts';

/** @returns the lines of a script: `#` begins a comment, empty lines are none. @throws UsageError if it cannot be read */
export function readScript(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new UsageError(`expected a script that can be read, got ${(error as Error).message}`);
  }
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '');
}

/**
 * Asks line after line. @param json asks for JSON, where the line does not itself. @param print gets each row
 * @throws MoteError at the first answer that is an error, with its number
 */
export async function runScript(
  mote: MoteConsole,
  lines: readonly string[],
  json: boolean,
  print: (row: string) => void,
): Promise<void> {
  for (const line of lines) {
    const text = json && !/\sjson$/.test(line) ? `${line} json` : line;
    const { rows, error, name } = await mote.ask(text);
    rows.forEach(print);
    if (error === 0) continue;
    await mote.identify();
    throw mote.failure(line, error, name);
  }
}
