// SPDX-License-Identifier: Apache-2.0
// docs/performance.md: what lies between its markers is written by the benchmark.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../compiler/roots.ts';

const FILE = join(ROOT, 'docs/performance.md');

/** Parts of the page: figures that are counted, and figures of a clock. */
export type Part = 'counted' | 'timed';

const begin = (part: Part): string => `<!-- npm run bench:crypto -- --write: ${part} -->\n`;
const END = '<!-- end -->';

function placeOf(page: string, part: Part): [number, number] {
  const from = page.indexOf(begin(part));
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`${FILE}: expected ${begin(part).trim()} and, behind it, ${END}`);
  return [from + begin(part).length, to];
}

/** What the page says now. */
export function readPart(part: Part): string {
  const page = readFileSync(FILE, 'utf8');
  return page.slice(...placeOf(page, part));
}

export function writePart(part: Part, text: string): void {
  const page = readFileSync(FILE, 'utf8');
  const [from, to] = placeOf(page, part);
  writeFileSync(FILE, page.slice(0, from) + text + page.slice(to));
}
