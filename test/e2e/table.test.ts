// SPDX-License-Identifier: Apache-2.0
// docs/bench-testing.md from end to end, by the very lines of the page: three blank boards on real pseudo-terminals, with the images
// that are flashed, become a base station, a router and a mote; they join, hand over, and one is revoked. Time is the wall's, half as
// long.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SerialBench } from '../../host/bench/serial.ts';
import { runCli } from '../../host/cli.ts';
import {
  findNode,
  loadNetwork,
  MoteConsole,
  openPort,
  parseScenario,
  replBoard,
  serveBench,
} from '../../host/index.ts';
import type { Network } from '../../host/index.ts';
import { inRepository } from '../../host/root.ts';
import { examplesOf, runExample } from '../host/examples.ts';

const PAGE = 'docs/bench-testing.md';
const SPEED = 2;
const PATIENCE_MS = 180_000;
/** As the page plugs them in. */
const NODES = ['base', 'r1', 'm1'] as const;
const PLACES = [
  { x: 0, y: 0 },
  { x: 20, y: 0 },
  { x: 10, y: 5 },
];

const folder = mkdtempSync(join(tmpdir(), 'kemp-table-'));
const stop = new AbortController();
let bench: SerialBench | undefined;
let network: Network;
let board: string;

beforeAll(() => {
  vi.stubEnv('KEMP_NETWORK', join(folder, 'network.kemp'));
  vi.stubEnv('KEMP_PASSPHRASE', 'a pass phrase');
});
afterAll(async () => {
  stop.abort();
  await bench?.ended;
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});
afterEach(() => void vi.restoreAllMocks());

/** Lines of the page's first block of commands under a heading, in words. */
function commandsOf(heading: string): string[][] {
  const text = readFileSync(inRepository(PAGE), 'utf8');
  const section = text.slice(text.indexOf(`\n## ${heading}`));
  const [, block] = /^```\n([^]*?)^```$/m.exec(section)!;
  return block!
    .trim()
    .split('\n')
    .map((line) => line.match(/"[^"]*"|\S+/g)!.map((word) => word.replace(/^"(.*)"$/, '$1')));
}

/** Runs a command of the page with the terminals for its ports. @returns what it says on standard output */
async function kemp(words: readonly string[]): Promise<string> {
  expect(words[0]).toBe('kemp');
  const said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  const args = words.slice(1).map((word) => word.replace(/^\/dev\/ttyUSB(\d)$/, (_, i) => portOf(NODES[Number(i)]!)));
  const status = await runCli(args);
  vi.restoreAllMocks();
  expect(said.err).toBe('');
  expect(status).toBe(0);
  return said.out;
}

const portOf = (node: string): string => bench!.ports.get(node)!;
const plain = (name: string): string => findNode(network, name).eui64.replaceAll(':', '').toLowerCase();

/** Asks a mote once. */
async function ask(node: string, line: string): Promise<string> {
  const mote = new MoteConsole(await openPort(portOf(node)), { timeoutMs: 20_000 });
  try {
    return (await mote.rows(line)).join('\n');
  } finally {
    await mote.close();
  }
}

async function until(node: string, line: string, wanted: RegExp): Promise<string> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const said = await ask(node, line);
    if (wanted.test(said)) return said;
    if (performance.now() > end) throw new Error(`${node}: expected ${line} to say ${wanted}, got ${said}`);
    await wait(500);
  }
}

describe('an empty table', { timeout: 900_000 }, () => {
  it('gets a network', async () => {
    const steps = commandsOf('1. A network');
    const said: string[] = [];
    for (const step of steps) said.push(await kemp(step));
    expect(steps.at(-1)).toEqual(['kemp', 'provision', 'list']);
    network = await loadNetwork(process.env['KEMP_NETWORK']!, () => 'a pass phrase');
    expect(network.nodes.map(({ name, role, short }) => [name, role, short])).toEqual([
      ['base', 'base', '0001'],
      ['r1', 'router', '0002'],
      ['m1', 'mote', '0003'],
    ]);
    for (const { name, eui64, key } of network.nodes) {
      expect(said.at(-1)).toMatch(new RegExp(`${name} .*${eui64}`));
      if (key !== undefined) expect(said.join()).not.toContain(key);
    }
  });

  it('and three boards of it, which join', async () => {
    const steps = commandsOf('2. Flash');
    board = steps[0]![steps[0]!.indexOf('--board') + 1]!;
    const motes = network.nodes.map(({ name, role, eui64, short }, i) => ({
      name,
      role,
      eui64,
      short,
      position: PLACES[i],
    }));
    const scenario = parseScenario(
      { name: 'table', description: 'Three boards on a table.', seed: 1, durationSeconds: 10_000, motes },
      'table',
    );
    bench = serveBench({ scenario, board: replBoard(board) }, SPEED, stop.signal);
    for (const [i, node] of NODES.entries())
      expect(await kemp(steps[i]!)).toBe(
        `${portOf(node)}: ${node}: runs the new image, in slot a; its records are new\n`,
      );
    for (const node of ['r1', 'm1']) await until(node, 'state', /state=joined/);
    expect(await ask('m1', 'state')).toContain(`eui64=${plain('m1')}`);
    expect(await ask('base', 'nodes')).toMatch(new RegExp(`eui64=${plain('m1')} short=0003 state=keyed`));
  });

  it('which are what they are for a program, too', async () => {
    const [, program] = examplesOf(PAGE, 'The same from a program');
    const ports = Object.fromEntries(NODES.map((node) => [node, portOf(node)]));
    const rows = (await runExample(program!, folder, { ports, board })).trim().split('\n');
    // They were there already, and stay in their slots.
    expect(rows.map((row) => row.split(' ').slice(0, 2).join(' '))).toEqual(['base a', 'r1 a', 'm1 a']);
    rows.forEach((row, i) => expect(row).toContain(`"eui64":"${plain(NODES[i]!)}"`));
    for (const node of ['r1', 'm1']) await until(node, 'state', /state=joined/);
  });

  it('on which the mote hands over to another router, is revoked, and all is counted', async () => {
    const [state, neighbors, handover, nodes, revoke, counters, ...more] = commandsOf('3. Watch, hand over, revoke');
    expect(more).toEqual([]);
    const [, parent] = /state=joined parent=(\w{16})\n$/.exec(await kemp(state!))!;
    const other = [plain('base'), plain('r1')].find((eui) => eui !== parent)!;
    await until('m1', 'neighbors', new RegExp(`eui64=${other}`));
    expect(await kemp(neighbors!)).toMatch(new RegExp(`eui64=${other} short=000[12] rank=\\d+ quality=\\d+ left=\\d+`));

    // What they say unasked, one beside the other.
    let shown = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((shown += String(text)), true));
    const watching = runCli(['monitor', ...NODES.flatMap((node) => ['--port', portOf(node)])]);
    const reading = new RegExp(`base +${plain('base')} +~ reading from ${plain('m1')} octets=\\d+`);
    await vi.waitUntil(() => reading.test(shown), { timeout: PATIENCE_MS });
    process.emit('SIGINT');
    expect(await watching).toBe(0);
    vi.restoreAllMocks();
    for (const node of NODES) expect(shown).toMatch(new RegExp(`\\w+ +${plain(node)} +follows ${portOf(node)}\n`));

    await kemp(handover!);
    await until('m1', 'state', new RegExp(`state=joined parent=${other}`));

    expect(await kemp(nodes!)).toMatch(new RegExp(`eui64=${plain('m1')} short=0003 state=keyed`));
    expect(await kemp(revoke!)).toBe('');
    expect(await kemp(nodes!)).toMatch(new RegExp(`eui64=${plain('m1')} short=0003 state=revoked`));
    // Nobody keeps a key with it, and its network goes on.
    for (const node of ['base', 'r1']) await until(node, 'keys', new RegExp(`^(?![^]*${plain('m1')})`));
    await until('m1', 'state', /state=(looking|joining)/);
    expect(await ask('r1', 'state')).toContain(`state=joined parent=${plain('base')}`);

    const read = JSON.parse(await kemp(counters!)) as Record<string, number>;
    for (const name of ['seconds', 'received', 'sent', 'blocks']) expect(read[name], name).toBeGreaterThan(10);
    expect(read['typed-in-vain']).toBeGreaterThanOrEqual(0);
    const refusals = (await ask('base', 'refusals')) + (await ask('r1', 'refusals'));
    expect(refusals).toMatch(/reason=\w+ count=\d+/);
  });
});
