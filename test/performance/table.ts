// SPDX-License-Identifier: Apache-2.0
// Tables for the terminal and for a page of the documentation.
import Table from 'cli-table3';

export interface Figures {
  readonly title: string;
  /** Names of columns; the first `left` of them hold names, the rest numbers. */
  readonly head: readonly string[];
  readonly left: number;
  readonly rows: readonly (readonly string[])[];
  /** Lines below it. */
  readonly notes?: readonly string[];
}

const THOUSANDS = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** A whole number, with commas. */
export const whole = (n: number): string => THOUSANDS.format(n);

/** Three digits, and k for thousands. */
export const thousands = (n: number): string => {
  const k = n / 1000;
  return `${k < 100 ? k.toFixed(1) : whole(k)}k`;
};

/** Three digits that count. */
export const short = (n: number): string => (n >= 100 ? whole(n) : n.toPrecision(n < 1 ? 2 : 3));

export function forPage({ title, head, left, rows, notes = [] }: Figures): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = [line(head), line(head.map((_, i) => (i < left ? '---' : '---:'))), ...rows.map(line)];
  return [
    `**${title}**`,
    '',
    ...table,
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${note}`)] : []),
    '',
  ].join('\n');
}

export function forTerminal({ title, head, left, rows, notes = [] }: Figures): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (i < left ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return [title, table.toString(), ...notes, ''].join('\n');
}
