// SPDX-License-Identifier: Apache-2.0
// docs/protocol.md as tests read it: its headings, its tables, and its blocks of worked vectors.
import { readFileSync } from 'node:fs';
import { inRepository } from '../../host/root.ts';
import type { Vector } from './vectors.ts';

export const PAGE = readFileSync(inRepository('docs', 'protocol.md'), 'utf8');

export const HEADINGS: readonly string[] = [...PAGE.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);

/** Text from a heading to the next one, of whatever rank. */
export function section(heading: string): string {
  const lines = PAGE.split('\n');
  const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (from < 0) throw new Error(`docs/protocol.md has no heading "${heading}"`);
  const length = lines.slice(from + 1).findIndex((line) => /^#+ /.test(line));
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).join('\n');
}

/** The tables of a section: rows without the head, cells as they stand there. */
export function tables(heading: string): string[][][] {
  const found = [...`${section(heading)}\n`.matchAll(/(?:^\|.*\n)+/gm)].map(([text]) => text.trim().split('\n'));
  return found.map((rows) =>
    rows.slice(2).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
  );
}

/**
 * The vectors: blocks of language `kemp`, a title, and lines of a name, two blanks or more, and octets in hex. An indented
 * line goes on with the value before it.
 */
export function documented(): Record<string, Vector> {
  const found: Record<string, Vector> = {};
  for (const [, block] of PAGE.matchAll(/^```kemp\n([^]*?)^```$/gm)) {
    const [title, ...lines] = block
      .trim()
      .replaceAll(/\n {2,}/g, ' ')
      .split('\n');
    const pairs = lines.map((line) => line.split(/ {2,}/));
    for (const pair of pairs)
      if (pair.length > 2) throw new Error(`${title}: expected a name and octets, got ${pair.join('  ')}`);
    found[title] = Object.fromEntries(pairs.map(([name, value = '']) => [name, value]));
  }
  return found;
}
