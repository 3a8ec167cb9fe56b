// SPDX-License-Identifier: Apache-2.0
// `kemp provision`: the network file from the command line.

import { existsSync, readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { parseNodes } from './bulk.ts';
import { checkedEui, checkedKey, parseCheckedEui, parseCheckedKey, parseEui } from './checked.ts';
import { loadNetwork, saveNetwork } from './file.ts';
import { enrol, findNode, makeNetwork, retire, rotate } from './network.ts';
import type { Network, NetworkNode } from './network.ts';
import { passPhrase } from './pass-phrase.ts';

/** Where the network is, and how it is opened: options that `kemp flash` has, too. */
export interface NetworkOptions {
  readonly network: string;
  readonly passphraseFile?: string;
}

/** Adds the options that name and open a network file. */
export function withNetworkOptions(command: Command): Command {
  return command
    .addOption(new Option('--network <file>', 'the network file').env('KEMP_NETWORK').default('network.kemp'))
    .option('--passphrase-file <file>', 'its first line is the pass phrase, which is otherwise asked for');
}

/** @throws UsageError */
export function openNetworkFile({ network, passphraseFile }: NetworkOptions): Promise<Network> {
  return loadNetwork(network, () => passPhrase(network, passphraseFile));
}

/** The pass phrase is asked for once: the file is written under the one that opened it. */
async function change(options: NetworkOptions, edit: (network: Network) => Network): Promise<Network> {
  let phrase: string | undefined;
  const network = await loadNetwork(
    options.network,
    async () => (phrase = await passPhrase(options.network, options.passphraseFile)),
  );
  const after = edit(network);
  if (after !== network) await saveNetwork(options.network, after, phrase);
  return after;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, got ${text}`);
  return Number(text);
}

function collect(text: string, before: number[] = []): number[] {
  return [...before, whole(text)];
}

/** All but a field that is key material. */
function without<T extends object, K extends keyof T>(value: T, secret: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([field]) => field !== secret)) as Omit<T, K>;
}

/** All but its key. */
function shown(node: NetworkNode): Omit<NetworkNode, 'key'> {
  return without(node, 'key');
}

function table(network: Network): string {
  const lines = new Table({
    head: ['name', 'role', 'EUI-64 and check digits', 'short', 'zones', 'key', 'board', 'port'],
    style: { head: [], border: [], compact: true },
  });
  for (const node of network.nodes) {
    const key = node.retired ? `retired ${node.retired}` : node.role === 'base' ? '' : `generation ${node.generation}`;
    const zones = node.zones.join(' ');
    lines.push([
      node.name,
      node.role,
      checkedEui(node.eui64),
      node.short ?? '',
      zones,
      key,
      node.board ?? '',
      node.port ?? '',
    ]);
  }
  const { name, pan, channel, keys } = network;
  return `${name}: PAN ${pan}, channel ${channel}, ${keys} keys\n${lines.toString()}`;
}

/** A field of CSV (RFC 4180). */
function csvField(value: unknown): string {
  const text = Array.isArray(value) ? value.join(';') : String(value ?? '');
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What `import` reads again: all of a node but how often its key was rotated. */
function exported(network: Network, format: 'csv' | 'json', withKeys: boolean): string {
  const fields = ['name', 'role', 'eui64', 'short', ...(withKeys ? ['key'] : []), 'zones', 'channel', 'board', 'port'];
  const nodes = network.nodes
    .filter(({ retired, role }) => retired === undefined && role !== 'base')
    .map((node) => fields.map((field) => [field, node[field as keyof typeof node]] as const));
  if (format === 'json')
    return JSON.stringify(
      nodes.map((node) => Object.fromEntries(node) as object),
      null,
      2,
    );
  return [fields.join(','), ...nodes.map((node) => node.map(([, value]) => csvField(value)).join(','))].join('\n');
}

interface InitOptions extends NetworkOptions {
  readonly name: string;
  readonly pan?: string;
  readonly channel?: number;
  readonly scan?: number[];
  readonly keys: 'random' | 'derived';
  readonly baseEui?: string;
  readonly board?: string;
  readonly port?: string;
  readonly plain: boolean;
}

async function init(options: InitOptions): Promise<void> {
  const { name, pan, channel, scan, keys, baseEui, board, port } = options;
  if (existsSync(options.network))
    throw new UsageError(`${options.network}: there is a network already: give another --network, or remove the file`);
  const plan = {
    name,
    keys,
    ...(pan !== undefined && { pan: pan.replace(/^0x/i, '') }),
    ...(channel !== undefined && { channel }),
    ...(scan && { scanChannels: scan }),
  };
  const network = makeNetwork(plan, { eui64: baseEui && parseCheckedEui(baseEui), board, port });
  const phrase = options.plain ? undefined : await passPhrase(options.network, options.passphraseFile, true);
  await saveNetwork(options.network, network, phrase);
  say(table(network));
}

interface AddOptions extends NetworkOptions {
  readonly role: 'mote' | 'router';
  readonly eui?: string;
  readonly key?: string;
  readonly short?: string;
  readonly zone?: number[];
  readonly channel?: number;
  readonly board?: string;
  readonly port?: string;
}

async function add(name: string, options: AddOptions): Promise<void> {
  const { role, eui, key, short, zone, channel, board, port } = options;
  const plan = {
    name,
    role,
    eui64: eui && parseCheckedEui(eui),
    key: key && parseCheckedKey(key),
    short,
    zones: zone,
    channel,
    board,
    port,
  };
  const network = await change(options, (before) => enrol(before, [plan], name));
  say(`${name}: ${checkedEui(findNode(network, name).eui64)}; flash it and the base station`);
}

async function bulk(file: string, options: NetworkOptions): Promise<void> {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`expected a CSV or JSON file, got ${(error as Error).message}`);
  }
  const plans = parseNodes(content, file);
  const network = await change(options, (before) => enrol(before, plans, file));
  say(`${plans.length} nodes enrolled, ${network.nodes.length} in all; flash them and the base station`);
}

/** @returns the command, for the program `kemp`. */
export function provisionCommand(): Command {
  const provision = new Command('provision').description('make a network and enrol its nodes');
  const sub = (nameAndArguments: string, description: string): Command =>
    withNetworkOptions(provision.command(nameAndArguments).description(description)).exitOverride();

  sub('init', 'make a network of a base station alone')
    .requiredOption('--name <name>', 'of the network')
    .option('--pan <hex>', 'PAN, four hex digits')
    .option('--channel <number>', '11 to 26', whole)
    .option('--scan <channel>', 'another channel where nodes look for a router; again for more', collect)
    .addOption(new Option('--keys <from>', 'where keys come from').choices(['random', 'derived']).default('random'))
    .option('--base-eui <eui64>', 'of the base station, with check digits; made up without')
    .option('--board <name>', 'of the base station, kept for flashing')
    .option('--port <path>', 'of the base station, kept for flashing')
    .option('--plain', 'do not encrypt the file', false)
    .action(init);
  sub('add <name>', 'enrol one node')
    .addOption(new Option('--role <role>', 'what it will be').choices(['mote', 'router']).default('mote'))
    .option('--eui <eui64>', 'with check digits; made up without')
    .option('--key <key>', 'with check digits; made without')
    .option('--short <hex>', 'short address; the next free one without')
    .option('--zone <number>', 'served by routers that share one; again for more', collect)
    .option('--channel <number>', 'where it looks first', whole)
    .option('--board <name>', 'kept for flashing')
    .option('--port <path>', 'kept for flashing')
    .action(add);
  sub('import <file>', 'enrol all nodes of a CSV or JSON file, or none').action(bulk);
  sub('list', 'show the network, without keys')
    .option('--json', 'as JSON', false)
    .action(async (options: NetworkOptions & { json: boolean }) => {
      const network = await openNetworkFile(options);
      const terms = without(network, 'master');
      say(options.json ? JSON.stringify({ ...terms, nodes: network.nodes.map(shown) }, null, 2) : table(network));
    });
  sub('export', 'print the nodes as a file that `import` reads')
    .addOption(new Option('--format <format>').choices(['csv', 'json']).default('csv'))
    .option('--include-keys', 'with their keys: key material', false)
    .action(async (options: NetworkOptions & { format: 'csv' | 'json'; includeKeys: boolean }) =>
      say(exported(await openNetworkFile(options), options.format, options.includeKeys)),
    );
  sub('key <name>', 'print the key of one node with check digits: key material').action(
    async (name: string, options: NetworkOptions) => {
      const { key } = findNode(await openNetworkFile(options), name);
      if (key === undefined) throw new UsageError(`${name}: the base station has no key of its own`);
      say(checkedKey(key));
    },
  );
  sub('rotate <name>', 'give a node a new key').action(async (name: string, options: NetworkOptions) => {
    const node = findNode(await change(options, (before) => rotate(before, name)), name);
    say(`${node.name}: key of generation ${node.generation}; flash it and the base station`);
  });
  sub('retire <name>', 'end a membership').action(async (name: string, options: NetworkOptions) => {
    const node = findNode(await change(options, (before) => retire(before, name)), name);
    say(
      `${node.name}: retired; a base station that runs is told by \`revoke ${node.eui64}\` on its console, ` +
        `and forgets its key when it is flashed`,
    );
  });
  provision
    .command('check <eui64>')
    .description('compute the check digits of an EUI-64 that has none, as from a label')
    .exitOverride()
    .action((text: string) => say(checkedEui(parseEui(text))));
  return provision;
}
