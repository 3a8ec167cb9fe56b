// SPDX-License-Identifier: Apache-2.0
// A small network in which a mote walks from one router to another, for tests that reset its members; whoever was reset has to find
// back by itself.
import { EVENT_DATA_DELIVERED } from '../../firmware/events.ts';
import type { BenchHooks, Report } from '../../host/bench/run.ts';
import { parseScenario } from '../../host/scenario/load.ts';
import type { Scenario, ScenarioFile } from '../../host/scenario/schema.ts';
import { vmFactory } from '../../host/vm/open.ts';
import type { VmFactory, VmName } from '../../host/vm/open.ts';
import * as abi from '../../host/vm/abi.ts';
import { wrapped } from './recording.ts';

const eui = (low: number): string => `AC:DE:48:00:00:00:00:${low.toString(16).padStart(2, '0')}`;
const key = (low: number): string => Buffer.alloc(16, low).toString('hex');

export const MEMBERS = ['base', 'r1', 'r2', 'm1'] as const;

/** m1 is in earshot of both routers and not of the base station; r1 is the better one until 30 s, then r2. */
export function walk(more: Partial<ScenarioFile> = {}): Scenario {
  const file: ScenarioFile = {
    name: 'walk',
    description: 'A mote walks from one router to another.',
    seed: 1,
    durationSeconds: 100,
    dataPeriodMs: 1000,
    leaveBelow: 120,
    hysteresis: 6,
    sealData: true,
    motes: [
      { name: 'base', eui64: eui(1), role: 'base', short: '0001', position: { x: 0, y: 0 } },
      { name: 'r1', eui64: eui(0x11), role: 'router', short: '0011', key: key(0x11), position: { x: 40, y: 15 } },
      { name: 'r2', eui64: eui(0x12), role: 'router', short: '0012', key: key(0x12), position: { x: 40, y: -15 } },
      {
        name: 'm1',
        eui64: eui(0x21),
        role: 'mote',
        short: '0021',
        key: key(0x21),
        position: { x: 70, y: 15 },
        waypoints: [
          { at: 30, x: 70, y: 15 },
          { at: 40, x: 70, y: -15 },
        ],
      },
    ],
    ...more,
  };
  return parseScenario(file, 'walk');
}

/** The same with a mote that stays where it is, beside r1. */
export function stand(more: Partial<ScenarioFile> = {}): Scenario {
  const motes = walk().motes.map((mote) => ({ ...mote, waypoints: [] }));
  return walk({ motes, ...more });
}

/** Readings that arrived, by the second. */
export class Deliveries {
  readonly seconds = new Set<number>();
  readonly hooks: BenchHooks = {
    onReport: ({ event, micros }: Report) => {
      if (event === EVENT_DATA_DELIVERED) this.seconds.add(Math.floor(micros / 1e6));
    },
  };

  /** How many of the seconds from..to-1 brought a reading. */
  between(from: number, to: number): number {
    return [...this.seconds].filter((second) => second >= from && second < to).length;
  }
}

/**
 * Images whose every step is looked at: what is stored ahead of its use is stored before the frame that uses it is handed to the
 * radio, so that a power cut between the two finds it.
 */
export function storesFirst(vm: VmName): VmFactory {
  return wrapped(vmFactory(vm), (mote) => (words) => {
    const used = mote.step(words);
    let sent = false;
    abi.eachAction(mote.outbox, used, (op, at) => {
      if (op === abi.SEND) sent = true;
      if (op === abi.STORE && sent)
        throw new Error(`expected record ${mote.outbox[at]} before the frame, got it after it`);
    });
    return used;
  });
}
