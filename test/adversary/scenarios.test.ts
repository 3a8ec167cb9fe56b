// SPDX-License-Identifier: Apache-2.0
// Scenarios with an adversary: each of its acts alone and the shipped ones as they are. No key is gained, none that an honest pair
// holds is lost, no reading is forged, and service is back in time; and one seed is one attack on every engine.
import { describe, expect, it } from 'vitest';
import { FLOODS } from '../../host/adversary/schema.ts';
import type { Act } from '../../host/adversary/schema.ts';
import { pcapRecord } from '../../host/bench/pcap.ts';
import { resultSchema } from '../../host/bench/result.ts';
import type { Result } from '../../host/bench/result.ts';
import { runBench } from '../../host/bench/run.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { VmName } from '../../host/vm/open.ts';

function run(scenario: Scenario, seed = scenario.seed): Result {
  const { result, failures } = runBench({ scenario, seed, vm: 'v8' });
  expect(failures).toEqual([]);
  expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  expect(result.adversary).toMatchObject({ keysGained: [], keysLost: [], forgedReadings: [] });
  return result;
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, n) => sum + n, 0);

const SHIPPED = ['besieged', 'tampered', 'cloned', 'captured'] as const;

describe.each(SHIPPED)('%s', (name) => {
  it.each([1, 2, 3])('achieves nothing (seed %i)', (seed) => {
    const { adversary, data, refusals } = run(loadScenario(name), seed);
    const { sent, withheld, serviceMs } = adversary!;
    const back = Object.entries(serviceMs).map(([mote, ms]) => `${mote} ${(ms! / 1000).toFixed(1)} s`);
    console.log(
      `${name}, seed ${seed}: ${total(sent)} frames sent, ${total(withheld)} withheld, ${total(refusals)} refusals; ` +
        `${data.delivered} of ${data.sent} readings delivered; served again after ${back.join(', ')}`,
    );
    expect(total(refusals)).toBeGreaterThan(0);
    if (name !== 'cloned') expect(total(sent) + total(withheld)).toBeGreaterThan(20);
  });
});

/** An act without its times. */
type Doing = Act extends infer One ? (One extends Act ? Omit<One, 'at' | 'until'> : never) : never;

/** Half a minute of one act in the roaming network, from the first handovers on. */
function besiegedBy(...acts: Doing[]): Scenario {
  const { motes } = loadScenario('roaming');
  const timed = acts.map((act) => ({ ...act, at: 30, until: 60 }));
  const file = { name: 'act', description: 'one act', seed: 3, durationSeconds: 170, motes };
  return parseScenario({ ...file, adversary: { position: { x: 0, y: 5 }, acts: timed } }, 'act.json');
}

const ACTS: readonly (readonly [name: string, ...acts: Doing[]])[] = [
  ['replays', { do: 'replay', what: 'any', perSecond: 30 }],
  ['replays what is secured', { do: 'replay', what: 'secured', perSecond: 30 }],
  ['replays REQUESTs', { do: 'replay', what: 'request', perSecond: 20 }],
  [
    'replays APPROVALs and NOTICEs',
    { do: 'replay', what: 'approval', perSecond: 10 },
    { do: 'replay', what: 'notice', perSecond: 10 },
  ],
  ['changes', { do: 'mutate', what: 'any', perSecond: 30 }],
  ['reflects', { do: 'reflect', what: 'any', probability: 1 }],
  ['keeps half of all', { do: 'drop', what: 'any', probability: 0.5 }],
  ['keeps every NOTICE', { do: 'drop', what: 'notice', probability: 1 }],
  ['brings a third late', { do: 'reorder', what: 'any', probability: 0.33, delayMs: 4000 }],
  ['acknowledges and keeps a third', { do: 'forge-ack', what: 'any', probability: 0.33 }],
  ['acknowledges and keeps every APPROVAL', { do: 'forge-ack', what: 'approval', probability: 1 }],
  ['answers with REJECT', { do: 'forge-reject', probability: 1 }],
  ['clones a router', { do: 'clone', mote: 'r2', knowsKey: false }],
  ['clones a mote whose key it knows', { do: 'clone', mote: 'm1', knowsKey: true }],
  ['captures a router', { do: 'captured', mote: 'r1', withhold: 1 }],
  ...FLOODS.map((of) => [`floods with ${of}`, { do: 'flood', of, perSecond: 40 }] as const),
];

describe('an adversary who', () => {
  it.each(ACTS.map(([name, ...acts]) => ({ name, acts })))('$name achieves nothing', ({ acts }) => {
    run(besiegedBy(...acts));
  });
});

describe('one seed', () => {
  it('is one attack on every engine', () => {
    const capture = (vm: VmName): Buffer => {
      const records: Buffer[] = [];
      const scenario = { ...loadScenario('besieged'), durationSeconds: 40 };
      runBench({ scenario, vm, hooks: { onFrame: (frame) => records.push(pcapRecord(frame)) } });
      return Buffer.concat(records);
    };
    const expected = capture('v8');
    expect(expected.length).toBeGreaterThan(30_000);
    expect(capture('fengari').equals(expected)).toBe(true);
  }, 120_000);
});
