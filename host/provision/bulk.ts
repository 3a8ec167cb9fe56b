// SPDX-License-Identifier: Apache-2.0
// Many nodes from one file: CSV with a header line, or a JSON array of objects. The same fields in both.

import { parse } from 'csv-parse/sync';
import { UsageError } from '../errors.ts';
import { parseEui, parseKey } from './checked.ts';
import type { NodePlan } from './network.ts';

const FIELDS = ['name', 'role', 'eui64', 'short', 'key', 'zones', 'channel', 'board', 'port'] as const;
type Field = (typeof FIELDS)[number];
type Row = Partial<Record<Field, unknown>>;

function text(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  // A spreadsheet has made a number of it, and lost zeros or digits.
  if (typeof value === 'number') throw new UsageError(`expected text in quotes, got the number ${value}`);
  return String(value).trim();
}

function number(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const found = Number(value);
  if (!Number.isInteger(found)) throw new UsageError(`expected a whole number, got ${String(value)}`);
  return found;
}

function zonesOf(value: unknown): number[] | undefined {
  if (Array.isArray(value)) return value.map((zone) => number(zone)!);
  const parts = text(value)?.split(/[\s;|]+/);
  return parts?.map((zone) => number(zone)!);
}

function planOf(row: Row): NodePlan {
  const unknown = Object.keys(row).filter((field) => !(FIELDS as readonly string[]).includes(field));
  if (unknown.length > 0) throw new UsageError(`expected the fields ${FIELDS.join(', ')}, got ${unknown.join(', ')}`);
  const name = text(row.name);
  if (name === undefined) throw new UsageError('expected a name, got none');
  const eui64 = text(row.eui64);
  const key = text(row.key);
  return {
    name,
    role: text(row.role) as NodePlan['role'],
    eui64: eui64 && parseEui(eui64),
    short: text(row.short),
    key: key && parseKey(key),
    zones: zonesOf(row.zones),
    channel: number(row.channel),
    board: text(row.board),
    port: text(row.port),
  };
}

function rowsOf(content: string, file: string): { row: Row; place: string }[] {
  try {
    if (/^\s*[[{]/.test(content)) {
      const data: unknown = JSON.parse(content);
      if (!Array.isArray(data)) throw new Error('expected an array of nodes, got an object');
      return data.map((row: Row, i) => ({ row, place: `[${i}]` }));
    }
    const rows = parse(content, {
      bom: true,
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      comment: '#',
    });
    return (rows as unknown as { record: Row; info: { lines: number } }[]).map(({ record, info }) => ({
      row: record,
      place: `line ${info.lines}`,
    }));
  } catch (error) {
    throw new UsageError(`${file}: expected CSV with a header line or a JSON array: ${(error as Error).message}`);
  }
}

/**
 * @param content CSV or JSON. @param file its name, for the messages.
 * @returns the nodes in file order. @throws UsageError that lists every fault with its line.
 */
export function parseNodes(content: string, file: string): NodePlan[] {
  const faults: string[] = [];
  const plans = rowsOf(content, file).flatMap(({ row, place }) => {
    try {
      return [planOf(row)];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      faults.push(`${file}: ${place}: ${error.message}`);
      return [];
    }
  });
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  return plans;
}
