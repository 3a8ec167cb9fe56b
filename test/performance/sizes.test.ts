// SPDX-License-Identifier: Apache-2.0
// Budgets of flash and heap hold (board-defs/<board>.json). A twentieth above what there is today they would hold nothing.
import { expect, it } from 'vitest';
import { twinBoards } from '../../host/twin/board.ts';
import { describeWith } from '../tools.ts';
import { machineOf } from '../vm/measured.ts';
import { excess, sizesOf } from './sizes.ts';

for (const name of twinBoards()) {
  describeWith(machineOf(name), `the size of ${name}`, () => {
    it('is within its budgets, each of which it comes near', { timeout: 120_000 }, () => {
      const rows = sizesOf(name, true);
      expect(rows.flatMap(excess)).toEqual([]);
      for (const row of rows) {
        const { role, heap, heapBudget } = row;
        console.log(
          `${name}/${role}: ${heap!.started} octets of heap at start, ${heap!.peak} at most; budget ${heapBudget}`,
        );
        expect(heap!.started).toBeGreaterThan(10_000);
        expect(heap!.peak).toBeGreaterThanOrEqual(heap!.started);
        expect(heapBudget, `${name}/${role}: no budget, or one that is out of date`).toBeLessThanOrEqual(
          heap!.peak * 1.1,
        );
      }
    });
  });
}

it('what exceeds a budget is named', () => {
  const row = { board: 'x', role: 'mote', image: 10, imageBudget: 9, heap: { started: 5, peak: 8 }, heapBudget: 7 };
  expect(excess(row)).toEqual([
    'x/mote: 10 octets of bytecode, budget 9 (imageBytes)',
    'x/mote: 8 octets of heap, budget 7 (heapBytes)',
  ]);
  expect(excess({ ...row, image: 9, heapBudget: 8 })).toEqual([]);
});
