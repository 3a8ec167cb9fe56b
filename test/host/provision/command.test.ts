// SPDX-License-Identifier: Apache-2.0
// `kemp provision` with many nodes: in from a file, out to one, and what happens to one of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkedEui } from '../../../host/provision/checked.ts';
import { loadNetwork } from '../../../host/provision/file.ts';
import type { NetworkNode } from '../../../host/provision/network.ts';
import { kemp, type Said } from '../kemp.ts';

const folder = mkdtempSync(join(tmpdir(), 'kemp-many-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.restoreAllMocks());

const provision = (network: string, ...args: string[]): Promise<Said> =>
  kemp('provision', ...args, '--network', join(folder, network));

const nodesOf = async (network: string): Promise<NetworkNode[]> =>
  (await loadNetwork(join(folder, network), () => expect.fail('no pass phrase is needed'))).nodes;

describe('a network of 300 nodes', { timeout: 60_000 }, () => {
  const csv = join(folder, 'nodes.csv');
  beforeAll(async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `n${i},${i % 5 === 0 ? 'router' : 'mote'},${i % 32}`);
    writeFileSync(csv, `name,role,zones\n${rows.join('\n')}\n`);
    expect(await provision('a', 'init', '--name', 'hall', '--plain')).toMatchObject({ status: 0, err: '' });
  });

  it('comes from a file, all or none', async () => {
    const said = await provision('a', 'import', csv);
    expect(said).toMatchObject({ status: 0, err: '' });
    expect(said.out).toBe('300 nodes enrolled, 301 in all; flash them and the base station\n');
    const before = await nodesOf('a');
    expect(new Set(before.map(({ key }) => key)).size).toBe(301);
    const again = await provision('a', 'import', csv);
    expect(again.status).toBe(2);
    expect(again.err).toContain('expected a name that no other node has');
    expect(await nodesOf('a')).toEqual(before);
  });

  it('goes out to a file that makes the same network, where its keys are asked for', async () => {
    for (const format of ['csv', 'json']) {
      const file = join(folder, `out.${format}`);
      writeFileSync(file, (await provision('a', 'export', '--format', format, '--include-keys')).out);
      await provision(format, 'init', '--name', 'copy', '--plain');
      const said = await provision(format, 'import', file);
      expect(said.err).toBe('');
      expect((await nodesOf(format)).slice(1)).toEqual((await nodesOf('a')).slice(1));
    }
    const plain = await provision('a', 'export');
    for (const { key } of await nodesOf('a')) if (key !== undefined) expect(plain.out).not.toContain(key);
  });

  it('loses one, whose place stays taken', async () => {
    const said = await provision('a', 'retire', 'n7');
    const { eui64, key } = (await nodesOf('a')).find(({ name }) => name === 'n7')!;
    expect(said.out).toMatch(new RegExp(`^n7: retired; a base station that runs is told by \`revoke ${eui64}\``));
    expect((await nodesOf('csv')).find(({ name }) => name === 'n7')!.key).not.toBe(key);
    expect((await nodesOf('a')).map(({ name }) => name)).toEqual((await nodesOf('csv')).map(({ name }) => name));
    expect((await provision('a', 'export')).out).not.toContain('\nn7,');
    expect((await provision('a', 'list')).out).toMatch(/n7 .*retired \d{4}-\d\d-\d\d/);
    expect((await provision('a', 'rotate', 'n7')).status).toBe(2);
  });

  it('computes the check digits of a label', async () => {
    // It opens no network.
    const { status, out } = await kemp('provision', 'check', 'acde48000000001f');
    expect([status, out]).toEqual([0, `${checkedEui('AC:DE:48:00:00:00:00:1F')}\n`]);
  });
});
