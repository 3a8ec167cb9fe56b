// SPDX-License-Identifier: Apache-2.0
// `kemp bench`: the options, and where the output goes.

import { openSync, writeSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import cliProgress from 'cli-progress';
import { loadScenario, shippedScenarios } from '../scenario/load.ts';
import { RunFailure, UsageError } from '../errors.ts';
import { TWIN_ENGINES, twinBoard, twinBoards } from '../twin/board.ts';
import type { TwinBoard } from '../twin/board.ts';
import { VM_NAMES } from '../vm/open.ts';
import type { VmName } from '../vm/open.ts';
import { budgetReport } from './budget-report.ts';
import { addressLines, keylogLines } from './keylog.ts';
import { pcapHeader, pcapRecord } from './pcap.ts';
import { runBench } from './run.ts';
import type { BenchHooks, BenchOptions, BenchResult } from './run.ts';
import { serveBench } from './serial.ts';
import { closingTables, summary } from './tables.ts';
import { timeline } from './timeline.ts';

interface Options {
  readonly scenario: string;
  readonly seed?: number;
  readonly vm: VmName;
  readonly board?: string;
  readonly pcap?: string;
  readonly keylog?: string;
  readonly json?: string;
  readonly quiet: boolean;
  readonly budgets: boolean;
  readonly serial: boolean;
  readonly speed?: number;
}

/** @returns twins of the board that was asked for, on the engine that was asked for. */
function boardOf({ board, vm }: Options): TwinBoard | undefined {
  if (board === undefined) return undefined;
  const engine = TWIN_ENGINES.find((name) => name === vm);
  if (engine === undefined) throw new UsageError(`expected --vm ${TWIN_ENGINES.join(' or ')} with a board, got ${vm}`);
  return twinBoard(board, engine);
}

/** Simulated seconds from which a run is worth a progress bar. */
const LONG_RUN_SECONDS = 30;

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffffffff) {
    throw new InvalidArgumentError(`expected a whole number from 0 to 4294967295, got ${text}`);
  }
  return seed;
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed > 0 && speed <= 1000))
    throw new InvalidArgumentError(`expected a number above 0, up to 1000, got ${text}`);
  return speed;
}

/** Runs with terminals until the scenario's end or Ctrl-C. @param print says where they are. */
async function serve(
  bench: BenchOptions,
  speed: number,
  print: (line: string) => void,
): Promise<BenchResult & { cut: boolean }> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    const { ports, ended } = serveBench(bench, speed, stop.signal);
    const width = Math.max(...[...ports.keys()].map((name) => name.length));
    for (const [name, path] of ports) print(`${name.padEnd(width)}  ${path}`);
    print(`Ctrl-C ends the bench; \`kemp console --port ${[...ports.values()][0]}\` talks to a mote.\n`);
    return { ...(await ended), cut: stop.signal.aborted };
  } finally {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  }
}

/** Files are opened before the run: a path that cannot be written is no reason to wait. */
function openOutput(path: string, mode = 0o666): (data: string | Buffer) => void {
  let file: number;
  try {
    file = openSync(path, 'w', mode);
  } catch (error) {
    throw new UsageError(`expected a file that can be written, got ${(error as Error).message}`);
  }
  return (data) => {
    const octets = Buffer.from(data as string);
    for (let at = 0; at < octets.length;) at += writeSync(file, octets, at);
  };
}

function pcapHooks(path: string): BenchHooks {
  const write = openOutput(path);
  write(pcapHeader());
  return { onFrame: (transmission) => write(pcapRecord(transmission)) };
}

/** Lines on standard output, and below them, on a terminal, how far a long run is. */
function screen(seconds: number) {
  const bar =
    process.stderr.isTTY && seconds >= LONG_RUN_SECONDS
      ? new cliProgress.SingleBar({
          format: '{bar} {value} of {total} s',
          clearOnComplete: true,
          hideCursor: null,
          gracefulExit: false,
        })
      : undefined;
  bar?.start(seconds, 0);
  return {
    print(line: string): void {
      if (bar !== undefined) process.stderr.write('\r\x1b[2K');
      process.stdout.write(`${line}\n`);
    },
    progress: (now: number): void => bar?.update(Math.floor(now)),
    close: (): void => bar?.stop(),
  };
}

async function run(options: Options): Promise<void> {
  if (options.budgets) {
    const { text, over } = budgetReport(options.vm);
    process.stdout.write(`${text}\n`);
    if (over.length > 0) throw new RunFailure(`over budget: ${over.join('; ')}`);
    return;
  }
  if (options.speed !== undefined && !options.serial) throw new UsageError('expected --serial with --speed, got none');
  const loaded = loadScenario(options.scenario);
  const scenario = options.seed === undefined ? loaded : { ...loaded, seed: options.seed };
  const hooks: BenchHooks[] = [];
  if (options.pcap !== undefined) hooks.push(pcapHooks(options.pcap));
  if (options.keylog !== undefined) {
    const write = openOutput(options.keylog, 0o600);
    write(addressLines(scenario));
    hooks.push({ onKey: (key) => write(keylogLines(key)) });
  }
  const writeJson = options.json === undefined ? undefined : openOutput(options.json);
  const display = options.quiet ? undefined : screen(scenario.durationSeconds);
  if (display !== undefined) hooks.push({ ...timeline(scenario, display.print), onProgress: display.progress });

  try {
    const board = boardOf(options);
    const keylog = options.keylog !== undefined;
    const bench = { scenario, vm: options.vm, ...(board && { board }), keylog, hooks };
    const { result, failures, cut } = options.serial
      ? await serve(bench, options.speed ?? 1, (line) => process.stdout.write(`${line}\n`))
      : { ...runBench(bench), cut: false };
    writeJson?.(`${JSON.stringify(result, null, 2)}\n`);
    display?.close();
    display?.print(`\n${closingTables(result)}\n\n${summary(result)}`);
    if (failures.length > 0 && !cut) throw new RunFailure(failures.join('\n'));
  } finally {
    display?.close();
  }
}

/** @returns the command, for the program `kemp`. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('run a network of virtual motes, each with its image in a VM of its own')
    .option('--scenario <name|path>', `${shippedScenarios().join(', ')}, or a scenario file`, 'revoked')
    .option('--seed <number>', 'in place of the seed of the scenario', parseSeed)
    .addOption(new Option('--vm <engine>', 'what runs the motes').choices(VM_NAMES).default('fengari'))
    .addOption(new Option('--board <name>', 'twins of a board, with the image that is flashed').choices(twinBoards()))
    .option('--pcap <file>', 'capture every frame as it was on air')
    .option('--keylog <file>', 'write the link keys, for Wireshark: key material')
    .option('--json <file>', 'write the result (host/README.md)')
    .option('--quiet', 'print nothing but errors', false)
    .option('--serial', 'give every mote a pseudo-terminal at its console, and go by the clock on the wall', false)
    .option('--speed <number>', 'with --serial: simulated seconds a second (1)', parseSpeed)
    .option('--budgets', 'measure what each kind of key establishment costs on air, beside its budget', false)
    .action(run);
}
