// SPDX-License-Identifier: Apache-2.0
// A board at a port becomes a mote of a network: what `kemp flash` does, as functions.

import { RunFailure, UsageError } from '../errors.ts';
import type { Role } from '../provision/fields.ts';
import { findNode, recordsOf } from '../provision/network.ts';
import type { Network, NetworkNode } from '../provision/network.ts';
import type { Flash } from '../provision/records.ts';
import type { Line } from '../serial/line.ts';
import { openPort } from '../serial/port.ts';
import { flashMote, identify } from './flash.ts';
import type { Flashed, FlashOptions } from './flash.ts';
import { RemoteMote } from './mote.ts';
import { Session } from './session.ts';
import { inFlashStore, loadTarget } from './target.ts';
import type { Target } from './target.ts';
import { REAL_TIME } from './timers.ts';
import type { Timers } from './timers.ts';

export interface FlashPlan extends Omit<FlashOptions, 'records' | 'eui64'> {
  /** Board and role; a node of the network has them, where its file says so. */
  readonly board?: string | undefined;
  readonly role?: Role | undefined;
  /** The node that the mote is to be, by name or EUI-64. Without one its records stay as they are. */
  readonly node?: string | undefined;
  readonly network?: Network | undefined;
  /** Path of NodeMCU's luac.cross: the image runs from the flash store. */
  readonly luac?: string | undefined;
  /** How long to look for the interpreter; 12000. A new NodeMCU makes its file system first: FIRST_BOOT_MS. */
  readonly enterMs?: number | undefined;
  readonly timers?: Timers;
}

/** What the first start of NodeMCU may take: it formats its file system. */
export const FIRST_BOOT_MS = 90_000;

/** What a plan comes to: the image, and the node with the records that go with it. */
interface Prepared {
  readonly target: Target;
  readonly node: NetworkNode | undefined;
  readonly records: Flash | undefined;
}

/** @throws UsageError if the plan is not complete, or cannot be. */
export async function prepare(plan: FlashPlan): Promise<Prepared> {
  const { network, node: name, luac } = plan;
  if (name !== undefined && network === undefined)
    throw new UsageError(`${name}: expected a network that has it, got none`);
  const node = name === undefined ? undefined : findNode(network!, name);
  const role = plan.role ?? node?.role;
  const board = plan.board ?? node?.board;
  if (role === undefined) throw new UsageError('expected a role: give --role, or --node');
  if (board === undefined) throw new UsageError('expected a board: give --board, or name it in the network file');
  if (node !== undefined && role !== node.role)
    throw new UsageError(`${node.name}: expected its role in the network, ${node.role}, got ${role}: leave out --role`);
  const records = node && recordsOf(network!, node.name);
  const source = loadTarget(board, role);
  return { node, records, target: luac === undefined ? source : await inFlashStore(source, luac) };
}

/**
 * Flashes the mote at a line.
 * @throws UsageError if the plan is not complete. @throws RunFailure that names the port, the node and the next step.
 */
export async function flashLine(line: Line, plan: FlashPlan): Promise<Flashed> {
  const { enterMs, timers = REAL_TIME } = plan;
  const { target, node, records } = await prepare(plan);
  const session = new Session(line, timers);
  if (node !== undefined) session.title = `${line.path}: ${node.name}`;
  await session.enter(enterMs);
  return flashMote(session, target, {
    ...plan,
    ...(records !== undefined && { records, eui64: node!.eui64 }),
  });
}

/** The same for the mote at a port, which is opened and closed. @param port such as "/dev/ttyUSB0". */
export async function flashPort(port: string, plan: FlashPlan): Promise<Flashed> {
  const line = await openPort(port);
  try {
    return await flashLine(line, plan);
  } finally {
    await line.close();
  }
}

/**
 * Finds out which node of a network is at a line: by its records, or, while it is blank, by the port that the network file
 * names.
 * @returns its name; undefined if it is none. @throws RunFailure if nothing answers.
 */
export async function nodeAt(
  line: Line,
  network: Network,
  { enterMs, timers = REAL_TIME }: Pick<FlashPlan, 'enterMs' | 'timers'> = {},
): Promise<string | undefined> {
  const session = new Session(line, timers);
  await session.enter(enterMs);
  const eui = await identify(await RemoteMote.meet(session));
  const found = network.nodes.find((node) =>
    eui === undefined ? node.port === line.path : node.eui64.toUpperCase() === eui,
  );
  if (found === undefined && eui !== undefined)
    throw new RunFailure(
      `${line.path}: this mote is ${eui}, no node of ${network.name}: flash it alone, with --node and --replace`,
    );
  return found?.name;
}

export type { Flashed, FlashOptions } from './flash.ts';
