// SPDX-License-Identifier: Apache-2.0
// An image at whose console one types: with an identity and nobody in earshot, or with none. Every step is recorded, so that a Lua can repeat it.
import { parseScenario } from '../../host/scenario/load.ts';
import { provision } from '../../host/bench/preload.ts';
import * as abi from '../../host/vm/abi.ts';
import type { MoteVm } from '../../host/vm/mote-vm.ts';
import { vmFactory } from '../../host/vm/open.ts';
import type { Role } from '../../host/vm/open.ts';
import type { Step } from '../protocol/recording.ts';

/** Octets that a UART hands over at once. */
const PIECE = 16;

const scenario = parseScenario(
  {
    name: 'typist',
    description: 'one of each role',
    durationSeconds: 1,
    seed: 1,
    motes: (['base', 'router', 'mote'] as const).map((role, i) => ({
      name: role,
      role,
      eui64: `AC:DE:48:00:00:00:00:0${i + 1}`,
      short: `000${i + 1}`,
      position: { x: 10 * i, y: 0 },
    })),
  },
  'typist',
);

export class Typist {
  readonly #vm: MoteVm;
  readonly #keep: boolean;
  readonly #onStep: (inbox: readonly number[], outbox: Int32Array) => void;
  readonly steps: Step[] = [];
  #posts = 0;
  #sending = false;
  #seconds = 0;
  /** All that came out. */
  said = '';
  restarts = 0;

  /** @param keep records the steps. @param onStep sees each, and the words of the outbox that it used. @param vm runs another image. */
  constructor(
    role: Role,
    {
      provisioned = true,
      keep = false,
      onStep = () => undefined,
      vm = vmFactory('v8')(role),
    }: {
      provisioned?: boolean;
      keep?: boolean;
      onStep?: (inbox: readonly number[], outbox: Int32Array) => void;
      vm?: MoteVm;
    } = {},
  ) {
    this.#vm = vm;
    this.#keep = keep;
    this.#onStep = onStep;
    this.#step(abi.INIT, [1, 2, 3, 4, 127, 0, 0]);
    const spec = scenario.motes.find((mote) => mote.role === role)!;
    const flash = provisioned ? provision(scenario, 1, spec) : new Map<number, Int32Array>();
    for (const [record, words] of flash) this.#step(abi.PRELOAD, [record, words.length, ...words]);
    this.#step(abi.START, []);
    this.settle();
  }

  /** Octets as they come, then all turns that they ask for. */
  type(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += PIECE) {
      const part = octets.subarray(at, at + PIECE);
      this.#step(abi.COMMAND, [part.length], part);
    }
    this.settle();
  }

  /** @returns what comes to a line: its rows, the last one Done or an error. */
  ask(line: string): string[] {
    this.said = '';
    this.type(Buffer.from(`${line}\n`));
    return this.said.split('\n').filter((row) => row !== '');
  }

  /** Time goes on. */
  wait(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.#seconds++;
      this.#step(abi.ALARM_DUE, []);
      this.settle();
    }
  }

  settle(): void {
    for (let turn = 0; this.#posts > 0 || this.#sending; turn++) {
      if (turn === 20_000) throw new Error('expected the image to be quiet after 20,000 turns');
      if (this.#sending) {
        this.#sending = false;
        this.#step(abi.SENT, [1]);
      } else {
        this.#posts--;
        this.#step(abi.POSTED, []);
      }
    }
  }

  #step(op: number, args: readonly number[], octets: Uint8Array = new Uint8Array(0)): void {
    const vm = this.#vm;
    const inbox = [op, this.#seconds * 1000, this.#seconds, ...args];
    vm.inbox.set(inbox);
    if (op === abi.COMMAND) vm.rxLine.set(octets);
    const used = vm.step(inbox.length);
    let sent: Uint8Array | undefined;
    abi.eachAction(vm.outbox, used, (action, at) => {
      if (action === abi.SEND) {
        this.#sending = true;
        sent = vm.txFrame.slice(0, vm.outbox[at]);
      }
      if (action === abi.POST) this.#posts++;
      if (action === abi.RESTART) this.restarts++;
      if (action === abi.CONSOLE) this.said += String.fromCharCode(vm.outbox[at]!);
      if (action === abi.TEXT) this.said += String.fromCharCode(...vm.outbox.subarray(at + 1, at + 1 + vm.outbox[at]!));
      if (action === abi.FAULT) throw new Error(abi.faultText(vm.outbox[at]!));
    });
    this.#onStep(inbox, vm.outbox.subarray(0, used));
    if (this.#keep)
      this.steps.push({ inbox, octets: octets.slice(), outbox: [...vm.outbox.subarray(0, used)], sent, frames: 0 });
  }
}
