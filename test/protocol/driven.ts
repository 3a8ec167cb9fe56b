// SPDX-License-Identifier: Apache-2.0
// One image driven by hand: brought to an instant of a recorded run, and there given frames, or console lines, at a clock that
// stands still.
import * as events from '../../firmware/events.ts';
import * as abi from '../../host/vm/abi.ts';
import type { MoteVm } from '../../host/vm/mote-vm.ts';
import { sentBy } from './recording.ts';
import type { Life, Step } from './recording.ts';

export interface Said {
  readonly event: number;
  readonly args: readonly number[];
}

/** All that an image put out in answer to one input, until it was quiet again. */
export interface Outcome {
  readonly reports: Said[];
  readonly sends: Uint8Array[];
  /** Records stored. */
  readonly stores: number[];
  readonly console: string;
}

/** Turns after which an image that is not quiet never will be. */
const TURNS = 1000;

export class Driven {
  readonly #vm: MoteVm;
  readonly #life: Life;
  #at = 0;
  #posts = 0;
  #sending = false;
  /** Of the step before the next: milliseconds, seconds. */
  #clock: readonly number[] = [0, 0];
  /** How often each reason was reported since start. */
  readonly refused = new Map<number, number>();

  constructor(vm: MoteVm, life: Life) {
    this.#vm = vm;
    this.#life = life;
  }

  get next(): Step | undefined {
    return this.#life.steps[this.#at];
  }

  /** Neither a turn nor a transmission is under way. */
  get quiet(): boolean {
    return this.#posts === 0 && !this.#sending;
  }

  /**
   * Repeats the recorded steps up to, and without, step `index`.
   * @throws where what comes out is not what was recorded.
   */
  replay(index: number): this {
    for (; this.#at < index; this.#at++) {
      const { inbox, octets, outbox } = this.#life.steps[this.#at];
      const used = this.#step(inbox, octets);
      const got = this.#vm.outbox.subarray(0, used);
      if (used !== outbox.length || outbox.some((word, i) => word !== got[i])) {
        throw new Error(`step ${this.#at}: expected the outbox ${outbox.join()}, got ${got.join()}`);
      }
      this.#collect(used);
    }
    return this;
  }

  /** Sets the clock to that of a step of the record. */
  clockOf({ inbox }: Step): this {
    this.#clock = inbox.slice(1, 3);
    return this;
  }

  /** Lets the timers that are due have their turn. */
  settle(): Outcome {
    return this.#until(() => this.#input(abi.ALARM_DUE, []));
  }

  /** Frames that arrive before any of them has had its turn. */
  hear(...frames: readonly { octets: Uint8Array; lqi: number }[]): Outcome {
    return this.#until(() => {
      const outcome = this.#nothing();
      for (const { octets, lqi } of frames)
        this.#merge(outcome, this.#input(abi.RECEIVE, [octets.length, lqi], octets));
      return outcome;
    });
  }

  /** Frames that arrive when a first one has had some turns, and may not be done with. */
  hearWhile(first: { octets: Uint8Array; lqi: number }, turns: number, more: readonly Uint8Array[]): Outcome {
    return this.#until(() => {
      const outcome = this.#nothing();
      this.#merge(outcome, this.#input(abi.RECEIVE, [first.octets.length, first.lqi], first.octets));
      for (let turn = 0; turn < turns; turn++) this.#merge(outcome, this.#input(abi.POSTED, []));
      for (const octets of more) this.#merge(outcome, this.#input(abi.RECEIVE, [octets.length, first.lqi], octets));
      return outcome;
    });
  }

  command(line: string): Outcome {
    const octets = Buffer.from(line);
    return this.#until(() => this.#input(abi.COMMAND, [octets.length], octets));
  }

  /** What the console's `refusals` says: how often, by reason. */
  refusals(): Map<number, number> {
    const rows = this.command('refusals').console.trim().split('\n');
    if (rows.pop() !== 'Done') throw new Error(`expected Done after the refusals, got ${rows.join(' / ')}`);
    return new Map(rows.map((row) => row.trim().split(' ').map(Number) as [number, number]));
  }

  /** Keys as the console's `keys` shows them: peer, index, depth. @param only those in this state; default: all proved ones. */
  keys(only = ''): string[] {
    const rows = this.command('keys').console.trim().split('\n');
    if (rows.pop() !== 'Done') throw new Error(`expected Done after the keys, got ${rows.join(' / ')}`);
    const fields = rows.map((row) => row.trim().split(' '));
    const wanted = fields.filter(([, state]) => (only === '' ? state !== '1' : state === only));
    return wanted.map(([peer, , index, depth]) => [peer, index, depth].join(' '));
  }

  #step(inbox: readonly number[], octets: Uint8Array): number {
    this.#vm.inbox.set(inbox);
    if (inbox[0] === abi.RECEIVE) this.#vm.rxFrame.set(octets);
    if (inbox[0] === abi.COMMAND) this.#vm.rxLine.set(octets);
    if (inbox[0] === abi.POSTED) this.#posts--;
    if (inbox[0] === abi.SENT) this.#sending = false;
    this.#clock = inbox.slice(1, 3);
    return this.#vm.step(inbox.length);
  }

  #input(op: number, args: readonly number[], octets: Uint8Array = new Uint8Array(0)): Outcome {
    return this.#collect(this.#step([op, ...this.#clock, ...args], octets));
  }

  #nothing(): Outcome & { console: string } {
    return { reports: [], sends: [], stores: [], console: '' };
  }

  #merge(into: Outcome & { console: string }, more: Outcome): void {
    into.reports.push(...more.reports);
    into.sends.push(...more.sends);
    into.stores.push(...more.stores);
    into.console += more.console;
  }

  /** Answers every transmission as acknowledged, and gives every turn that was asked for. */
  #until(first: () => Outcome): Outcome {
    const outcome = this.#nothing();
    this.#merge(outcome, first());
    for (let turn = 0; !this.quiet; turn++) {
      if (turn === TURNS) throw new Error(`expected the image to be quiet after ${TURNS} turns`);
      this.#merge(outcome, this.#sending ? this.#input(abi.SENT, [0]) : this.#input(abi.POSTED, []));
    }
    return outcome;
  }

  #collect(used: number): Outcome {
    const { outbox } = this.#vm;
    const outcome = this.#nothing();
    const sent = sentBy(this.#vm, used);
    if (sent !== undefined) outcome.sends.push(sent);
    abi.eachAction(outbox, used, (op, at) => {
      if (op === abi.SEND) this.#sending = true;
      if (op === abi.POST) this.#posts++;
      if (op === abi.STORE) outcome.stores.push(outbox[at]);
      if (op === abi.CONSOLE) outcome.console += String.fromCharCode(outbox[at]);
      if (op === abi.FAULT) throw new Error(abi.faultText(outbox[at]));
      if (op !== abi.REPORT) return;
      const said = { event: outbox[at], args: [...outbox.subarray(at + 1, at + 6)] };
      outcome.reports.push(said);
      if (said.event !== events.EVENT_REFUSED) return;
      this.refused.set(said.args[0], (this.refused.get(said.args[0]) ?? 0) + 1);
    });
    return outcome;
  }
}
