// SPDX-License-Identifier: Apache-2.0
// `... json`, for every line of docs/console.md: an array where the answer is a table, an object where it is one row, nothing where
// there is nothing to say; and what goes wrong is an error as without it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runBench } from '../../host/bench/run.ts';
import { inRepository } from '../../host/root.ts';
import type { Role } from '../../host/vm/open.ts';
import { stand } from '../protocol/resets.ts';

const PAGE = readFileSync(inRepository('docs', 'console.md'), 'utf8');

/** How each noun is typed here, and what comes of it. `wrong`: a value that no line takes. */
const LINES: Readonly<Record<string, readonly [line: string, kind: 'table' | 'row' | 'nothing']>> = {
  help: ['help', 'table'],
  version: ['version', 'row'],
  state: ['state', 'row'],
  role: ['role', 'row'],
  neighbors: ['neighbors', 'table'],
  keys: ['keys', 'table'],
  counters: ['counters', 'row'],
  refusals: ['refusals', 'table'],
  ping: ['ping 0011', 'row'],
  channel: ['channel', 'row'],
  power: ['power', 'row'],
  log: ['log', 'row'],
  echo: ['echo', 'row'],
  heap: ['heap', 'row'],
  reboot: ['reboot', 'nothing'],
  factoryreset: ['factoryreset confirm', 'nothing'],
  sleep: ['sleep 30', 'nothing'],
  handover: ['handover', 'nothing'],
  refresh: ['refresh', 'nothing'],
  send: ['send 0a0b', 'nothing'],
  nodes: ['nodes', 'table'],
  where: ['where 0021', 'table'],
  enrol: ['enrol 0021', 'nothing'],
  revoke: ['revoke 0021', 'nothing'],
  down: ['down 0021 0a0b', 'nothing'],
};

/** Nouns of the page's tables under a heading, in the order of LINES. */
function nounsOf(...sections: string[]): string[] {
  const found = sections.flatMap((section) => {
    const [, text] = new RegExp(`### ${section}\n([^]*?)(?=\n##)`).exec(PAGE)!;
    return [...text!.matchAll(/^\| `(\w+).*?` \|/gm)].map(([, noun]) => noun!);
  });
  for (const noun of found) if (LINES[noun] === undefined) throw new Error(`expected a line for ${noun} in this test`);
  return Object.keys(LINES).filter((noun) => found.includes(noun));
}

const NOUNS: Record<Role, { mote: string; nouns: string[] }> = {
  mote: { mote: 'm1', nouns: nounsOf('All roles', 'A mote', 'A mote or a router') },
  router: { mote: 'r1', nouns: nounsOf('All roles', 'A mote or a router') },
  base: { mote: 'base', nouns: nounsOf('All roles', 'The base station') },
};

/** Types one line each in a network that has joined, a run for each. @returns what came to it within ten seconds */
function answer(mote: string, line: string, before?: string): string[] {
  const rows: string[] = [];
  runBench({
    scenario: stand({ durationSeconds: 72 }),
    vm: 'v8',
    hooks: {
      onStart(bench) {
        if (before !== undefined) bench.at(58e6, () => bench.command(mote, before));
        bench.at(60e6, () => {
          rows.length = 0;
          bench.command(mote, line);
        });
      },
      onConsole: (name, row) => void (name === mote && !row.startsWith('~') && rows.push(row)),
    },
  });
  return rows;
}

describe.each(Object.entries(NOUNS))('the console of a %s', (_role, { mote, nouns }) => {
  it.each(nouns)('answers `%s ... json`', (noun) => {
    const [line, kind] = LINES[noun]!;
    // Who was never revoked cannot be let in again; a router asks the one above it.
    const before = noun === 'enrol' ? 'revoke 0021' : undefined;
    const typed = noun === 'ping' && mote === 'r1' ? 'ping 0001' : line;
    const rows = answer(mote, `${typed} json`, before);
    expect(rows.at(-1), rows.join('\n')).toBe('Done');
    if (kind === 'nothing') {
      expect(rows).toEqual(['Done']);
      return;
    }
    expect(rows).toHaveLength(2);
    const said = JSON.parse(rows[0]!) as object;
    expect(Array.isArray(said)).toBe(kind === 'table');
    if (kind === 'row') expect(Object.keys(said).length).toBeGreaterThan(0);
    else for (const one of said as object[]) expect(typeof one).toBe(noun === 'help' ? 'string' : 'object');
  });

  it('takes a space behind the last word', () => {
    for (const line of ['state ', 'state json ', ...(mote === 'base' ? ['down 0021 0a0b '] : ['send 0a0b '])])
      expect(answer(mote, line).at(-1), line).toBe('Done');
    for (const line of mote === 'base'
      ? ['down 0021 0a0', 'down 0021 json', 'down 0021 0ajson']
      : ['send 0', 'send json', 'send x json'])
      expect(answer(mote, line), line).toEqual(['Error 3: InvalidArgument']);
  });

  it('refuses a value too many with `json`, too', () => {
    for (const noun of ['state', 'keys', 'help'])
      expect(answer(mote, `${noun} x json`)).toEqual(['Error 3: InvalidArgument']);
    expect(answer(mote, 'fly json')).toEqual(['Error 1: UnknownCommand']);
  });
});

it('knows every line of the page', () => {
  const nouns = new Set(Object.values(NOUNS).flatMap((one) => one.nouns));
  expect([...nouns].sort()).toEqual(Object.keys(LINES).sort());
});
