// SPDX-License-Identifier: Apache-2.0
// Adversaries by the thousand, each with the whole network in its hands, against compiled images. KEMP_ADVERSARIES says how many.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Prng } from '../../host/medium/prng.ts';
import { parseScenario } from '../../host/scenario/load.ts';
import type { ScenarioFile } from '../../host/scenario/schema.ts';
import { vmFactory } from '../../host/vm/open.ts';
import { ACTS, World } from './world.ts';
import type { ActName } from './world.ts';

const ADVERSARIES = Number(process.env.KEMP_ADVERSARIES ?? '1000');
const ACTIONS = 1000;

/** Two routers and two motes, all in each other's earshot until the adversary moves them; keys are refreshed each minute. */
function village(): ReturnType<typeof parseScenario> {
  const eui = (last: string): string => `AC:DE:48:00:00:00:00:${last}`;
  const mote = (name: string, role: 'base' | 'router' | 'mote', last: string): ScenarioFile['motes'][number] => ({
    ...{ name, role, eui64: eui(last), short: `00${last}`, position: { x: 0, y: 0 } },
  });
  const motes = [
    mote('base', 'base', '01'),
    mote('r1', 'router', '11'),
    mote('r2', 'router', '12'),
    mote('m1', 'mote', '21'),
  ];
  const file: ScenarioFile = {
    ...{ name: 'village', description: 'in the hands of an adversary', seed: 1, durationSeconds: 1, aesMs: 1 },
    ...{ refreshMinutes: 1, hysteresis: 4, leaveBelow: 120, dataPeriodMs: 2000, motes },
  };
  return parseScenario(file, 'village.json');
}

const scenario = village();
const open = vmFactory('v8');

describe('a network in the hands of an adversary', () => {
  it(`holds no key that both ends do not agree on: ${ADVERSARIES} adversaries of ${ACTIONS} actions`, () => {
    let [keys, committed] = [0, 0];
    const modes = new Map<number, number>();
    for (let seed = 0; seed < ADVERSARIES; seed++) {
      const world = new World(scenario, seed, open);
      try {
        world.play(new Prng(seed, 'acts'), ACTIONS);
      } catch (error) {
        throw new Error(`adversary ${seed}: ${(error as Error).message}`, { cause: error });
      } finally {
        world.close();
      }
      for (const key of world.ledger.keys.values()) {
        keys++;
        if (!key.committed) continue;
        committed++;
        modes.set(key.mode, (modes.get(key.mode) ?? 0) + 1);
      }
    }
    const by = [...modes].sort().map(([mode, count]) => `mode ${mode}: ${count}`);
    console.log(`${ADVERSARIES} adversaries: ${keys} keys proved, ${committed} committed, ${by.join(', ')}`);
    expect(committed).toBeGreaterThan(ADVERSARIES * 2);
    if (ADVERSARIES >= 500) expect(modes.size).toBe(4);
  }, 1_800_000);

  it('whatever it does, in whatever order', () => {
    const act = fc.tuple(fc.constantFrom<ActName>(...ACTS), fc.nat(), fc.nat());
    // It begins with a network that has had the time to form.
    const living = fc.tuple(fc.nat(1000), fc.array(act, { minLength: 50, maxLength: 400 }));
    fc.assert(
      fc.property(living, ([seed, acts]) => {
        const world = new World(scenario, seed, open);
        try {
          for (let i = 0; i < 400; i++) world.act('deliver', i, i);
          for (const [name, a, b] of acts) world.act(name, a, b);
        } finally {
          world.close();
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  }, 600_000);
});
