// SPDX-License-Identifier: Apache-2.0
// A network: its terms, its base station, its nodes and their keys. A place in the list is a place in the base station's
// registry: nodes are never moved or taken out, only retired.

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import * as records from '../../firmware/records.ts';
import { UsageError } from '../errors.ts';
import { describeIssue, faultLines } from '../faults.ts';
import type { Fault } from '../faults.ts';
import { moteName } from '../scenario/fields.ts';
import { euiText } from './checked.ts';
import { channel, eui64, key, networkTerms, role, short, zones } from './fields.ts';
import type { Role } from './fields.ts';
import { derivedKey, randomKey, randomMaster } from './keys.ts';
import { hexWords, identityRecord, nodeRecord, registryRecord } from './records.ts';
import type { Flash } from './records.ts';

const node = z.strictObject({
  name: moteName,
  eui64,
  role,
  short: short.optional(),
  zones,
  channel: channel.optional(),
  key: key.optional().describe('K_N; the base station has none'),
  generation: z.int().min(1).default(1).describe('one more with each rotation of its key'),
  retired: z.iso.date().optional().describe('since when it belongs to the network no more'),
  board: z.string().optional().describe('what `kemp flash --all` flashes it as'),
  port: z.string().optional().describe('where `kemp flash --all` finds it while it is blank'),
});

const networkSchema = z.strictObject({
  name: moteName,
  ...networkTerms,
  keys: z.enum(['random', 'derived']).default('random'),
  master: z
    .string()
    .regex(/^[0-9A-F]{64}$/, 'expected 64 hex digits')
    .optional(),
  nodes: z.array(node),
});

export type Network = z.output<typeof networkSchema>;
export type NetworkNode = Network['nodes'][number];
/** What one says of a network that is to be made: everything but its name may be left out. */
export type NetworkPlan = Partial<Omit<z.input<typeof networkSchema>, 'nodes' | 'master'>> & { readonly name: string };

/** What one says of a node that is to be enrolled. Without an EUI-64 or a key it is given one. */
export interface NodePlan {
  readonly name: string;
  readonly role?: Role | undefined;
  readonly eui64?: string | undefined;
  readonly short?: string | undefined;
  readonly key?: string | undefined;
  readonly zones?: readonly number[] | undefined;
  readonly channel?: number | undefined;
  readonly board?: string | undefined;
  readonly port?: string | undefined;
}

/** Nodes in a mesh name each other in reports by the low half. */
function lowHalf(text: string): string {
  return text.slice(-11).toUpperCase();
}

function faultsOf(network: Network): Fault[] {
  const faults: Fault[] = [];
  const seen = { name: new Set<string>(), eui64: new Set<string>(), short: new Set<string>() };
  network.nodes.forEach((one, i) => {
    const keys = { name: one.name, eui64: lowHalf(one.eui64), short: one.short?.toUpperCase() };
    for (const field of ['name', 'eui64', 'short'] as const) {
      const value = keys[field];
      if (value === undefined) continue;
      const what = field === 'eui64' ? 'last four octets' : field;
      if (seen[field].has(value))
        faults.push({
          path: ['nodes', i, field],
          message: `expected a ${what} that no other node has`,
          input: one[field],
        });
      seen[field].add(value);
    }
    if ((one.key === undefined) !== (one.role === 'base'))
      faults.push({ path: ['nodes', i, 'key'], message: 'expected a key, but for the base station', input: undefined });
  });
  const bases = network.nodes.filter((one) => one.role === 'base').length;
  if (bases !== 1) faults.push({ path: ['nodes'], message: 'expected exactly one base station', input: bases });
  if (network.keys === 'derived' && network.master === undefined)
    faults.push({ path: ['master'], message: 'expected the master of derived keys', input: undefined });
  return faults;
}

/**
 * @param data parsed JSON. @param file its name, for the messages.
 * @throws UsageError that lists every fault; no key octets.
 */
export function parseNetwork(data: unknown, file: string): Network {
  const parsed = networkSchema.safeParse(data, { reportInput: true });
  const secret = ({ path }: Fault): boolean => path.includes('key') || path.includes('master');
  const faults = parsed.success ? faultsOf(parsed.data) : parsed.error.issues.map(describeIssue);
  if (faults.length > 0)
    throw new UsageError(
      faultLines(
        faults.map((fault) => (secret(fault) ? { ...fault, input: '(not shown)' } : fault)),
        file,
      ),
    );
  return parsed.data!;
}

/** A locally administered address of one device, whose low half nobody has. */
function newEui(taken: ReadonlySet<string>): string {
  for (;;) {
    const octets = randomBytes(8);
    octets[0] = (octets[0]! & 0xfc) | 0x02;
    const text = euiText(octets.toString('hex'));
    if (!taken.has(lowHalf(text))) return text;
  }
}

function newShort(taken: Set<string>, from: number): string {
  let value = from;
  const text = (): string => value.toString(16).toUpperCase().padStart(4, '0');
  while (taken.has(text())) value++;
  if (value >= records.NO_SHORT) throw new UsageError('expected a free short address, got none: the network is full');
  return text();
}

/**
 * Makes a network of a base station alone.
 * @param base its plan; name "base" and role "base" unless said otherwise.
 * @throws UsageError
 */
export function makeNetwork(plan: NetworkPlan, base: Partial<NodePlan> = {}): Network {
  const empty = { ...plan, ...(plan.keys === 'derived' ? { master: randomMaster() } : {}) };
  const first = {
    name: base.name ?? 'base',
    role: 'base',
    eui64: base.eui64 ?? newEui(new Set()),
    short: base.short ?? '0001',
    zones: [],
    ...(base.board !== undefined && { board: base.board }),
    ...(base.port !== undefined && { port: base.port }),
  };
  return parseNetwork({ ...empty, nodes: [first] }, plan.name);
}

/**
 * Enrols nodes, all or none.
 * @param source where the plans came from, for the messages.
 * @returns the network with them. @throws UsageError that lists every fault.
 */
export function enrol(network: Network, plans: readonly NodePlan[], source = 'the nodes'): Network {
  const euis = new Set(
    [...network.nodes, ...plans].flatMap(({ eui64 }) => (eui64 === undefined ? [] : [lowHalf(eui64)])),
  );
  const shorts = new Set([...network.nodes, ...plans].flatMap(({ short }) => short?.toUpperCase() ?? []));
  let nextShort = 1;
  const added = plans.map((plan) => {
    if (plan.role === 'base')
      throw new UsageError(`${source}: ${plan.name}: expected a mote or a router, got a second base station`);
    const eui = plan.eui64 ?? newEui(euis);
    euis.add(lowHalf(eui));
    const address = plan.short ?? newShort(shorts, nextShort);
    shorts.add(address);
    if (plan.short === undefined) nextShort = parseInt(address, 16) + 1;
    const made = network.keys === 'derived' ? derivedKey(network.master!, eui, 1) : randomKey();
    const given = Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined));
    return { role: 'mote', zones: [], ...given, eui64: eui, short: address, key: plan.key ?? made };
  });
  return parseNetwork({ ...network, nodes: [...network.nodes, ...added] }, source);
}

/** @returns the node of that name or EUI-64. @throws UsageError */
export function findNode(network: Network, name: string): NetworkNode {
  const wanted = name.replace(/[\s:._-]/g, '').toUpperCase();
  const found = network.nodes.find(
    (one) => one.name === name || one.eui64.replaceAll(':', '').toUpperCase() === wanted,
  );
  if (found === undefined)
    throw new UsageError(
      `expected a node of the network ${network.name}, got ${name}: \`kemp provision list\` shows them`,
    );
  return found;
}

function replaceNode(network: Network, before: NetworkNode, after: NetworkNode): Network {
  return { ...network, nodes: network.nodes.map((one) => (one === before ? after : one)) };
}

/**
 * Gives a node a new key; it and the base station must be flashed before they meet again.
 * @throws UsageError for the base station, which has no key, and for a node that is retired.
 */
export function rotate(network: Network, name: string): Network {
  const before = findNode(network, name);
  if (before.role === 'base') throw new UsageError(`${before.name}: the base station has no key of its own`);
  if (before.retired !== undefined)
    throw new UsageError(`${before.name}: retired on ${before.retired}: enrol a new node`);
  const generation = before.generation + 1;
  const key = network.keys === 'derived' ? derivedKey(network.master!, before.eui64, generation) : randomKey();
  return replaceNode(network, before, { ...before, generation, key });
}

/**
 * Ends a node's membership in the file: its place stays taken, and its key becomes one that nobody has. A base station that
 * runs is told by its own `revoke`.
 */
export function retire(network: Network, name: string, today = new Date()): Network {
  const before = findNode(network, name);
  if (before.role === 'base') throw new UsageError(`${before.name}: a network without its base station is none`);
  if (before.retired !== undefined) return network;
  return replaceNode(network, before, { ...before, key: randomKey(), retired: today.toISOString().slice(0, 10) });
}

export function baseOf(network: Network): NetworkNode {
  return network.nodes.find((one) => one.role === 'base')!;
}

/**
 * The records of a node's flash (firmware/records.ts).
 * @throws UsageError if the node is retired, or a mote cannot hold the whole registry.
 */
export function recordsOf(network: Network, name: string): Flash {
  const own = findNode(network, name);
  const base = baseOf(network);
  if (own.retired !== undefined) throw new UsageError(`${own.name}: retired on ${own.retired}: enrol a new node`);
  const ownKey = own.key === undefined ? undefined : hexWords(own.key);
  const flash: Flash = new Map([[records.RECORD_IDENTITY, identityRecord(network, own, base, ownKey)]]);
  if (own !== base) return flash;
  const nodes = network.nodes.filter((one) => one !== base);
  if (nodes.length > records.MAX_NODES)
    throw new UsageError(
      `${network.name}: expected at most ${records.MAX_NODES} nodes, which is what a mote holds as base station, ` +
        `got ${nodes.length}: divide the network`,
    );
  flash.set(records.RECORD_REGISTRY, registryRecord(nodes.length));
  nodes.forEach((one, i) => flash.set(records.RECORD_NODE + i, nodeRecord(one, hexWords(one.key!))));
  return flash;
}
