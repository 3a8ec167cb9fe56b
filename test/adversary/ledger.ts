// SPDX-License-Identifier: Apache-2.0
// Who may hold which key. From the REQUESTs and NOTICEs on air and the long-term keys it derives every key for itself, by a second
// implementation; a key that a mote reports must be one of these, with this mote as one of its two ends. Since all terms of a run
// are in the derivation, equal keys mean that both ends agree on N, R, A, mode, ctr, r0 and r1.
import * as events from '../../firmware/events.ts';
import { PLAIN_TYPES, readFrame } from '../../host/adversary/frame.ts';
import * as oracle from '../protocol/oracle.ts';

const REQUEST_TAIL = 20;
const NOTICES_KEPT = 12;

/** A party: its EUI-64 and its long-term key. */
export interface Party {
  readonly name: string;
  readonly low: number;
  readonly eui: Buffer;
  readonly own: Buffer;
}

interface Run {
  readonly mode: number;
  readonly authority: string;
}

/** One key, and which of its ends has reported it. */
export interface Held {
  readonly node: string;
  readonly router: string;
  readonly authority: string;
  readonly mode: number;
  readonly ctr: number;
  readonly depth: number;
  readonly index: number;
  readonly secret: Buffer;
  readonly link: string;
  committed: boolean;
}

interface Announced {
  readonly event: number;
  readonly args: readonly number[];
}

export class Ledger {
  /** By link key. */
  readonly keys = new Map<string, Held>();
  readonly #parties: ReadonlyMap<string, Party>;
  readonly #names: ReadonlyMap<number, string>;
  readonly #runs = new Map<string, Run>();
  readonly #randoms = new Map<string, Buffer>();
  /** Of each mote: r1 of the NOTICEs that it got, the newest first. */
  readonly #notices = new Map<string, Buffer[]>();
  readonly #announced = new Map<string, Announced>();
  readonly #halves = new Map<string, string>();
  /** Link key by mote, peer and index, as the mote has it now. */
  readonly #current = new Map<string, string>();
  readonly #nonces = new Set<string>();

  constructor(parties: readonly Party[]) {
    this.#parties = new Map(parties.map((party) => [party.name, party]));
    this.#names = new Map(parties.map((party) => [party.low, party.name]));
  }

  /** A mote hands a frame to its radio. @param peer name of its receiver; '' for everyone. */
  sent(mote: string, peer: string, octets: Uint8Array): void {
    const seen = readFrame(octets);
    if (seen === undefined) throw new Error(`expected ${mote} to send data frames, got ${hex(octets)}`);
    if (seen.secured) this.#nonce(mote, peer, octets);
    if (seen.body.length > REQUEST_TAIL && seen.body[0] >> 4 === PLAIN_TYPES.request) {
      const tail = Buffer.from(seen.body.subarray(-REQUEST_TAIL));
      const id = `${mote} ${tail.readUInt32BE(0) & 0x7fffffff}`;
      const r0 = Buffer.from(tail.subarray(4, 12));
      const before = this.#randoms.get(id);
      if (before !== undefined && !before.equals(r0)) throw new Error(`expected one r0 for the run ${id}, got two`);
      this.#randoms.set(id, r0);
    }
  }

  /** No frame counter twice under one key by one sender. */
  #nonce(mote: string, peer: string, octets: Uint8Array): void {
    const frame = Buffer.from(octets);
    // Both addresses are as wide as each other; the auxiliary header follows them.
    const aux = ((frame[1] >> 2) & 3) === 2 ? 9 : 21;
    const link = this.#current.get(`${mote} ${peer} ${frame[aux + 5]}`);
    if (link === undefined) throw new Error(`expected ${mote} to send under a key it reported, got ${hex(octets)}`);
    const nonce = `${link} ${mote} ${frame.readUInt32LE(aux + 1)}`;
    if (this.#nonces.has(nonce)) throw new Error(`expected each nonce once, ${mote} used one again: ${hex(octets)}`);
    this.#nonces.add(nonce);
  }

  /** A mote gets a frame, whoever sent it. */
  heard(mote: string, octets: Uint8Array): void {
    const body = readFrame(octets)?.body;
    if (body === undefined || body.length < 9 || body[0] >> 4 !== PLAIN_TYPES.notice) return;
    const kept = this.#notices.get(mote) ?? [];
    this.#notices.set(mote, [Buffer.from(body.subarray(1, 9)), ...kept].slice(0, NOTICES_KEPT));
  }

  said(mote: string, event: number, args: readonly number[]): void {
    const [a, b, c, d] = args;
    switch (event) {
      case events.EVENT_RUN:
        this.#runs.set(`${mote} ${b}`, { mode: a, authority: this.#name(c) });
        break;
      case events.EVENT_KEY:
      case events.EVENT_COMMIT:
        this.#announced.set(mote, { event, args });
        break;
      case events.EVENT_LINK_KEY_1:
        this.#halves.set(mote, word(c) + word(d));
        break;
      case events.EVENT_LINK_KEY_2:
        this.#settle(mote, this.#name(a), b, `${this.#halves.get(mote) ?? ''}${word(c)}${word(d)}`);
        break;
    }
  }

  #name(low: number): string {
    return this.#names.get(low) ?? `stranger ${low}`;
  }

  #settle(mote: string, peer: string, index: number, link: string): void {
    const announced = this.#announced.get(mote);
    this.#announced.delete(mote);
    if (announced === undefined) throw new Error(`expected ${mote} to say whence its key with ${peer} is, got nothing`);
    if (this.#name(announced.args[0]) !== peer || announced.args[4] !== index) {
      throw new Error(`expected ${mote}'s key with ${announced.args.join()}, got one with ${peer} ${index}`);
    }
    if (announced.event === events.EVENT_KEY) this.#proved(mote, peer, announced.args, link);
    else this.#committed(mote, peer, announced.args, link);
    this.#current.set(`${mote} ${peer} ${index}`, link);
  }

  /** N has opened a NOTICE: the key must follow from the run that it began, and from a r1 that came in a NOTICE. */
  #proved(node: string, router: string, [, ctr, mode, depth, index]: readonly number[], link: string): void {
    const run = this.#runs.get(`${node} ${ctr}`);
    const r0 = this.#randoms.get(`${node} ${ctr}`);
    if (run?.mode !== mode || r0 === undefined) throw new Error(`expected ${node} to have begun run ${ctr}, got none`);
    if (this.keys.has(link))
      throw new Error(`expected ${node} to take a NOTICE once, got run ${ctr} with ${router} again`);
    const { authority } = run;
    const [n, r, a] = [node, router, authority].map((name) => this.#parties.get(name)!.eui);
    for (const shared of this.#shared(node, authority, mode)) {
      for (const r1 of this.#notices.get(node) ?? []) {
        const secret = oracle.pairwise(shared, { mode, node: n, router: r, authority: a, ctr, r0, r1 });
        if (oracle.subkey(secret, oracle.LABELS.link).toString('hex') !== link) continue;
        this.keys.set(link, { node, router, authority, mode, ctr, depth, index, secret, link, committed: false });
        return;
      }
    }
    throw new Error(`expected the key of ${node}, ${router} and ${authority} in run ${ctr}, got another one`);
  }

  /** K_NA, the newest first. */
  #shared(node: string, authority: string, mode: number): Buffer[] {
    if (mode === events.MODE_CENTRALISED) return [this.#parties.get(node)!.own];
    const ends = [node, authority].sort().join();
    return [...this.keys.values()]
      .filter((key) => key.committed && [key.node, key.router].sort().join() === ends)
      .map(({ secret }) => secret)
      .reverse();
  }

  /** R commits a key: N must have proved the very same, and R not have committed it before. */
  #committed(router: string, node: string, [, ctr, mode, depth, index]: readonly number[], link: string): void {
    const held = this.keys.get(link);
    if (held === undefined) throw new Error(`${router} committed a key of run ${ctr} that ${node} does not have`);
    const same = held.node === node && held.router === router && held.ctr === ctr && held.mode === mode;
    if (!same || held.depth !== depth || held.index !== index) {
      const { secret, ...terms } = held;
      throw new Error(
        `${router} took ${JSON.stringify(terms)} for ${[node, ctr, mode, depth, index].join()} ${secret.length}`,
      );
    }
    if (held.committed) throw new Error(`${router} committed the key of run ${ctr} with ${node} a second time`);
    held.committed = true;
  }
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const word = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
