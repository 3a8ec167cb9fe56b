// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { selftest } from '../../../host/selftest/index.ts';
import { reportText } from '../../../host/selftest/command.ts';
import { twinBoards } from '../../../host/twin/board.ts';
import { inRepository } from '../../../host/root.ts';
import { Table } from './rig.ts';

const LUAC = inRepository('test/host/flash/luac.mjs');

describe.each(twinBoards())('%s', (board) => {
  it('passes', { timeout: 300_000 }, async () => {
    const t = new Table({ boards: [board, board] });
    const report = await t.settle(selftest(t.lines, { boards: [board], luac: LUAC, timers: t.timers }));
    console.log(reportText(report));
    expect(report.passed).toBe(true);
  });
});
