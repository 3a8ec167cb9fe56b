// SPDX-License-Identifier: Apache-2.0
// What each image takes of a board: octets of flash, and of the Lua heap, on the 32-bit machine of its Lua with the twin of its
// hardware around it, from start through joins and handovers. The code itself is no part of the heap: it lies in flash (LFS).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBoard, type Board } from '../../compiler/boards.ts';
import { openImage } from '../../compiler/gates/index.ts';
import { imageSize } from '../../compiler/gates/size.ts';
import { PROFILES } from '../../compiler/profiles.ts';
import { ROOT } from '../../compiler/roots.ts';
import { runBench } from '../../host/bench/run.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Role } from '../../host/vm/open.ts';
import { measuredBoard } from '../vm/measured.ts';

/** Octets of heap that an ESP8266 with NodeMCU has for Lua. */
export const ESP8266_HEAP = 40_000;

export interface HeapSize {
  /** When the role has started. */
  readonly started: number;
  /** At most from then on, garbage gone before each growth: what a heap needs. */
  readonly peak: number;
}

/** Roles whose heap is measured, and who plays them: they join in the first half minute, and m1 hands over after that. */
const PLAYERS: Readonly<Record<Role, string>> = { mote: 'm1', router: 'r1', base: 'base' };
const SECONDS = 130;
const STARTED = 1;

/** @returns octets of stripped bytecode. */
export function imageOctets(board: Board, role: string): number {
  const name = `${board.name}/${role}`;
  return imageSize(
    openImage(name, readFileSync(join(ROOT, 'dist', `${name}.lua`), 'utf8'), undefined, PROFILES[board.lua]),
  );
}

/** Runs a network on twins of a board, whose 32-bit machine must be at hand. */
export function heapSizes(name: string): Record<Role, HeapSize> {
  const { board, machines } = measuredBoard(name, Object.values(PLAYERS));
  const started = new Map<string, number>();
  const sizes = {} as Record<Role, HeapSize>;
  const { result, failures } = runBench({
    scenario: { ...loadScenario('roaming'), durationSeconds: SECONDS },
    vm: 'v8',
    board,
    hooks: {
      onStart(bench) {
        bench.at(STARTED * 1e6, () => {
          for (const [mote, { heap }] of machines) {
            started.set(mote, heap.collect());
            heap.follow();
          }
        });
      },
    },
  });
  if (failures.length > 0) throw new Error(`${name}: ${failures.join(' ')}`);
  if (!result.handovers.some(({ mote }) => mote === PLAYERS.mote))
    throw new Error(`${name}: expected a handover, got none`);
  for (const [role, mote] of Object.entries(PLAYERS))
    sizes[role as Role] = { started: started.get(mote)!, peak: machines.get(mote)!.heap.peak() };
  return sizes;
}

export interface Row {
  readonly board: string;
  readonly role: string;
  readonly image: number;
  readonly imageBudget: number;
  /** Undefined where the machine is not at hand. */
  readonly heap?: HeapSize;
  readonly heapBudget?: number | undefined;
}

/** @param measure whether the 32-bit machine of the board is at hand. */
export function sizesOf(name: string, measure: boolean): Row[] {
  const board = readBoard(name);
  const heaps: Partial<Record<string, HeapSize>> = measure ? heapSizes(name) : {};
  return board.roles.map((role) => ({
    board: name,
    role,
    image: imageOctets(board, role),
    imageBudget: board.imageBytes[role]!,
    ...(heaps[role] && { heap: heaps[role] }),
    heapBudget: board.heapBytes?.[role],
  }));
}

/** @returns a line for each budget that a row exceeds. */
export function excess({ board, role, image, imageBudget, heap, heapBudget }: Row): string[] {
  const over: string[] = [];
  if (image > imageBudget)
    over.push(`${board}/${role}: ${image} octets of bytecode, budget ${imageBudget} (imageBytes)`);
  if (heap !== undefined && heapBudget !== undefined && heap.peak > heapBudget)
    over.push(`${board}/${role}: ${heap.peak} octets of heap, budget ${heapBudget} (heapBytes)`);
  return over;
}
