// SPDX-License-Identifier: Apache-2.0
// More of what users of other stacks had to complain of (test/protocol/users.test.ts), where it takes a whole network to see it.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import { record } from '../protocol/recording.ts';
import { Stage } from '../protocol/stage.ts';
import { Watched } from '../protocol/watched.ts';

describe('frame counters', () => {
  it('belong to one key and one sender: each begins at 0 and rises by one, whatever other keys do', () => {
    const stage = new Stage(record({ ...loadScenario('roaming'), durationSeconds: 110 }), 'base');
    const counters = new Map<string, number[]>();
    for (const { key, src, mhr } of stage.pool) {
      if (key === undefined) continue;
      const id = `${key.link.toString('hex')} ${src}`;
      counters.set(id, [...(counters.get(id) ?? []), mhr.counter]);
    }
    expect(counters.size).toBeGreaterThan(20);
    for (const [id, seen] of counters) expect(seen, id).toEqual(seen.map((_, i) => i));
  });
});

describe('rotation', () => {
  it('rotates: each pair has other octets each minute, and uses the old ones no more', () => {
    const keys: { key: string; motes: string }[] = [];
    const scenario = loadScenario('refresh');
    record(scenario, { hooks: { onKey: ({ key, motes }) => keys.push({ key, motes: motes.join() }) } });
    const minutes = Math.floor(scenario.durationSeconds / 60);
    const pairs = [...new Set(keys.map(({ motes }) => motes))].map((motes) => {
      const octets = keys.filter((one) => one.motes === motes).map(({ key }) => key);
      expect(new Set(octets).size, motes).toBe(octets.length);
      return octets.length;
    });
    // Each of the three nodes has a router that it stays with.
    expect(pairs.filter((rotations) => rotations >= minutes - 2).length).toBeGreaterThanOrEqual(3);
  });
});

describe('a router', () => {
  it('does not forward for free: what strangers can make it relay is bounded', () => {
    const { motes } = loadScenario('roaming');
    const [from, until, UP] = [30, 90, 14];
    const acts = [{ do: 'flood', of: 'request', to: 'r1', perSecond: 30, at: from, until }];
    const file = { name: 'flood', description: 'REQUESTs', seed: 5, durationSeconds: 120, dataPeriodMs: 0, motes };
    const scenario = parseScenario({ ...file, adversary: { position: { x: -20, y: 5 }, acts } }, 'flood.json');
    const relayed = (one: Watched): number =>
      one.frames(UP, from, 'r1').filter(({ micros }) => micros < until * 1e6).length;
    const [calm, flooded] = [{ ...scenario, adversary: undefined }, scenario].map((one) => new Watched(one));
    expect(flooded.result.adversary!.sent.flood).toBeGreaterThan(1000);
    const extra = relayed(flooded) - relayed(calm);
    console.log(`of ${flooded.result.adversary!.sent.flood} forged REQUESTs r1 relayed ${extra} in ${until - from} s`);
    expect(extra).toBeLessThanOrEqual(20 + (until - from) + 10);
    expect(flooded.result.refusals.bucket).toBeGreaterThan(500);
    expect(flooded.of(events.EVENT_COMMIT).length).toBeGreaterThan(0);
    expect(flooded.failures).toEqual([]);
  });
});
