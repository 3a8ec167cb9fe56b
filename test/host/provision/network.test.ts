// SPDX-License-Identifier: Apache-2.0
import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as records from '../../../firmware/records.ts';
import { parseNodes } from '../../../host/provision/bulk.ts';
import {
  baseOf,
  enrol,
  findNode,
  makeNetwork,
  parseNetwork,
  recordsOf,
  retire,
  rotate,
} from '../../../host/provision/network.ts';
import { hexWords } from '../../../host/provision/records.ts';

const empty = makeNetwork({ name: 'hall', pan: '1234', channel: 15 }, { eui64: 'AC:DE:48:00:00:00:00:01' });
const two = enrol(empty, [{ name: 'r1', role: 'router', zones: [3] }, { name: 'm1' }]);

describe('a network', () => {
  it('gives what is left out: addresses that nobody else has, random keys', () => {
    const [base, r1, m1] = two.nodes as [any, any, any];
    expect(base).toMatchObject({ name: 'base', role: 'base', short: '0001' });
    expect(base.key).toBeUndefined();
    expect([r1.short, m1.short]).toEqual(['0002', '0003']);
    expect(r1.key).toMatch(/^[0-9A-F]{32}$/);
    expect(r1.key).not.toBe(m1.key);
    // Locally administered, of one device.
    for (const { eui64 } of [r1, m1]) expect(parseInt(eui64.slice(0, 2), 16) & 3).toBe(2);
  });

  it('derives keys by HKDF-SHA-256 where it is to, as node:crypto does', () => {
    const derived = enrol(makeNetwork({ name: 'hall', keys: 'derived' }), [{ name: 'm1' }]);
    const { eui64 } = findNode(derived, 'm1');
    const oracle = (generation: number): string => {
      const info = Buffer.from(`4b5f4e${eui64.replaceAll(':', '')}${generation.toString(16).padStart(8, '0')}`, 'hex');
      const key = hkdfSync('sha256', Buffer.from(derived.master!, 'hex'), 'kemp-mote network', info, 16);
      return Buffer.from(key).toString('hex').toUpperCase();
    };
    expect(findNode(derived, 'm1').key).toBe(oracle(1));
    expect(findNode(rotate(derived, 'm1'), 'm1')).toMatchObject({ key: oracle(2), generation: 2 });
  });

  it('enrols 500 nodes of a CSV file, all or none', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `n${i},${i % 2 ? 'mote' : 'router'},1;2`);
    const plans = parseNodes(`name,role,zones\n${lines.join('\n')}\n`, 'nodes.csv');
    const network = enrol(empty, plans, 'nodes.csv');
    expect(network.nodes).toHaveLength(501);
    expect(new Set(network.nodes.map(({ key }) => key)).size).toBe(501);
    expect(() => enrol(network, plans, 'nodes.csv')).toThrow('nodes[501].name: expected a name that no other node has');
  });

  it('takes JSON, too, and lists every fault with its place', () => {
    const json = JSON.stringify([{ name: 'a', eui64: '02:00:00:00:00:00:00:05', zones: [1] }]);
    expect(parseNodes(json, 'x.json')[0]).toMatchObject({ name: 'a', eui64: '02:00:00:00:00:00:00:05', zones: [1] });
    const csv = 'name,eui64,colour\na,172.222.72.0.0.0.0.31,\n';
    expect(() => parseNodes(csv, 'x.csv')).toThrow('x.csv: line 2: expected the fields');
    const wrong = 'name,eui64,channel\na,172.222.72.0.0.0.0.31,\nb,,eleven\n';
    expect(() => parseNodes(wrong, 'x.csv')).toThrow(
      /line 2: EUI-64: .*looks decimal.*\n.*line 3: expected a whole number, got eleven/,
    );
    // A spreadsheet that saw a number has lost digits.
    expect(() => parseNodes('[{"name":"a","eui64":1.2e18}]', 'x.json')).toThrow('expected text in quotes');
  });

  it('makes the records of firmware/records.ts, with the same key at both ends', () => {
    const m1 = findNode(two, 'm1');
    const own = recordsOf(two, 'm1');
    expect([...own.keys()]).toEqual([records.RECORD_IDENTITY]);
    const identity = own.get(records.RECORD_IDENTITY)!;
    expect([...identity.subarray(records.IDENTITY_KEY, records.IDENTITY_KEY + 4)]).toEqual(hexWords(m1.key!));
    expect(identity[records.IDENTITY_PAN]).toBe(0x1234);
    const base = recordsOf(two, 'base');
    expect([...base.keys()]).toEqual([records.RECORD_IDENTITY, records.RECORD_REGISTRY, 16, 17]);
    expect([...base.get(17)!.subarray(records.NODE_KEY, records.NODE_KEY + 4)]).toEqual(hexWords(m1.key!));
    expect(base.get(16)![records.NODE_ZONES]).toBe(1 << 3);
  });

  it('rotates and retires without moving anybody in the registry', () => {
    const rotated = rotate(two, 'm1');
    expect(findNode(rotated, 'm1').key).not.toBe(findNode(two, 'm1').key);
    const retired = retire(rotated, 'r1', new Date('2026-03-01'));
    expect(findNode(retired, 'r1')).toMatchObject({ retired: '2026-03-01' });
    expect(retired.nodes.map(({ name }) => name)).toEqual(['base', 'r1', 'm1']);
    // Nobody has the key that the base station keeps in its place.
    expect(recordsOf(retired, 'base').get(16)!.subarray(4, 8)).not.toEqual(
      recordsOf(two, 'base').get(16)!.subarray(4, 8),
    );
    expect(() => recordsOf(retired, 'r1')).toThrow('retired on 2026-03-01');
    expect(() => rotate(retired, 'base')).toThrow('has no key');
    expect(() => retire(retired, 'base')).toThrow('base station');
  });

  it('says when a base station cannot hold all', () => {
    const plans = Array.from({ length: records.MAX_NODES + 1 }, (_, i) => ({ name: `n${i}` }));
    expect(() => recordsOf(enrol(empty, plans), 'base')).toThrow('expected at most 64 nodes');
  });

  it('refuses a file that does not hold together, and shows no key', () => {
    const nodes = [baseOf(two), { ...findNode(two, 'm1'), key: 'SECRET' }];
    expect(() => parseNetwork({ ...two, nodes }, 'n.kemp')).toThrow(
      'n.kemp: nodes[1].key: expected 32 hex digits, got "(not shown)"',
    );
    expect(() => parseNetwork({ ...two, nodes: two.nodes.slice(1) }, 'n.kemp')).toThrow(
      'exactly one base station, got 0',
    );
  });
});
