// SPDX-License-Identifier: Apache-2.0
// docs/bench-testing.md from end to end: three blank boards on real pseudo-terminals, with the images that are flashed, become
// a base station, a router and a mote; they join, hand over, and one is revoked. Time is the wall's, half as long.
import { setTimeout as wait } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  enrol,
  findNode,
  flashPort,
  makeNetwork,
  MoteConsole,
  openPort,
  parseScenario,
  replBoard,
  serveBench,
} from '../../host/index.ts';
import { inRepository } from '../../host/root.ts';

const BOARD = 'nodemcu-esp32-mrf24j40';
const SPEED = 2;
const PATIENCE_MS = 120_000;
const PLACES: Record<string, { x: number; y: number }> = {
  base: { x: 0, y: 0 },
  r1: { x: 20, y: 0 },
  m1: { x: 10, y: 5 },
};

const network = enrol(makeNetwork({ name: 'hall', pan: '1234', channel: 15, keys: 'derived' }), [
  { name: 'r1', role: 'router' },
  { name: 'm1' },
]);
const scenario = parseScenario(
  {
    name: 'table',
    description: 'Three boards on a table.',
    seed: 1,
    durationSeconds: 10_000,
    motes: network.nodes.map(({ name, role, eui64, short }) => ({ name, role, eui64, short, position: PLACES[name] })),
  },
  'table',
);
const stop = new AbortController();
const bench = serveBench({ scenario, board: replBoard(BOARD) }, SPEED, stop.signal);
afterAll(async () => {
  stop.abort();
  await bench.ended;
});

/** Asks a mote once, as `kemp console -e` does. */
async function ask(node: string, line: string): Promise<string> {
  const mote = new MoteConsole(await openPort(bench.ports.get(node)!), { timeoutMs: 20_000 });
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

const plain = (name: string): string => findNode(network, name).eui64.replaceAll(':', '').toLowerCase();

describe('an empty table', { timeout: 900_000 }, () => {
  it('becomes a network of three', async () => {
    const flashed = await Promise.all(
      [...bench.ports].map(([node, port]) => flashPort(port, { network, node, board: BOARD })),
    );
    expect(flashed).toMatchObject(Array(3).fill({ slot: 'a', unchanged: false, recordFiles: 1 }));
    for (const node of ['r1', 'm1']) await until(node, 'state', /state=joined/);
    expect(await ask('m1', 'state')).toContain(`eui64=${plain('m1')}`);
  });

  it('on which the mote hands over to the router', async () => {
    const away = (await ask('m1', 'state')).includes(plain('r1')) ? 'base' : 'r1';
    await until('m1', 'neighbors', new RegExp(plain(away)));
    await ask('m1', `handover ${plain(away)}`);
    await until('m1', 'state', new RegExp(`parent=${plain(away)}`));
  });

  it('and is revoked, and counted', async () => {
    await ask('base', `revoke ${plain('m1')}`);
    await until('base', 'nodes', new RegExp(`${plain('m1')}.* state=revoked`));
    expect(await ask('base', 'counters')).toMatch(/\w+=\d+/);
    expect(await ask('r1', 'state')).toContain('state=joined');
  });

  it('by the steps of docs/bench-testing.md', () => {
    const page = readFileSync(inRepository('docs/bench-testing.md'), 'utf8');
    for (const name of ['enrol', 'flashPort', 'makeNetwork', 'saveNetwork']) expect(page).toContain(name);
  });
});
