// SPDX-License-Identifier: Apache-2.0
// The acceptance test of one board or of a pair, as a function.

import { UsageError } from '../errors.ts';
import { inFlashStore, loadTarget } from '../flash/target.ts';
import { REAL_TIME } from '../flash/timers.ts';
import type { Timers } from '../flash/timers.ts';
import type { Line } from '../serial/line.ts';
import { openPort } from '../serial/port.ts';
import { boardFields } from './board-data.ts';
import type { BoardField } from './board-data.ts';
import { readDefinition } from './definition.ts';
import { hasInterrupt, hasSpi, judgeAlone, judgeWay, packetErrorRate, skippedWay } from './judge.ts';
import type { Board, Check } from './judge.ts';
import { ALONE_STEPS, measureAlone, measureWay, WAY_STEPS } from './measure.ts';
import type { Alone, Way } from './measure.ts';
import { Remote } from './remote.ts';

export interface SelftestOptions {
  /** The board at each line; one name is for both. */
  readonly boards: readonly string[];
  /** 11 to 26; 26 unless said otherwise, which Wi-Fi leaves alone. */
  readonly channel?: number;
  /** Path of NodeMCU's luac.cross: on an ESP8266 the image runs from the flash store, since it is too much for its heap. */
  readonly luac?: string | undefined;
  /** Do not look whether the image fits into the heap. */
  readonly anyHeap?: boolean;
  readonly timers?: Timers;
  /** Told how much of the whole is done. */
  readonly progress?: (done: number, of: number) => void;
}

export interface SelftestReport {
  readonly checks: readonly Check[];
  /** What was measured of each kind of board, beside what its file says. */
  readonly boards: readonly { readonly board: string; readonly fields: readonly BoardField[] }[];
  /** Share of frames without retries that got lost, from the first to the second board and back. */
  readonly packetErrorRates: readonly number[];
  readonly passed: boolean;
}

const CHANNEL = 26;
const FIRST_CHANNEL = 11;
const LAST_CHANNEL = 26;
/** Parts that an upload counts as. */
const UPLOAD_STEPS = 10;

interface Place {
  readonly remote: Remote;
  readonly board: Board;
}

async function placesOf(
  lines: readonly Line[],
  { boards, luac, timers = REAL_TIME }: SelftestOptions,
): Promise<Place[]> {
  if (lines.length < 1 || lines.length > 2) throw new UsageError(`expected one port or two, got ${lines.length}`);
  if (boards.length < 1 || boards.length > lines.length)
    throw new UsageError(`expected a board, or one for each of ${lines.length} ports, got ${boards.length}`);
  const places: Place[] = [];
  for (const [i, line] of lines.entries()) {
    const name = boards[i] ?? boards[0]!;
    const source = loadTarget(name, 'selftest');
    const target = source.family === 'esp8266' && luac !== undefined ? await inFlashStore(source, luac) : source;
    places.push({
      remote: new Remote(line, target, timers),
      board: { port: line.path, name, definition: readDefinition(name) },
    });
  }
  return places;
}

/**
 * Tests the boards at one line, or at two that hear each other. Nothing that they keep is changed; in the end they start what they
 * started before.
 * @throws UsageError for boards or images that are not there. @throws RunFailure if a board cannot be tested at all.
 */
export async function selftest(lines: readonly Line[], options: SelftestOptions): Promise<SelftestReport> {
  const { channel = CHANNEL, progress = (): void => undefined } = options;
  if (!Number.isInteger(channel) || channel < FIRST_CHANNEL || channel > LAST_CHANNEL)
    throw new UsageError(`expected a channel of ${FIRST_CHANNEL} to ${LAST_CHANNEL}, got ${channel}`);
  const places = await placesOf(lines, options);
  const all = places.length * (UPLOAD_STEPS + ALONE_STEPS) + (places.length === 2 ? 2 * WAY_STEPS : 0);
  let steps = 0;
  const uploads = places.map(() => 0);
  const tell = (): void => progress(steps + uploads.reduce((sum, one) => sum + one, 0), all);
  const done = (): void => {
    steps++;
    tell();
  };
  try {
    const alone = await together(
      places.map(async ({ remote }, i) => {
        await remote.upload(options.anyHeap === true, (octets, of) => {
          uploads[i] = (UPLOAD_STEPS * octets) / of;
          tell();
        });
        uploads[i] = UPLOAD_STEPS;
        return measureAlone(remote, i as 0 | 1, channel, done);
      }),
    );
    return report(places, alone, await measurePair(places, alone, done));
  } finally {
    await Promise.allSettled(places.map(({ remote }) => remote.leave()));
  }
}

/** @returns all results, or throws the first error once all have come to an end. */
async function together<T>(runs: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(runs);
  return Promise.all(runs);
}

/** @returns the way to the second board, and that to the first; nothing where they cannot talk. */
async function measurePair(places: readonly Place[], alone: readonly Alone[], done: () => void): Promise<Way[]> {
  const [first, second] = places;
  if (second === undefined || !alone.every((one) => hasSpi(one.spi) && hasInterrupt(one.broadcasts))) return [];
  const psdu = Math.min(...places.map(({ board }) => board.definition.hardware.maxPsdu));
  return [
    await measureWay(first!.remote, second.remote, 1, psdu, done),
    await measureWay(second.remote, first!.remote, 0, psdu, done),
  ];
}

function report(places: readonly Place[], alone: readonly Alone[], ways: readonly Way[]): SelftestReport {
  const boards = places.map(({ board }) => board);
  const checks = boards.flatMap((board, i) => judgeAlone(board, alone[i]!));
  const [first, second] = boards;
  const [forth, back] = ways;
  if (forth !== undefined && back !== undefined)
    checks.push(...judgeWay(first!.port, second!, forth), ...judgeWay(second!.port, first!, back));
  else if (second !== undefined) checks.push(skippedWay(first!.port, second.port));
  const receivers = second === undefined ? [] : [second, first!];
  const kinds = [...new Set(boards.map(({ name }) => name))].map((name) => ({
    board: name,
    fields: boardFields(
      readDefinition(name),
      alone.filter((_, i) => boards[i]!.name === name),
      ways.filter((_, i) => receivers[i]!.name === name),
    ),
  }));
  return {
    checks,
    boards: kinds,
    packetErrorRates: ways.map(packetErrorRate),
    passed: checks.every(({ passed }) => passed === true),
  };
}

/** The same for boards at ports, which are opened and closed. @param ports such as "/dev/ttyUSB0". */
export async function selftestPorts(ports: readonly string[], options: SelftestOptions): Promise<SelftestReport> {
  const lines: Line[] = [];
  try {
    for (const port of ports) lines.push(await openPort(port));
    return await selftest(lines, options);
  } finally {
    await Promise.all(lines.map((line) => line.close()));
  }
}
