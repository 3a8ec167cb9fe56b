// SPDX-License-Identifier: Apache-2.0
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { provision } from '../../../host/bench/preload.ts';
import { row } from './toys.ts';

const scenario = row({ r: 'router', n: 'mote' }, { aesMs: 4.2, depthLimit: 3, dataPeriodMs: 700, channel: 15 });
const [base, router, node] = scenario.motes as [any, any, any];
const KEY = 'A0A1A2A3A4A5A6A7A8A9AAABACADAEAF';
const keyWords = [0xa0a1a2a3 | 0, 0xa4a5a6a7 | 0, 0xa8a9aaab | 0, 0xacadaeaf | 0];

describe('provisioning', () => {
  it('writes who the mote is and how its network is run', () => {
    const flash = provision(scenario, 1, { ...node, key: KEY });
    expect([...flash.keys()]).toEqual([1]);
    // The layout of firmware/records.ts, written out.
    const eui = [0xacde4800 | 0, 3];
    const network = [0xabcd, 15, 0xacde4800 | 0, 1, 0x0001, 5, 3, 1440, 10, 48, 700, 0xacde48, 360, 0, 60, 0, 0];
    expect([...flash.get(1)!]).toEqual([1, ...eui, 0x0003, ...keyWords, ...network]);
    expect(provision(scenario, 1, { ...node, short: undefined }).get(1)![3]).toBe(0xfffe);
    const options = provision({ ...scenario, sealData: true, tellReturns: true }, 1, node);
    expect(options.get(1)!.at(-1)).toBe(3);
    // Routers relay readings, they take none.
    expect(provision(scenario, 1, router).get(1)![18]).toBe(0);
  });

  it('derives what keys the scenario leaves out from the seed', () => {
    const key = (seed: number): number[] => [...provision(scenario, seed, node).get(1)!.subarray(4, 8)];
    const digest = createHmac('sha256', 'kemp bench 1').update('AC:DE:48:00:00:00:00:03').digest();
    expect(key(1)).toEqual([0, 4, 8, 12].map((at) => digest.readInt32BE(at)));
    expect(key(2)).not.toEqual(key(1));
  });

  it('gives the base station one record a node, with the same keys, and no key of its own', () => {
    const flash = provision(scenario, 1, base);
    expect([...flash.keys()]).toEqual([1, 4, 16, 17]);
    expect([...flash.get(4)!]).toEqual([1, 2]);
    expect([...flash.get(1)!.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
    [router, node].forEach((mote, i) => {
      const record = flash.get(16 + i)!;
      const key = [...provision(scenario, 1, mote).get(1)!.subarray(4, 8)];
      expect([...record]).toEqual([1, 0xacde4800 | 0, i + 2, i + 2, ...key, -1, ...new Array<number>(22).fill(0)]);
    });
  });
});
