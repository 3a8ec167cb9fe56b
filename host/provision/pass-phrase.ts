// SPDX-License-Identifier: Apache-2.0
// Where the pass phrase of a network file comes from: a file, the environment, or whoever sits at the terminal.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from '../errors.ts';

export const PASS_PHRASE_VARIABLE = 'KEMP_PASSPHRASE';
const SHORTEST = 8;

/** What is typed is not shown. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('line', resolve);
      terminal.once('close', () => reject(new UsageError('expected a pass phrase, got the end of the input')));
    });
  } finally {
    terminal.removeAllListeners('close');
    terminal.close();
    process.stderr.write('\n');
  }
}

/**
 * @param path the file that holds it, in its first line. @param twice a new one is typed twice.
 * @throws UsageError if there is none to be had.
 */
export async function passPhrase(path: string, file: string | undefined, twice = false): Promise<string> {
  const given = file === undefined ? process.env[PASS_PHRASE_VARIABLE] : readPhrase(file);
  if (given !== undefined) return good(given, twice);
  if (!process.stdin.isTTY)
    throw new UsageError(
      `${path}: expected a pass phrase: give --passphrase-file, or ${PASS_PHRASE_VARIABLE} in the environment`,
    );
  const typed = good(await ask(`Pass phrase of ${path}: `), twice);
  if (twice && (await ask('The same again: ')) !== typed)
    throw new UsageError(`${path}: expected the same pass phrase twice, got two different ones`);
  return typed;
}

function readPhrase(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0]!;
  } catch (error) {
    throw new UsageError(`expected a file that holds a pass phrase, got ${(error as Error).message}`);
  }
}

function good(phrase: string, isNew: boolean): string {
  if (isNew && phrase.length < SHORTEST)
    throw new UsageError(`expected a pass phrase of at least ${SHORTEST} characters, got ${phrase.length}`);
  return phrase;
}
