// SPDX-License-Identifier: Apache-2.0
// A verdict that finds nothing must be able to find something; so must the ledger, and the scenario's checks.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { Verdict } from '../../host/adversary/verdict.ts';
import { Directory } from '../../host/bench/directory.ts';
import type { Mote } from '../../host/bench/mote.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import { Ledger } from './ledger.ts';

const [R1, R2, M1] = [0x11, 0x12, 0x21];
const scenario = loadScenario('besieged');
const second = 1_000_000;

/** Reports of motes by name: what each says, one second after the other. */
function judged(
  said: readonly (readonly [mote: string, event: number, ...args: number[]])[],
  change?: Partial<Scenario>,
) {
  const whole = { ...scenario, ...change };
  const verdict = new Verdict(whole.adversary!, whole, new Directory(whole.motes));
  said.forEach(([name, event, ...args], i) => {
    const mote = { name, spec: whole.motes.find((one) => one.name === name)! } as Mote;
    verdict.report(mote, (i + 1) * second, event, args);
  });
  const achieved = verdict.achieved();
  return { ...achieved, failures: verdict.failures(achieved) };
}

const proved = ['m1', events.EVENT_KEY, R1, 7, 0, 0, 1] as const;
const committed = ['r1', events.EVENT_COMMIT, M1, 7, 0, 0, 1] as const;
const attached = ['m1', events.EVENT_ATTACH, R1, 0] as const;

describe('the verdict', () => {
  it('sees nothing in a key that both ends have', () => {
    expect(judged([proved, committed, attached])).toMatchObject({ keysGained: [], keysLost: [], forgedReadings: [] });
  });

  it.each([
    ['that the node does not have', [committed]],
    ['of other terms', [proved, ['r1', events.EVENT_COMMIT, M1, 7, 1, 0, 1]]],
    ['a second time', [proved, committed, committed]],
    ['with another router', [proved, ['r2', events.EVENT_COMMIT, M1, 7, 0, 0, 1]]],
    ['that the router never committed', [proved, attached]],
  ] as const)('sees a key gained: one %s', (_, said) => {
    const { keysGained, failures } = judged(said);
    expect(keysGained).toHaveLength(1);
    expect(failures[0]).toMatch(/^The adversary gained a key: /);
  });

  it('sees a key lost, but for one that a newer one follows or that was never proved', () => {
    const gone = ['m1', events.EVENT_KEY_GONE, R1, 1] as const;
    expect(judged([proved, committed, attached, gone]).keysLost).toHaveLength(1);
    expect(judged([proved, committed, attached, ['r1', events.EVENT_KEY_GONE, M1, 1]]).keysLost).toHaveLength(1);
    expect(judged([proved, committed, gone]).keysLost).toEqual([]);
    const newer = ['m1', events.EVENT_KEY, R1, 8, 3, 0, 2] as const;
    expect(judged([proved, committed, attached, newer, gone]).keysLost).toEqual([]);
    const other = ['m1', events.EVENT_KEY, R2, 8, 1, 1, 1] as const;
    expect(judged([proved, committed, attached, other, gone]).keysLost).toHaveLength(1);
  });

  it('sees a reading that nobody sent, and who is not served again', () => {
    const delivered = ['base', events.EVENT_DATA_DELIVERED, M1, 3] as const;
    const { forgedReadings, failures, serviceMs } = judged([delivered]);
    expect(forgedReadings).toHaveLength(1);
    expect(serviceMs).toEqual({ m1: null, m2: null });
    expect(failures.filter((text) => text.includes('was to be served again'))).toHaveLength(2);
    expect(judged([['m1', events.EVENT_DATA_SENT, 3], delivered]).forgedReadings).toEqual([]);
  });
});

describe('the ledger', () => {
  const party = (name: string, low: number) => ({ name, low, eui: Buffer.alloc(8, low), own: Buffer.alloc(16, low) });

  it('takes no key that no run made, and none from a router that the node does not have', () => {
    const ledger = (): Ledger => new Ledger([party('base', 1), party('r1', R1), party('m1', M1)]);
    const key = (one: Ledger, mote: string, event: number, peer: number): void => {
      one.said(mote, event, [peer, 7, 0, 0, 1]);
      one.said(mote, events.EVENT_LINK_KEY_1, [peer, 1, 1, 2]);
      one.said(mote, events.EVENT_LINK_KEY_2, [peer, 1, 3, 4]);
    };
    expect(() => key(ledger(), 'm1', events.EVENT_KEY, R1)).toThrow('to have begun run 7');
    expect(() => key(ledger(), 'r1', events.EVENT_COMMIT, M1)).toThrow('m1 does not have');
  });
});

describe("an adversary's acts", () => {
  it('are refused where they name nobody or end before they begin, or after the end', () => {
    const { motes } = loadScenario('roaming');
    const act = { do: 'captured', mote: 'r9', at: 50, until: 40 };
    const file = { name: 'bad', description: 'x', seed: 1, durationSeconds: 100, motes };
    const parse = (acts: unknown[]): Scenario =>
      parseScenario({ ...file, adversary: { position: { x: 0, y: 0 }, acts } }, 'bad.json');
    expect(() => parse([act])).toThrow(/adversary\.acts\[0\]\.mote: expected the name of a mote, got "r9"/);
    expect(() => parse([act])).toThrow(/acts\[0\]\.until: expected a time after at, 50 s, got 40/);
    expect(() => parse([{ ...act, mote: 'r1', until: 400 }])).toThrow(/expected a time before the end, 100 s, got 400/);
    expect(() => parse([{ do: 'shout', at: 1, until: 2 }])).toThrow(/adversary\.acts\[0\]/);
  });
});
