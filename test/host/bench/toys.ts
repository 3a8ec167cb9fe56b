// SPDX-License-Identifier: Apache-2.0
// Toy motes in TypeScript behind the VM interface: a test says what they do with each op.

import { parseScenario } from '../../../host/scenario/load.ts';
import type { Scenario, ScenarioFile } from '../../../host/scenario/schema.ts';
import * as abi from '../../../host/vm/abi.ts';
import type { MoteVm } from '../../../host/vm/mote-vm.ts';
import type { Role, VmFactory } from '../../../host/vm/open.ts';
import { IDENTITY_EUI, IDENTITY_PAN, IDENTITY_SHORT, RECORD_IDENTITY } from '../../../firmware/records.ts';
import { dataFrame } from '../medium/rig.ts';

/** What a toy sees of one step. */
export interface Step {
  readonly op: number;
  readonly millis: number;
  readonly seconds: number;
  /** Words from inbox[3] on. */
  readonly args: readonly number[];
  /** For RECEIVE and COMMAND. */
  readonly octets: Uint8Array;
}

/** What a toy may do. */
export interface Board {
  readonly short: number;
  put(...words: number[]): void;
  report(event: number, ...args: number[]): void;
  send(octets: Uint8Array): void;
}

/** Made anew whenever the mote is powered on. */
export type Program = (board: Board) => (step: Step) => void;

export function toyVm(program: Program): MoteVm {
  const inbox = new Int32Array(abi.INBOX_WORDS);
  const outbox = new Int32Array(abi.OUTBOX_WORDS);
  const rxFrame = new Uint8Array(abi.FRAME_OCTETS);
  const rxLine = new Uint8Array(abi.LINE_OCTETS);
  const txFrame = new Uint8Array(abi.FRAME_OCTETS);
  let used = 0;
  let short = 0;
  const put = (...words: number[]): void => {
    outbox.set(words, used);
    used += words.length;
  };
  const run = program({
    get short() {
      return short;
    },
    put,
    report: (event, ...args) => put(abi.REPORT, event, ...args, ...new Array<number>(5 - args.length).fill(0)),
    send(octets) {
      txFrame.set(octets);
      put(abi.SEND, octets.length);
    },
  });
  return {
    inbox,
    outbox,
    rxFrame,
    rxLine,
    txFrame,
    step(words) {
      used = 0;
      const args = [...inbox.subarray(3, words)];
      const [op, millis, seconds] = inbox as unknown as [number, number, number];
      if (op === abi.PRELOAD && args[0] === RECORD_IDENTITY) {
        const record = args.slice(2);
        short = record[IDENTITY_SHORT]!;
        put(abi.FILTER, record[IDENTITY_PAN], short, record[IDENTITY_EUI], record[IDENTITY_EUI + 1]);
      }
      const buffer = op === abi.COMMAND ? rxLine : rxFrame;
      run({ op, millis, seconds, args, octets: buffer.slice(0, args[0] ?? 0) });
      return used;
    },
    close() {},
  };
}

/** @param programs by role; motes of other roles do nothing. */
export function toys(programs: Partial<Record<Role, Program>>): VmFactory {
  return (role) => toyVm(programs[role] ?? (() => () => {}));
}

/** Motes in a row, 20 m apart: "base" (short 0001), then the names given with their roles (0002 ...). */
export function row(others: Record<string, 'mote' | 'router'>, more: Partial<ScenarioFile> = {}): Scenario {
  const motes = Object.entries({ base: 'base' as const, ...others }).map(([name, role], index) => ({
    name,
    role,
    eui64: `AC:DE:48:00:00:00:00:0${index + 1}`,
    short: `000${index + 1}`,
    position: { x: 20 * index, y: 0 },
  }));
  const file: ScenarioFile = { name: 'toy', description: 'toy', seed: 1, durationSeconds: 1, motes, ...more };
  return parseScenario(file, 'toy.json');
}

export { dataFrame };
