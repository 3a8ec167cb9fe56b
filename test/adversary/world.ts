// SPDX-License-Identifier: Apache-2.0
// Compiled images in a network that belongs to an adversary: every frame is in its hands, and so are time, power and link quality. It
// acts by numbers, so that a random source or fast-check can play it; after each act the ledger has judged what the motes said.
import { Forge } from '../../host/adversary/forge.ts';
import { BROADCAST, readdressed, readFrame } from '../../host/adversary/frame.ts';
import { FLOODS } from '../../host/adversary/schema.ts';
import { DOCUMENTATION_OUI, provision } from '../../host/bench/preload.ts';
import type { Flash } from '../../host/bench/preload.ts';
import { match } from '../../host/medium/frame.ts';
import type { Filter } from '../../host/medium/frame.ts';
import { Prng } from '../../host/medium/prng.ts';
import { longTermKey, lowWord } from '../../host/scenario/identity.ts';
import type { Scenario, ScenarioMote } from '../../host/scenario/schema.ts';
import * as abi from '../../host/vm/abi.ts';
import type { MoteVm } from '../../host/vm/mote-vm.ts';
import type { VmFactory } from '../../host/vm/open.ts';
import * as oracle from '../protocol/oracle.ts';
import { Ledger } from './ledger.ts';

const TURNS = 2000;
const HISTORY = 400;

/** What the adversary can do; each act has two free numbers. */
export const ACTS = [
  ...['deliver', 'wait', 'lose', 'forge-ack', 'hold', 'bring', 'replay', 'mutate', 'reflect', 'forge', 'reject'],
  ...['move', 'cut'],
] as const;
export type ActName = (typeof ACTS)[number];

/** Of a thousand acts, so many are of each kind: most of them let the network live. */
const WEIGHTS: Readonly<Record<ActName, number>> = {
  deliver: 460,
  wait: 270,
  lose: 25,
  'forge-ack': 20,
  hold: 25,
  bring: 25,
  replay: 50,
  mutate: 30,
  reflect: 20,
  forge: 25,
  reject: 15,
  move: 32,
  cut: 3,
};

class Node {
  readonly spec: ScenarioMote;
  readonly flash: Flash;
  vm: MoteVm;
  filter: Filter | undefined;
  bootedAt = 0;
  alarmAt = Infinity;
  posts = 0;
  /** The frame that waits for SENT. */
  pending: Uint8Array | undefined;

  constructor(spec: ScenarioMote, flash: Flash, vm: MoteVm) {
    this.spec = spec;
    this.flash = flash;
    this.vm = vm;
  }
}

const addressOf = ({ short, eui64 }: ScenarioMote): string =>
  short?.toLowerCase() ?? eui64.replaceAll(':', '').toLowerCase();

export class World {
  readonly ledger: Ledger;
  /** Milliseconds. */
  now = 0;
  readonly #nodes: readonly Node[];
  readonly #open: VmFactory;
  readonly #prng: Prng;
  readonly #forge: Forge;
  readonly #qualities = new Map<string, number>();
  /** Links that there are not: motes do not hear the base station. */
  readonly #apart = new Set<string>();
  readonly #history: Uint8Array[] = [];
  readonly #held: Uint8Array[] = [];

  constructor(scenario: Scenario, seed: number, open: VmFactory) {
    this.#open = open;
    this.#prng = new Prng(seed, 'world');
    const motes = scenario.motes.map((mote) => ({
      eui: mote.eui64.replaceAll(':', '').toLowerCase(),
      address: addressOf(mote),
      router: mote.role !== 'mote',
    }));
    const network = { pan: parseInt(scenario.pan, 16), oui: DOCUMENTATION_OUI, channel: scenario.channel, motes };
    this.#forge = new Forge(network, new Prng(seed, 'forge'));
    this.ledger = new Ledger(
      scenario.motes.map((mote, i) => ({
        name: mote.name,
        low: lowWord(mote),
        eui: Buffer.from(motes[i].eui, 'hex'),
        own: Buffer.concat(longTermKey(mote, seed).map((word) => oracle.number(word, 4))),
      })),
    );
    this.#nodes = scenario.motes.map((mote) => new Node(mote, provision(scenario, seed, mote), open(mote.role)));
    const base = this.#nodes.findIndex(({ spec }) => spec.role === 'base');
    this.#nodes.forEach(({ spec }, i) => {
      if (spec.role === 'mote') this.#apart.add(this.#link(base, i));
    });
    for (const node of this.#nodes) this.#start(node);
  }

  close(): void {
    for (const { vm } of this.#nodes) vm.close();
  }

  /** Acts `count` times as chance has it. */
  play(prng: Prng, count: number): this {
    const total = ACTS.reduce((sum, name) => sum + WEIGHTS[name], 0);
    for (let i = 0; i < count; i++) {
      let at = prng.next() % total;
      const name = ACTS.find((one) => (at -= WEIGHTS[one]) < 0)!;
      const [a, b] = [prng.next(), prng.next()];
      try {
        this.act(name, a, b);
      } catch (error) {
        throw new Error(`act ${i}, ${name} ${a} ${b}: ${(error as Error).message}`, { cause: error });
      }
    }
    return this;
  }

  /** One act; an act that has nothing to work on lets time pass. @param a and b 32 bits each. @throws where a rule is broken. */
  act(name: ActName, a: number, b: number): void {
    const sender = this.#waiting(a);
    switch (name) {
      case 'deliver':
        if (sender === undefined) this.#wait();
        else this.#pass(sender, true, 0);
        break;
      case 'lose':
        if (sender !== undefined) this.#pass(sender, false, sender.pending![1] & 0x08 ? 1 : 0);
        break;
      case 'forge-ack':
        if (sender !== undefined) this.#pass(sender, false, 0);
        break;
      case 'hold':
        if (sender !== undefined) {
          this.#held.push(sender.pending!);
          this.#pass(sender, false, 0);
        }
        break;
      case 'bring':
        if (this.#held.length > 0) this.#everyone(this.#held.splice(a % this.#held.length, 1)[0]);
        break;
      case 'wait':
        this.#wait();
        break;
      case 'replay':
        if (this.#history.length > 0) this.#everyone(this.#history[a % this.#history.length]);
        break;
      case 'mutate': {
        const seen = this.#recalled(a);
        if (seen !== undefined) this.#everyone(this.#forge.mutated(seen));
        break;
      }
      case 'reflect': {
        const seen = this.#recalled(a);
        if (seen !== undefined && seen.dst !== BROADCAST) this.#everyone(readdressed(seen, seen.src, seen.dst));
        break;
      }
      case 'forge':
        this.#everyone(
          this.#forge.flood(FLOODS[a % FLOODS.length], addressOf(this.#nodes[b % this.#nodes.length].spec)),
        );
        break;
      case 'reject': {
        const seen = this.#recalled(a);
        const octets = seen === undefined ? undefined : this.#forge.reject(seen);
        if (octets !== undefined) this.#everyone(octets);
        break;
      }
      case 'move':
        this.#qualities.set(this.#link(a % this.#nodes.length, b % this.#nodes.length), 20 + (((a ^ b) >>> 8) % 230));
        break;
      case 'cut':
        this.#restart(this.#nodes[a % this.#nodes.length]);
        break;
    }
  }

  #recalled(a: number) {
    return this.#history.length === 0 ? undefined : readFrame(this.#history[a % this.#history.length]);
  }

  #link(a: number, b: number): string {
    return a < b ? `${a} ${b}` : `${b} ${a}`;
  }

  #waiting(a: number): Node | undefined {
    const all = this.#nodes.filter(({ pending }) => pending !== undefined);
    return all.length === 0 ? undefined : all[a % all.length];
  }

  /** The frame of a mote's radio arrives or does not; the mote is told what an acknowledgement told. */
  #pass(node: Node, arrives: boolean, status: number): void {
    const octets = node.pending!;
    node.pending = undefined;
    if (arrives) this.#everyone(octets, node);
    if (node.pending === undefined) this.#input(node, abi.SENT, [status]);
  }

  #everyone(octets: Uint8Array, from?: Node): void {
    for (const node of this.#nodes) {
      if (node === from || node.filter === undefined || match(node.filter, octets) === 'none') continue;
      const link = from === undefined ? undefined : this.#link(this.#nodes.indexOf(from), this.#nodes.indexOf(node));
      if (link !== undefined && this.#apart.has(link)) continue;
      const lqi = link === undefined ? this.#prng.next() % 256 : (this.#qualities.get(link) ?? 200);
      this.ledger.heard(node.spec.name, octets);
      this.#input(node, abi.RECEIVE, [octets.length, lqi], octets);
    }
  }

  /** Until the next alarm, which rings. */
  #wait(): void {
    const next = this.#nodes.reduce((first, node) => (node.alarmAt < first.alarmAt ? node : first));
    if (next.alarmAt === Infinity) return;
    this.now = Math.max(this.now, next.alarmAt);
    next.alarmAt = Infinity;
    this.#input(next, abi.ALARM_DUE, []);
  }

  #restart(node: Node): void {
    node.vm.close();
    node.vm = this.#open(node.spec.role);
    this.#start(node);
  }

  #start(node: Node): void {
    node.pending = undefined;
    node.posts = 0;
    node.alarmAt = Infinity;
    node.filter = undefined;
    node.bootedAt = this.now;
    const seed = [this.#prng.next(), this.#prng.next(), this.#prng.next(), this.#prng.next()];
    this.#input(node, abi.INIT, [...seed, 127, 1]);
    for (const [record, words] of [...node.flash].sort(([a], [b]) => a - b)) {
      this.#input(node, abi.PRELOAD, [record, words.length, ...words]);
    }
    this.#input(node, abi.START, []);
  }

  #input(node: Node, op: number, args: readonly number[], octets?: Uint8Array): void {
    this.#step(node, op, args, octets);
    for (let turn = 0; node.posts > 0; turn++) {
      if (turn === TURNS) throw new Error(`expected ${node.spec.name} to be quiet after ${TURNS} turns`);
      node.posts--;
      this.#step(node, abi.POSTED, []);
    }
  }

  #step(node: Node, op: number, args: readonly number[], octets?: Uint8Array): void {
    const { vm, spec } = node;
    const elapsed = this.now - node.bootedAt;
    vm.inbox[0] = op;
    vm.inbox[1] = elapsed % 2 ** 31;
    vm.inbox[2] = Math.floor(elapsed / 1000);
    vm.inbox.set(args, abi.INBOX_ARGUMENTS);
    if (octets !== undefined) vm.rxFrame.set(octets);
    const used = vm.step(abi.INBOX_ARGUMENTS + args.length);
    const { outbox } = vm;
    abi.eachAction(outbox, used, (action, at) => {
      if (action === abi.POST) node.posts++;
      else if (action === abi.ALARM) node.alarmAt = this.now + Math.max(0, outbox[at]);
      else if (action === abi.REPORT) this.ledger.said(spec.name, outbox[at], [...outbox.subarray(at + 1, at + 6)]);
      else if (action === abi.SEND) this.#send(node, vm.txFrame.slice(0, outbox[at]));
      else if (action === abi.STORE) node.flash.set(outbox[at], outbox.slice(at + 2, at + 2 + outbox[at + 1]));
      else if (action === abi.FILTER) {
        const [pan, short, euiHigh, euiLow] = outbox.subarray(at, at + 4);
        node.filter = { pan, short, euiHigh, euiLow };
      } else if (action === abi.FAULT) throw new Error(`${spec.name}: ${abi.faultText(outbox[at])}`);
    });
  }

  #send(node: Node, octets: Uint8Array): void {
    const dst = readFrame(octets)?.dst;
    const peer = this.#nodes.find(({ spec }) => addressOf(spec) === dst)?.spec.name ?? '';
    this.ledger.sent(node.spec.name, peer, octets);
    node.pending = octets;
    if (this.#history.length < HISTORY) this.#history.push(octets);
    else this.#history[this.#prng.next() % HISTORY] = octets;
  }
}
