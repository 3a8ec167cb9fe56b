#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// npm run size [-- BOARD...]: what each image takes of its board, beside its budgets (board-defs/<board>.json, imageBytes and
// heapBytes). Status 1 where one is exceeded.
import { Command } from 'commander';
import { boardNames, readBoard } from '../../compiler/boards.ts';
import { table } from '../../host/bench/tables.ts';
import { has } from '../tools.ts';
import { machineOf } from '../vm/measured.ts';
import { ESP8266_HEAP, excess, sizesOf, type Row } from './sizes.ts';

const HEAD = ['board', 'role', 'image', 'budget', 'heap at start', 'peak', 'budget', `of ${ESP8266_HEAP} left`];

const number = (value: number | undefined): string => value?.toLocaleString('en') ?? '-';

function cells({ board, role, image, imageBudget, heap, heapBudget }: Row): string[] {
  const left = heap && ESP8266_HEAP - heap.peak;
  return [board, role, ...[image, imageBudget, heap?.started, heap?.peak, heapBudget, left].map(number)];
}

const boards = boardNames().filter((name) => readBoard(name).hardware !== undefined);
const command = new Command('size')
  .description('what each image takes of its board: flash, and Lua heap at start and while motes join and hand over')
  .argument('[boards...]', boards.join(', '), boards)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
const [wanted] = command.parse().processedArgs as [string[]];
for (const name of wanted) {
  if (!boards.includes(name)) command.error(`expected boards of ${boards.join(', ')}, got ${name}`);
}

const rows = wanted.flatMap((name) => {
  const vm = machineOf(name);
  if (!has(vm)) process.stderr.write(`${name}: heap not measured, for want of ${vm}: run test/vm/build.sh\n`);
  return sizesOf(name, has(vm));
});
const title = 'Octets: bytecode in flash; heap beside it when started, and at most through joins and handovers';
process.stdout.write(`${table(title, HEAD, rows.map(cells), 2)}\n`);
const over = rows.flatMap(excess);
for (const line of over) process.stderr.write(`over budget: ${line}\n`);
if (over.length > 0) process.exitCode = 1;
