// SPDX-License-Identifier: Apache-2.0
// One seed is one run, on every engine: the same octets at the same times, the same keys, the same results.
import { beforeAll, describe, expect, it } from 'vitest';
import { keylogLines } from '../../host/bench/keylog.ts';
import { pcapHeader, pcapRecord } from '../../host/bench/pcap.ts';
import { runBench } from '../../host/bench/run.ts';
import type { Result } from '../../host/bench/result.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { VmName } from '../../host/vm/open.ts';
import { describeWith } from '../tools.ts';

interface Run {
  readonly pcap: Buffer;
  readonly keylog: string;
  readonly frames: number;
  readonly result: Result;
}

function run(scenario: Scenario, vm: VmName, seed = scenario.seed): Run {
  const records: Buffer[] = [];
  let keylog = '';
  const { result } = runBench({
    scenario,
    seed,
    vm,
    keylog: true,
    hooks: {
      onFrame: (frame) => records.push(pcapRecord(frame)),
      onKey: (key) => (keylog += keylogLines(key)),
    },
  });
  return { pcap: Buffer.concat([pcapHeader(), ...records]), keylog, frames: records.length, result };
}

/** All of a result but what names the engine. */
function withoutEngine({ motes, ...result }: Result): unknown {
  return { ...result, vm: '', motes: motes.map((mote) => ({ ...mote, image: '' })) };
}

const ENGINES = ['fengari', 'lua5.1', 'lua5.3', 'lua5.4'] as const;
/** Joins over one, two and three hops, and the handovers from the outer to the inner routers. */
const SECONDS = 75;

describe.each(['roaming', 'lossy'])('%s', (name) => {
  const scenario = { ...loadScenario(name), durationSeconds: SECONDS };
  let expected: Run;
  beforeAll(() => {
    expected = run(scenario, 'v8');
  });

  it('has joins over one and two hops, and predictive handovers', () => {
    const established = expected.result.runs.filter(({ outcome }) => outcome === 'established');
    const count = (mode: string, hops?: number): number =>
      established.filter((one) => one.mode === mode && (hops === undefined || one.hops === hops)).length;
    const counts = [count('centralised', 1), count('centralised', 2), count('predictive')];
    console.log(
      `${name}, ${SECONDS} s on V8: ${expected.frames} transmissions, ${expected.pcap.length} octets of capture; ` +
        `joins over 1 and 2 hops and predictive handovers: ${counts.join(', ')}`,
    );
    expect(counts[0]).toBeGreaterThanOrEqual(1);
    expect(counts[1]).toBeGreaterThanOrEqual(2);
    expect(counts[2]).toBeGreaterThanOrEqual(2);
  });

  for (const vm of ENGINES) {
    describeWith(vm, `on ${vm}`, () => {
      it('is the run that it is on V8, octet for octet', () => {
        const { pcap, keylog, result } = run(scenario, vm);
        expect(pcap.equals(expected.pcap)).toBe(true);
        expect(keylog).toBe(expected.keylog);
        expect(withoutEngine(result)).toEqual(withoutEngine(expected.result));
        expect(result.vm).toBe(vm);
      });
    });
  }

  it('is the same run again, and another one under another seed', () => {
    expect(run(scenario, 'v8').pcap.equals(expected.pcap)).toBe(true);
    const other = run(scenario, 'v8', scenario.seed + 1);
    expect(other.pcap.equals(expected.pcap)).toBe(false);
    // Not a single key in common.
    const keys = new Set(expected.keylog.split('\n').filter((line) => line.startsWith('"')));
    expect(keys.size).toBeGreaterThan(5);
    expect(other.keylog.split('\n').filter((line) => keys.has(line))).toEqual([]);
  });
});
