// SPDX-License-Identifier: Apache-2.0
// One who hears everything and knows the long-term keys: from the REQUESTs and NOTICEs on air it derives every key of a run for
// itself, opens every frame and every sealed message, and can make new ones.
import type { Transmission } from '../../host/medium/air.ts';
import { longTermKey } from '../../host/scenario/identity.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import { FCS, framed, head, kmpBody, kmpPayload, MODE, modeOf, readMhr, TYPE, typeOf, writeMhr } from './frames.ts';
import type { Mhr } from './frames.ts';
import * as oracle from './oracle.ts';

/** A pairwise key. Names are those of the scenario. */
export interface PairKey {
  readonly node: string;
  readonly router: string;
  readonly authority: string;
  readonly mode: number;
  readonly ctr: number;
  readonly index: number;
  readonly depth: number;
  readonly secret: Buffer;
  readonly link: Buffer;
  readonly seal: Buffer;
}

interface Session {
  readonly index: number;
  readonly seal: Buffer;
}

interface Request {
  readonly mode: number;
  readonly ctr: number;
  readonly newSession: boolean;
  readonly r0: Buffer;
  readonly authority: string;
}

/** A frame as one who has all keys sees it. */
export interface Opened {
  readonly frame: Uint8Array;
  readonly mhr: Mhr;
  readonly src: string;
  /** '' for a broadcast. */
  readonly dst: string;
  /** The key that opened it. */
  readonly key: PairKey | undefined;
  readonly payload: Buffer;
  /** A KEMP message, if it holds one. */
  readonly body: Buffer | undefined;
}

/** Where the sealed part of a message begins, and who sealed it for whom. */
export interface Seal {
  readonly key: Buffer;
  readonly clear: number;
  readonly seq: number;
  readonly sealer: string;
  /** EUI-64s of the AAD, in order. */
  readonly ends: readonly string[];
}

const CLEAR = { [TYPE.APPROVAL]: 6, [TYPE.NOTICE]: 9, [TYPE.ATTACHED]: 10, [TYPE.ACK]: 6 } as Record<number, number>;
const SEQ_AT = { [TYPE.APPROVAL]: 2, [TYPE.ATTACHED]: 6, [TYPE.ACK]: 2 } as Record<number, number>;
export const REQUEST_TAIL = 20;

export class Sniffer {
  readonly pairs: PairKey[] = [];
  readonly sessions = new Map<string, Session[]>();
  readonly base: string;
  readonly #scenario: Scenario;
  readonly #requests = new Map<string, Request[]>();
  readonly #names = new Map<string, string>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.base = scenario.motes.find(({ role }) => role === 'base')!.name;
    for (const { name, short } of scenario.motes) {
      this.#names.set(this.eui(name).toString('hex'), name);
      if (short !== undefined) this.#names.set(short.toLowerCase(), name);
    }
  }

  #spec(name: string) {
    const spec = this.#scenario.motes.find((mote) => mote.name === name);
    if (spec === undefined) throw new Error(`expected a mote of the scenario, got ${name}`);
    return spec;
  }

  eui(name: string): Buffer {
    return Buffer.from(this.#spec(name).eui64.replaceAll(':', ''), 'hex');
  }

  /** K_N. */
  ownKey(name: string): Buffer {
    return Buffer.concat(longTermKey(this.#spec(name), this.#scenario.seed).map((word) => oracle.number(word, 4)));
  }

  /** How a mote is named on air: hex of its short address or of its EUI-64. */
  address(name: string): string {
    return this.#spec(name).short?.toLowerCase() ?? this.eui(name).toString('hex');
  }

  /** @param address hex. @returns '' where no mote of the scenario has it. */
  nameOf(address: string): string {
    return this.#names.get(address) ?? '';
  }

  /** The keys that two motes have made with each other, the newest first. */
  keysOf(a: string, b: string): PairKey[] {
    const both = [a, b].sort().join();
    return this.pairs.filter(({ node, router }) => [node, router].sort().join() === both).reverse();
  }

  /** @returns undefined for acknowledgements, for what is no frame of a mote, and where no key fits. */
  open(frame: Uint8Array): Opened | undefined {
    const mhr = readMhr(frame);
    if (mhr === undefined) return undefined;
    const [src, dst] = [this.nameOf(mhr.src), this.nameOf(mhr.dst)];
    const end = frame.length - FCS;
    let payload: Buffer = Buffer.from(frame.subarray(mhr.end, end));
    let key: PairKey | undefined;
    if (mhr.secured) {
      const aad = frame.subarray(0, mhr.end);
      for (const one of this.keysOf(src, dst)) {
        if (one.index !== mhr.keyIndex) continue;
        const nonce = oracle.frameNonce(this.eui(src), mhr.counter, mhr.level);
        const plain = mhr.level === 6 ? oracle.ccmOpen(one.link, nonce, aad, payload) : undefined;
        if (plain === undefined) continue;
        [key, payload] = [one, plain];
        break;
      }
      if (key === undefined) return undefined;
    }
    return { frame, mhr, src, dst, key, payload, body: mhr.ies ? kmpBody(payload) : undefined };
  }

  /** Learns what a frame on air tells. @returns it opened. */
  hear(frame: Uint8Array): Opened | undefined {
    const opened = this.open(frame);
    if (opened?.body === undefined || opened.key !== undefined) return opened;
    if (typeOf(opened.body) === TYPE.REQUEST) this.#hearRequest(opened, opened.body);
    if (typeOf(opened.body) === TYPE.NOTICE) this.#hearNotice(opened, opened.body);
    return opened;
  }

  hearAll(frames: readonly Transmission[]): this {
    for (const { octets } of frames) this.hear(octets);
    return this;
  }

  #hearRequest({ src, dst }: Opened, body: Buffer): void {
    const tail = body.length - REQUEST_TAIL;
    const word = body.readUInt32BE(tail);
    const mode = modeOf(body);
    const named = this.nameOf(body.toString('hex', 1, tail));
    const asked = mode === MODE.predictive || mode === MODE.refresh;
    const authority = mode === MODE.centralised ? this.base : asked ? dst : named;
    const r0 = body.subarray(tail + 4, tail + 12);
    const request = { mode, ctr: word & 0x7fffffff, newSession: word >>> 31 === 1, r0, authority };
    this.#requests.set(src, [request, ...(this.#requests.get(src) ?? [])]);
  }

  #hearNotice({ src, dst }: Opened, body: Buffer): void {
    const r1 = body.subarray(1, 9);
    for (const request of this.#requests.get(dst) ?? []) {
      if (request.mode !== modeOf(body)) continue;
      const shared =
        request.mode === MODE.centralised
          ? [this.ownKey(dst)]
          : this.keysOf(dst, request.authority).map(({ secret }) => secret);
      const found = shared.some((key) => this.#prove(request, key, r1, dst, src, body));
      if (found) return;
    }
  }

  /** Derives K_NR; if the NOTICE opens under it, the key is the right one. */
  #prove(request: Request, shared: Buffer, r1: Buffer, node: string, router: string, body: Buffer): boolean {
    const { mode, ctr, r0, authority, newSession } = request;
    const [n, r, a] = [node, router, authority].map((name) => this.eui(name));
    const secret = oracle.pairwise(shared, { mode, node: n, router: r, authority: a, ctr, r0, r1 });
    const seal = oracle.subkey(secret, oracle.LABELS.seal);
    const notice = { key: seal, clear: CLEAR[TYPE.NOTICE], seq: 0, sealer: router, ends: [router, node] };
    const inner = this.openMessage(body, notice);
    if (inner === undefined) return false;
    const link = oracle.subkey(secret, oracle.LABELS.link);
    const [index, depth] = [inner[2] >> 4, inner[2] & 15];
    if (!this.pairs.some((pair) => pair.link.equals(link))) {
      this.pairs.push({ node, router, authority, mode, ctr, index, depth, secret, link, seal });
    }
    const sessions = this.sessions.get(node) ?? [];
    if (newSession && !sessions.some((session) => session.index === (ctr & 255))) {
      const made = { index: ctr & 255, seal: oracle.sessionSeal(this.ownKey(node), n, r0, r1) };
      this.sessions.set(node, [made, ...sessions]);
    }
    return true;
  }

  /** The seals that a message from `src` to `dst` may have: more than one where keys share an index. */
  seals(body: Buffer, src: string, dst: string): Seal[] {
    const type = typeOf(body);
    const clear = CLEAR[type];
    if (clear === undefined || body.length < clear + oracle.TAG) return [];
    const seq = SEQ_AT[type] === undefined ? 0 : body.readUInt32BE(SEQ_AT[type]);
    const sessionOf = (name: string): Buffer[] =>
      (this.sessions.get(name) ?? []).filter(({ index }) => index === body[1]).map(({ seal }) => seal);
    const pairOf = (): Buffer[] => this.keysOf(src, dst).map(({ seal }) => seal);
    const central = modeOf(body) === MODE.centralised;
    const fromBase = type === TYPE.ACK || (type === TYPE.APPROVAL && central);
    if (type === TYPE.ATTACHED) {
      const parties = [2, 4].map((at) => this.#handle(body.readUInt16BE(at)));
      if (parties.includes('')) return [];
      const ends = [src, this.base, ...parties];
      return sessionOf(src).map((key) => ({ key, clear, seq, sealer: src, ends }));
    }
    const sealer = fromBase ? this.base : src;
    const keys = fromBase ? sessionOf(dst) : pairOf();
    return keys.map((key) => ({ key, clear, seq, sealer, ends: [sealer, dst] }));
  }

  #handle(handle: number): string {
    const short = oracle.number(handle, 2).toString('hex');
    const found = this.#scenario.motes.find(({ name }) => this.address(name).endsWith(short));
    return found?.name ?? '';
  }

  #aad(body: Buffer, { clear, ends }: Seal): Buffer {
    return Buffer.concat([body.subarray(0, clear), ...ends.map((name) => this.eui(name))]);
  }

  #nonce(body: Buffer, { sealer, seq }: Seal): Buffer {
    return oracle.messageNonce(this.eui(sealer), seq, typeOf(body));
  }

  /** @returns what was sealed, or undefined if the tag does not fit. */
  openMessage(body: Buffer, seal: Seal): Buffer | undefined {
    return oracle.ccmOpen(seal.key, this.#nonce(body, seal), this.#aad(body, seal), body.subarray(seal.clear));
  }

  /** Opens a sealed message under whichever key fits. */
  openAny(body: Buffer, src: string, dst: string): { seal: Seal; inner: Buffer } | undefined {
    for (const seal of this.seals(body, src, dst)) {
      const inner = this.openMessage(body, seal);
      if (inner !== undefined) return { seal, inner };
    }
    return undefined;
  }

  /** A message with this clear part, from its head octet on, and this sealed part. */
  sealMessage(clear: Buffer, inner: Uint8Array, seal: Seal): Buffer {
    const sealed = oracle.ccmSeal(seal.key, this.#nonce(clear, seal), this.#aad(clear, seal), inner);
    return Buffer.concat([clear, sealed]);
  }

  /** The same sequence number where the message has it. */
  static withSequence(clear: Buffer, seal: Seal, seq: number): { clear: Buffer; seal: Seal } {
    const copy = Buffer.from(clear);
    const at = SEQ_AT[typeOf(clear)];
    if (at === undefined) return { clear: copy, seal };
    copy.writeUInt32BE(seq >>> 0, at);
    return { clear: copy, seal: { ...seal, seq } };
  }

  #mhr(src: string, dst: string, ies: boolean, security?: { counter: number; keyIndex: number; control?: number }) {
    const wide = this.address(src).length === 16 || (dst !== '' && this.address(dst).length === 16);
    const named = (name: string): string => (wide ? this.eui(name).toString('hex') : this.address(name));
    const pan = parseInt(this.#scenario.pan, 16);
    const fields = {
      pan,
      src: dst === '' ? this.address(src) : named(src),
      dst: dst === '' ? 'ffff' : named(dst),
      ies,
    };
    return writeMhr({ ...fields, sequence: 0x5a, ...(security === undefined ? {} : { security }) });
  }

  /** A plain frame with a KEMP message. @param dst '' for a broadcast. */
  plainFrame(src: string, dst: string, body: Uint8Array): Uint8Array {
    return framed(this.#mhr(src, dst, true), kmpPayload(body));
  }

  /** A link-secured frame, with a KEMP message or with a data payload. @param control security control, level 6 by default. */
  linkFrame(
    key: PairKey,
    src: string,
    counter: number,
    what: { body: Uint8Array } | { data: Uint8Array },
    control = 0x0e,
  ) {
    const dst = key.node === src ? key.router : key.node;
    const ies = 'body' in what;
    const mhr = this.#mhr(src, dst, ies, { counter, keyIndex: key.index, control });
    const nonce = oracle.frameNonce(this.eui(src), counter, control & 7);
    const payload = ies ? kmpPayload(what.body) : what.data;
    return framed(mhr, oracle.ccmStar(control & 7, key.link, nonce, mhr, payload));
  }

  /** The tail of a REQUEST with a MAC that fits. @param shared K_NA. @param routers names. */
  requestTail(
    shared: Buffer,
    mode: number,
    {
      word,
      r0,
      node,
      authority,
      routers,
    }: { word: number; r0: Buffer; node: string; authority: string; routers: string[] },
  ): Buffer {
    const names = [node, authority, ...routers].map((name) => this.eui(name));
    const first = Uint8Array.of(head(TYPE.REQUEST, mode), routers.length);
    const mac = oracle.requestMac(shared, Buffer.concat([first, oracle.number(word, 4), r0, ...names]));
    return Buffer.concat([oracle.number(word, 4), r0, mac]);
  }
}
