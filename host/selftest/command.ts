// SPDX-License-Identifier: Apache-2.0
// `kemp selftest`: the options, a bar, a table, and what to put into the board data.

import { styleText } from 'node:util';
import cliProgress from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import { table } from '../bench/tables.ts';
import { onlyPort } from '../console/ports.ts';
import { RunFailure } from '../errors.ts';
import { twinBoards } from '../twin/board.ts';
import { selftestPorts } from './index.ts';
import type { SelftestReport } from './index.ts';
import type { Check } from './judge.ts';

interface Options {
  readonly port?: string[];
  readonly board: string[];
  readonly channel?: number;
  readonly luac?: string;
  readonly anyHeap: boolean;
  readonly json: boolean;
}

function mark({ passed }: Check): string {
  if (passed === undefined) return '-';
  return styleText(passed ? 'green' : 'red', passed ? 'ok' : 'FAILED', { stream: process.stdout });
}

/** @returns the report as lines of text. */
export function reportText({ checks, boards }: SelftestReport): string {
  const parts: string[] = [];
  for (const where of new Set(checks.map((check) => check.where))) {
    const own = checks.filter((check) => check.where === where);
    const rows = own.map((check) => [check.what, check.measured, check.expected, mark(check)]);
    const steps = own.filter(({ next }) => next !== undefined).map(({ what, next }) => `  ${what}: ${next}`);
    parts.push([table(where, ['check', 'measured', 'expected', ''], rows, 4), ...steps].join('\n'));
  }
  for (const { board, fields } of boards) {
    const rows = fields.map(({ field, is, measured }) => [
      field,
      is,
      measured,
      is === measured ? '' : `put ${JSON.stringify(measured)}`,
    ]);
    parts.push(table(`board-defs/${board}.json`, ['field', 'is', 'measured', ''], rows, 4));
  }
  return `${parts.join('\n\n')}\n`;
}

function parseChannel(text: string): number {
  const channel = Number(text);
  if (!(Number.isInteger(channel) && channel >= 11 && channel <= 26))
    throw new InvalidArgumentError(`expected 11 to 26, got ${text}`);
  return channel;
}

async function run({ port, board, channel, luac, anyHeap, json }: Options): Promise<void> {
  const ports = port ?? [await onlyPort(undefined)];
  const bar = process.stderr.isTTY
    ? new cliProgress.SingleBar({
        format: `${ports.join(', ')} {bar} {percentage} %`,
        clearOnComplete: true,
        hideCursor: null,
        gracefulExit: false,
      })
    : undefined;
  bar?.start(1, 0);
  let report: SelftestReport;
  try {
    report = await selftestPorts(ports, {
      boards: board,
      luac,
      anyHeap,
      ...(channel !== undefined && { channel }),
      progress: (done, of) => bar?.update(done / of),
    });
  } finally {
    bar?.stop();
  }
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : reportText(report));
  const failed = report.checks.filter(({ passed }) => passed === false).length;
  if (!report.passed) throw new RunFailure(`${ports.join(', ')}: ${failed} of ${report.checks.length} checks failed`);
}

/** @returns the command, for the program `kemp`. */
export function selftestCommand(): Command {
  return new Command('selftest')
    .description('test a new board, or a pair of them: wires, AES, chance, frames; say what to put into the board data')
    .option('--port <path...>', 'serial port, or two of boards that hear each other; the one there is without')
    .addOption(
      new Option('--board <name...>', 'what the boards are; one name is for both')
        .choices(twinBoards())
        .makeOptionMandatory(),
    )
    .option('--channel <11..26>', 'where both send; 26 without, which Wi-Fi leaves alone', parseChannel)
    .option('--luac <path>', 'luac.cross of NodeMCU: on an ESP8266 the image runs from the flash store (LFS)')
    .option('--any-heap', 'do not look whether the image fits into the heap', false)
    .option('--json', 'one JSON document', false)
    .action(run);
}
