// SPDX-License-Identifier: Apache-2.0
// A bench run with everything that went into each mote's image and came out of it, so that one image can be driven again
// without the others: on another engine, up to any instant, or with frames that nobody sent.
import type { Transmission } from '../../host/medium/air.ts';
import { runBench } from '../../host/bench/run.ts';
import type { BenchHooks, BenchResult } from '../../host/bench/run.ts';
import type { LoggedKey } from '../../host/bench/key-book.ts';
import { euiWords } from '../../host/scenario/identity.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import * as abi from '../../host/vm/abi.ts';
import type { MoteVm } from '../../host/vm/mote-vm.ts';
import { vmFactory } from '../../host/vm/open.ts';
import type { Role, VmFactory, VmName } from '../../host/vm/open.ts';
import { IDENTITY_EUI, RECORD_IDENTITY } from '../../firmware/records.ts';

/** One step of an image. */
export interface Step {
  /** Words of the inbox: op, clocks, arguments. */
  readonly inbox: readonly number[];
  /** rxFrame or rxLine, as far as it counts. */
  readonly octets: Uint8Array;
  readonly outbox: readonly number[];
  /** The frame of SEND. */
  readonly sent: Uint8Array | undefined;
  /** Frames that were on air before. */
  readonly frames: number;
}

/** From one power on to the next. */
export interface Life {
  readonly role: Role;
  readonly steps: Step[];
}

export interface Recording extends BenchResult {
  readonly scenario: Scenario;
  readonly lives: ReadonlyMap<string, readonly Life[]>;
  /** All that was on air, retries and acknowledgements too. */
  readonly frames: readonly Transmission[];
  readonly keys: readonly LoggedKey[];
}

/** What an image gets of an inbox beside its words. */
function octetsOf(vm: MoteVm): Uint8Array {
  if (vm.inbox[0] === abi.RECEIVE) return vm.rxFrame.slice(0, vm.inbox[3]);
  return vm.inbox[0] === abi.COMMAND ? vm.rxLine.slice(0, vm.inbox[3]) : new Uint8Array(0);
}

/** Wraps each VM that a factory makes. */
export function wrapped(open: VmFactory, wrap: (vm: MoteVm, role: Role) => (words: number) => number): VmFactory {
  return (role) => {
    const vm = open(role);
    return { ...vm, step: wrap(vm, role) };
  };
}

/** The frame that the step before has handed to the radio. */
export function sentBy(vm: MoteVm, used: number): Uint8Array | undefined {
  let sent: Uint8Array | undefined;
  abi.eachAction(vm.outbox, used, (op, at) => {
    if (op === abi.SEND) sent = vm.txFrame.slice(0, vm.outbox[at]);
  });
  return sent;
}

export interface RecordOptions {
  readonly vm?: VmName;
  readonly hooks?: BenchHooks;
}

/** Runs a scenario and records it; link keys are asked for. */
export function record(scenario: Scenario, { vm: engine = 'v8', hooks = {} }: RecordOptions = {}): Recording {
  const frames: Transmission[] = [];
  const keys: LoggedKey[] = [];
  const lives = new Map<string, Life[]>(scenario.motes.map(({ name }) => [name, []]));
  const byEui = new Map(scenario.motes.map((mote) => [euiWords(mote).join(), mote.name]));
  const open = wrapped(vmFactory(engine), (vm, role) => {
    const life: Life = { role, steps: [] };
    return (words) => {
      const inbox = [...vm.inbox.subarray(0, words)];
      // An image learns who it is from its flash.
      if (inbox[0] === abi.PRELOAD && inbox[3] === RECORD_IDENTITY) {
        const eui = inbox.slice(5 + IDENTITY_EUI, 7 + IDENTITY_EUI).join();
        lives.get(byEui.get(eui)!)!.push(life);
      }
      const octets = octetsOf(vm);
      const used = vm.step(words);
      const outbox = [...vm.outbox.subarray(0, used)];
      life.steps.push({ inbox, octets, outbox, sent: sentBy(vm, used), frames: frames.length });
      return used;
    };
  });
  const own: BenchHooks = { onFrame: (frame) => frames.push(frame), onKey: (key) => keys.push(key) };
  const bench = runBench({ scenario, vm: engine, open, keylog: true, hooks: [own, hooks] });
  return { ...bench, scenario, lives, frames, keys };
}
