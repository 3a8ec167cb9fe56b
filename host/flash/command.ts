// SPDX-License-Identifier: Apache-2.0
// `kemp flash`: the options, the progress, and one mote after another.

import { readFileSync } from 'node:fs';
import cliProgress from 'cli-progress';
import { Command, Option } from 'commander';
import { RunFailure, UsageError } from '../errors.ts';
import { openNetworkFile, withNetworkOptions } from '../provision/command.ts';
import type { NetworkOptions } from '../provision/command.ts';
import type { Network } from '../provision/network.ts';
import type { Line } from '../serial/line.ts';
import { listPorts, openPort } from '../serial/port.ts';
import type { PortLine } from '../serial/port.ts';
import { twinBoards } from '../twin/board.ts';
import { writeFirmware } from './firmware.ts';
import { FIRST_BOOT_MS, flashLine, nodeAt, prepare } from './index.ts';
import type { Flashed } from './index.ts';

interface Options extends NetworkOptions {
  readonly port?: string[];
  readonly board?: string;
  readonly role?: 'mote' | 'router' | 'base';
  readonly node?: string;
  readonly luac?: string;
  readonly firmware?: string;
  readonly all: boolean;
  readonly replace: boolean;
  readonly anyHeap: boolean;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Progress {
  update(octets: number, of: number): void;
  stop(): void;
}

/** A bar on a terminal; nothing elsewhere. */
function progressBar(what: string): Progress {
  const bar = process.stderr.isTTY
    ? new cliProgress.SingleBar({
        format: `${what} {bar} {value} of {total} octets, {eta} s`,
        clearOnComplete: true,
        hideCursor: null,
        gracefulExit: false,
      })
    : undefined;
  let started = false;
  return {
    update(octets, of) {
      if (!started) bar?.start(of, octets);
      started = true;
      bar?.update(octets);
    },
    stop: () => bar?.stop(),
  };
}

function told(port: string, node: string | undefined, { slot, unchanged, recordFiles }: Flashed): string {
  const who = node === undefined ? port : `${port}: ${node}`;
  const image = unchanged ? `runs this image already, in slot ${slot}` : `runs the new image, in slot ${slot}`;
  return `${who}: ${image}${recordFiles > 0 ? '; its records are new' : ''}`;
}

/** NodeMCU onto a board. */
async function flashFirmware(line: PortLine, image: Uint8Array): Promise<void> {
  const bar = progressBar(`${line.path} NodeMCU`);
  try {
    const restarted = await writeFirmware(line, image, (octets, of) => bar.update(octets, of));
    bar.stop();
    say(`${line.path}: NodeMCU is flashed${restarted ? '' : ': press reset to start it'}`);
  } finally {
    bar.stop();
  }
}

/** @returns the node at a line. @throws RunFailure if it is none. */
async function attached(line: Line, network: Network, enterMs: number | undefined): Promise<string> {
  const node = await nodeAt(line, network, { enterMs });
  if (node === undefined)
    throw new RunFailure(
      `${line.path}: a blank board: flash it alone, with --node, or give its node this port in the network file`,
    );
  return node;
}

async function flashOne(port: string, options: Options, network?: Network): Promise<void> {
  const { board, role, luac, replace, anyHeap, firmware, all } = options;
  const plan = { board, role, network, luac, replace, anyHeap };
  const firmwareAlone = firmware !== undefined && !all && board === undefined && options.node === undefined;
  // What cannot be is said before anything is sent.
  const image = firmware === undefined ? undefined : readFirmware(firmware);
  if (!all && !firmwareAlone) await prepare({ ...plan, node: options.node });
  const line = await openPort(port);
  let bar: Progress | undefined;
  try {
    if (image !== undefined) await flashFirmware(line, image);
    if (firmwareAlone) return;
    const enterMs = image === undefined ? undefined : FIRST_BOOT_MS;
    const node = all ? await attached(line, network!, enterMs) : options.node;
    const shown = progressBar(node === undefined ? port : `${port} ${node}`);
    bar = shown;
    const flashed = await flashLine(line, {
      ...plan,
      node,
      enterMs,
      progress: (octets, of) => shown.update(octets, of),
      note: (text) => say(`${port}: ${text}`),
    });
    bar.stop();
    say(told(port, node, flashed));
  } finally {
    bar?.stop();
    await line.close();
  }
}

function readFirmware(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`expected a firmware of NodeMCU, got ${(error as Error).message}`);
  }
}

async function onlyPort(ports: readonly string[] | undefined): Promise<string> {
  if (ports?.length === 1) return ports[0]!;
  const found = ports ?? (await listPorts()).map(({ path }) => path);
  if (found.length === 1) return found[0]!;
  throw new UsageError(
    found.length === 0
      ? 'expected a board at a serial port, got none: plug it in, or give --port'
      : `expected one port, got ${found.join(', ')}: give --port, or --all`,
  );
}

/** Each attached mote by what it is; what is no node is said, and does not stop the others. */
async function flashAll(options: Options): Promise<void> {
  if (options.node !== undefined || options.role !== undefined)
    throw new UsageError('expected --all without --node and --role, which the network file has');
  const network = await openNetworkFile(options);
  const ports = options.port ?? (await listPorts()).map(({ path }) => path);
  if (ports.length === 0)
    throw new UsageError('expected boards at serial ports, got none: plug them in, or give --port');
  const failures: string[] = [];
  for (const port of ports) {
    try {
      await flashOne(port, options, network);
    } catch (error) {
      if (!(error instanceof RunFailure || error instanceof UsageError)) throw error;
      failures.push(error.message.startsWith(port) ? error.message : `${port}: ${error.message}`);
    }
  }
  if (failures.length > 0) throw new RunFailure(failures.join('\n'));
}

async function run(options: Options): Promise<void> {
  if (options.all) return flashAll(options);
  const network = options.node === undefined ? undefined : await openNetworkFile(options);
  await flashOne(await onlyPort(options.port), options, network);
}

/** @returns the command, for the program `kemp`. */
export function flashCommand(): Command {
  return withNetworkOptions(
    new Command('flash')
      .description("upload an image and a node's key; a pulled cable leaves the firmware that was there")
      .option('--port <path...>', 'serial port; the one there is without')
      .addOption(new Option('--board <name>', 'what the mote is made of').choices(twinBoards()))
      .addOption(new Option('--role <role>', 'that of the node without').choices(['mote', 'router', 'base']))
      .option('--node <name|eui64>', 'who it will be, by the network file; without one its records stay')
      .option('--luac <path>', 'luac.cross of NodeMCU: the image runs from the flash store (LFS)')
      .option('--firmware <file>', 'flash this NodeMCU (.bin) first')
      .option('--all', 'flash every attached mote by the network file', false)
      .option('--replace', 'make another node of a mote that is one already', false)
      .option('--any-heap', 'do not look whether the image fits into the heap', false),
  ).action(run);
}
