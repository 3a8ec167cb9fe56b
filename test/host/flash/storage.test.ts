// SPDX-License-Identifier: Apache-2.0
// Records of provisioning meet those of a mote that ran: state stays, keys change, and the mote has its records at any instant.
import { describe, expect, it } from 'vitest';
import * as records from '../../../firmware/records.ts';
import { DamagedRecords, euiOf, planStorage } from '../../../host/flash/storage.ts';
import { enrol, findNode, makeNetwork, recordsOf, rotate } from '../../../host/provision/network.ts';
import type { Flash } from '../../../host/provision/records.ts';
import { LOG_FILES, logOf, readLogs, SEED_RECORD, SEED_WORDS } from '../../../host/storage/log.ts';

const network = enrol(makeNetwork({ name: 'hall' }), [{ name: 'r1', role: 'router' }, { name: 'm1' }]);
type Files = Map<string, Buffer>;

/** Takes over the plan, a file at a time. @returns the files, and what the mote would read after each step. */
function applied(files: Files, plan: ReadonlyMap<string, Buffer>): { files: Files; seen: (Flash | undefined)[] } {
  const after = new Map(files);
  const read = (): Flash | undefined =>
    readLogs(LOG_FILES.map((name) => after.get(name)?.toString('latin1')))?.records as Flash | undefined;
  const seen: (Flash | undefined)[] = [];
  for (const [name, content] of plan) {
    after.delete(name);
    seen.push(read());
    after.set(name, content);
    seen.push(read());
  }
  return { files: after, seen };
}

function logs(flash: Flash, sequence = flash.size): Files {
  return new Map(LOG_FILES.map((name) => [name, Buffer.from(logOf(flash, sequence), 'latin1')]));
}

describe('records', () => {
  it('make a node of a blank mote', () => {
    const { files } = applied(new Map(), planStorage(new Map(), recordsOf(network, 'm1')));
    expect([...files.keys()]).toEqual(['kemp.a']);
    expect(euiOf(files)).toBe(findNode(network, 'm1').eui64);
    expect(planStorage(files, recordsOf(network, 'm1')).size).toBe(0);
  });

  it('bring a seed for random numbers that no other mote has, another one with each change', () => {
    const seedOf = (files: ReadonlyMap<string, Buffer>): Int32Array =>
      readLogs(LOG_FILES.map((name) => files.get(name)?.toString('latin1')))!.records.get(SEED_RECORD)!;
    const wanted = recordsOf(network, 'm1');
    const blank = Array.from({ length: 20 }, () => planStorage(new Map(), wanted));
    const seeds = new Set(blank.map((plan) => String(seedOf(plan))));
    expect(seeds.size).toBe(20);
    expect(seedOf(blank[0]!)).toHaveLength(SEED_WORDS);
    // Half of the bits are ones.
    const bits = [...seeds].flatMap((seed) => seed.split(',').map((word) => (Number(word) >>> 0).toString(2)));
    const ones = bits.join('').replaceAll('0', '').length;
    expect(ones).toBeGreaterThan(20 * 64 - 200);
    expect(ones).toBeLessThan(20 * 64 + 200);
    // The board has put another in its place: that one stays while nothing changes, and goes with the key.
    const ran = logs(new Map(wanted).set(SEED_RECORD, Int32Array.of(1, 2, 3, 4)));
    expect(planStorage(ran, wanted).size).toBe(0);
    expect([...seedOf(planStorage(ran, recordsOf(rotate(network, 'm1'), 'm1')))]).not.toEqual([1, 2, 3, 4]);
    // A mote that has none gets one, and keeps the rest.
    const bare = new Map(wanted).set(records.RECORD_COUNTER, Int32Array.of(160));
    const [content] = planStorage(logs(bare), wanted).values();
    const after = readLogs([content!.toString('latin1')])!.records;
    expect(after.get(SEED_RECORD)).toHaveLength(SEED_WORDS);
    expect(after.get(records.RECORD_COUNTER)![0]).toBe(160);
  });

  it('leave the counters, sessions and revocations of nodes that stay', () => {
    const ran = recordsOf(network, 'base');
    const r1 = ran.get(16)!.slice();
    r1[records.NODE_COUNTER] = 77;
    r1[records.NODE_REVOKED] = 1;
    ran.set(16, r1).set(8, Int32Array.of(5, 5));
    const grown = enrol(rotate(network, 'm1'), [{ name: 'm2' }]);
    const { files, seen } = applied(logs(ran), planStorage(logs(ran), recordsOf(grown, 'base')));
    const after = readLogs(LOG_FILES.map((name) => files.get(name)?.toString('latin1')))!.records;
    expect([...after.get(16)!]).toEqual([...r1]);
    // A new key begins anew; what nobody provisions stays.
    expect(after.get(17)).toEqual(recordsOf(grown, 'base').get(17));
    expect(after.get(records.RECORD_REGISTRY)![1]).toBe(3);
    expect(after.get(8)![0]).toBe(5);
    // Between the two steps the mote has what it had.
    expect(seen[0]).toEqual(ran);
  });

  it('replace the file that is not the only whole one', () => {
    const wanted = recordsOf(rotate(network, 'm1'), 'm1');
    const before = recordsOf(network, 'm1');
    for (const damaged of LOG_FILES) {
      const files = logs(before);
      files.set(damaged, files.get(damaged)!.subarray(0, 40));
      const plan = planStorage(files, wanted);
      expect([...plan.keys()]).toEqual([damaged]);
      for (const flash of applied(files, plan).seen) expect(flash).toBeDefined();
    }
  });

  it('keep the REQUEST counter over a rotation, and nothing when the mote becomes another', () => {
    const ran = recordsOf(network, 'm1').set(records.RECORD_COUNTER, Int32Array.of(160));
    const counter = (name: string, to = network): number | undefined => {
      const [content] = planStorage(logs(ran), recordsOf(to, name)).values();
      return readLogs([content.toString('latin1')])!.records.get(records.RECORD_COUNTER)?.[0];
    };
    expect(counter('m1', rotate(network, 'm1'))).toBe(160);
    expect(counter('r1')).toBeUndefined();
  });

  it('are never begun anew in silence', () => {
    const damaged = new Map([['kemp.a', Buffer.from('x'.repeat(50))]]);
    expect(() => planStorage(damaged, recordsOf(network, 'm1'))).toThrow(DamagedRecords);
    expect(planStorage(damaged, recordsOf(network, 'm1'), true).size).toBe(1);
  });
});
