// SPDX-License-Identifier: Apache-2.0
// The table of what was asked, what came out, and how long it took; printed once all of it has run.

import Table from 'cli-table3';
import { afterAll } from 'vitest';

/** @returns a function that runs `ask`, keeps a row of it, and gives its answer back. */
export function reporter(title: string): <T>(kind: string, name: string, ask: () => T) => T {
  const rows: string[][] = [];
  afterAll(() => {
    if (rows.length === 0) return;
    const table = new Table({ head: [title, '', 'result', 'ms'], style: { head: [], border: [], compact: true } });
    table.push(...rows);
    process.stdout.write(`${table.toString()}\n`);
  });
  return (kind, name, ask) => {
    const start = performance.now();
    const answer = ask();
    rows.push([kind, name, String(answer), (performance.now() - start).toFixed(0)]);
    return answer;
  };
}
