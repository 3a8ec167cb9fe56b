// SPDX-License-Identifier: Apache-2.0
// `kemp selftest` on pseudo-terminals with blank boards behind them.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serveBench } from '../../../host/bench/serial.ts';
import { parseScenario } from '../../../host/scenario/load.ts';
import type { SelftestReport } from '../../../host/selftest/index.ts';
import type { TwinChoices } from '../../../host/twin/board.ts';
import { replBoard } from '../../../host/twin/repl/mote.ts';
import { kemp } from '../kemp.ts';

const BOARD = 'nodemcu-esp32-mrf24j40';
/** As fast as this machine can. */
const SPEED = 20;
const TIMEOUT = { timeout: 180_000 };

const scenario = parseScenario(
  {
    name: 'pair',
    description: 'Two boards on a table.',
    seed: 1,
    durationSeconds: 100_000,
    motes: ['a', 'b'].map((name, i) => ({
      name,
      role: i === 0 ? 'base' : 'mote',
      eui64: `ac:de:48:00:00:00:00:0${i + 1}`,
      position: { x: i, y: 0 },
    })),
  },
  'pair',
);

afterEach(() => void vi.restoreAllMocks());

/** Runs the command on both ports, or the first. */
async function onTable(choices: TwinChoices, ports: 1 | 2, ...args: string[]): ReturnType<typeof kemp> {
  const stop = new AbortController();
  const bench = serveBench({ scenario, board: replBoard(BOARD, {}, choices) }, SPEED, stop.signal);
  try {
    const given = [...bench.ports.values()].slice(0, ports).flatMap((port) => ['--port', port]);
    return await kemp('selftest', ...given, '--board', BOARD, ...args);
  } finally {
    stop.abort();
    await bench.ended;
  }
}

describe('kemp selftest', () => {
  it('prints tables of a pair that passes, and what to put into the board data', TIMEOUT, async () => {
    const { status, out, err } = await onTable({}, 2);
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(out).not.toContain('FAILED');
    expect(out.match(/^packet error rate +0 % of 200, LQI \d+ +5\.0 % or less +ok$/gm)).toHaveLength(2);
    expect(out).toMatch(/^hardware\.version2 +unknown +yes +put "yes"$/m);
  });

  it('ends with 1 where a check fails, and gives the same as one JSON document', TIMEOUT, async () => {
    const { status, out, err } = await onTable({ defects: { unwired: ['interrupt'] } }, 1, '--json', '--channel', '15');
    expect(status).toBe(1);
    const report = JSON.parse(out) as SelftestReport;
    expect(report.passed).toBe(false);
    expect(report.checks.filter(({ passed }) => passed === false).map(({ what }) => what)).toEqual(['interrupts']);
    expect(err).toMatch(/^kemp: \/dev\S+: 1 of \d+ checks failed\n$/);
  });

  it.each([
    { args: [], what: /required option '--board <name\.\.\.>' not specified/ },
    { args: ['--board', 'no-board'], what: /Allowed choices are nodemcu-/ },
    { args: ['--board', BOARD, '--channel', '10'], what: /expected 11 to 26, got 10/ },
  ])('ends with 2 for $args', async ({ args, what }) => {
    const { status, err } = await kemp('selftest', ...args);
    expect(status).toBe(2);
    expect(err).toMatch(what);
  });

  it('ends with 1 for a port that is not there', async () => {
    const { status, err } = await kemp('selftest', '--port', '/dev/ttyNONE', '--board', BOARD);
    expect(status).toBe(1);
    expect(err).toContain('/dev/ttyNONE: cannot open the port');
  });
});
