// SPDX-License-Identifier: Apache-2.0
// What a handover costs the base station's flash: each record is written once at most.
import { expect, it } from 'vitest';
import { RECORD_ANSWER, RECORD_NODE } from '../../firmware/records.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import * as abi from '../../host/vm/abi.ts';
import { crossing } from './networks.ts';
import { record } from './recording.ts';

const WALK = { from: 42_000, to: 75_000 };

/** Records that the base station stores while the mote walks, in their order. */
function written(scenario: Scenario): number[] {
  const run = record(scenario);
  const { steps } = run.lives.get('base')![0];
  expect(run.result.handovers.length).toBeGreaterThan(0);
  const records: number[] = [];
  for (const { inbox, outbox } of steps.filter(({ inbox }) => inbox[1] >= WALK.from && inbox[1] < WALK.to)) {
    expect(inbox[1]).toBeGreaterThanOrEqual(WALK.from);
    abi.eachAction(Int32Array.from(outbox), outbox.length, (op, at) => {
      if (op === abi.STORE) records.push(outbox[at]);
    });
  }
  return records;
}

/** Of the nodes in crossing(). */
const record_ = (name: 'r1' | 'r2' | 'm1'): number => RECORD_NODE + ['r1', 'r2', 'm1'].indexOf(name);

it('an introduction costs two records, each once: the receive floor of who tells, and the node that has moved', () => {
  const records = written(crossing(90));
  console.log(`records written for an introduction: ${records.join(', ')}`);
  expect(records).toEqual([record_('r2'), record_('m1')]);
});

it('a run through the base station costs its grant, its answer twice, and the floor: the node is not written again', () => {
  // With one introduction at most the second walk has to go through the base station; here there is none to give.
  const records = written({ ...crossing(90), lifeMinutes: 2 });
  console.log(`records written for a centralised handover and renewals: ${records.join(', ')}`);
  const nodes = records.filter((one) => one === record_('m1'));
  const answers = records.filter((one) => one >= RECORD_ANSWER && one < RECORD_NODE);
  expect(answers.length).toBeGreaterThan(0);
  // One for each ctr that was granted to it.
  expect(nodes.length).toBeLessThanOrEqual(answers.length / 2 + 1);
});
