// SPDX-License-Identifier: Apache-2.0
// A board at a port becomes a mote of a network: what `kemp flash` does, as functions.

import { RunFailure, UsageError } from '../errors.ts';
import type { Role } from '../provision/fields.ts';
import { findNode, recordsOf } from '../provision/network.ts';
import type { Network } from '../provision/network.ts';
import type { Line } from '../serial/line.ts';
import { openPort } from '../serial/port.ts';
import { flashMote, identify } from './flash.ts';
import type { Flashed, FlashOptions } from './flash.ts';
import { RemoteMote } from './mote.ts';
import { Session } from './session.ts';
import { inFlashStore, loadTarget } from './target.ts';
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
  readonly timers?: Timers;
}

/**
 * Flashes the mote at a line.
 * @throws UsageError if the plan is not complete. @throws RunFailure that names the port, the node and the next step.
 */
export async function flashLine(line: Line, plan: FlashPlan): Promise<Flashed> {
  const { network, node: name, luac, timers = REAL_TIME } = plan;
  if (name !== undefined && network === undefined)
    throw new UsageError(`${name}: expected a network that has it, got none`);
  const node = name === undefined ? undefined : findNode(network!, name);
  const role = plan.role ?? node?.role;
  const board = plan.board ?? node?.board;
  if (role === undefined) throw new UsageError('expected a role: give --role, or --node');
  if (board === undefined) throw new UsageError('expected a board: give --board, or name it in the network file');
  if (node !== undefined && role !== node.role)
    throw new UsageError(`${node.name}: expected its role in the network, ${node.role}, got ${role}`);
  const source = loadTarget(board, role);
  const target = luac === undefined ? source : await inFlashStore(source, luac);
  const session = new Session(line, timers);
  if (node !== undefined) session.title = `${line.path}: ${node.name}`;
  await session.enter();
  return flashMote(session, target, {
    ...plan,
    ...(node !== undefined && { records: recordsOf(network!, node.name), eui64: node.eui64 }),
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
export async function nodeAt(line: Line, network: Network, timers: Timers = REAL_TIME): Promise<string | undefined> {
  const session = new Session(line, timers);
  await session.enter();
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
