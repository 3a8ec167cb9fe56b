// SPDX-License-Identifier: Apache-2.0
// Frames that no mote sent. An outsider has heard everything and holds no key. An insider holds the keys of whom it poses as:
// what it makes gets past every MIC and tag, and is wrong inside, or right and untimely.
import { Prng } from '../../host/medium/prng.ts';
import { FCS, framed, head, kmpPayload, MODE, modeOf, readMhr, TYPE, typeOf } from './frames.ts';
import * as oracle from './oracle.ts';
import { REQUEST_TAIL, Sniffer } from './sniffer.ts';
import type { Opened, PairKey } from './sniffer.ts';
import { kindOf } from './stage.ts';

/** Beyond every counter and sequence number that a recorded run reaches. */
const FAR = 100_000;
const LONGEST = 127 - FCS;

/** The message inside an UP message, and the mote that it comes from. */
export function unwrapUp(body: Buffer): { envelope: Buffer; inner: Buffer; origin: string } | undefined {
  const info = body[1];
  const width = (info & 64) === 0 ? 2 : 8;
  const end = 2 + width + (info & 15) * 2;
  if (end >= body.length) return undefined;
  return { envelope: body.subarray(0, end), inner: body.subarray(end), origin: body.toString('hex', 2, 2 + width) };
}

export class Forger {
  readonly #sniffer: Sniffer;
  readonly #target: string;
  readonly #prng: Prng;
  readonly #pool = new Map<string, Opened[]>();
  readonly #motes: readonly string[];
  #coming: Opened;
  #fresh = FAR;

  /** @param motes names of all. @param pool what was on air. @param coming the frame that the target waits for: a favourite. */
  constructor(
    sniffer: Sniffer,
    target: string,
    motes: readonly string[],
    pool: readonly Opened[],
    coming: Opened,
    seed: number,
  ) {
    this.#sniffer = sniffer;
    this.#target = target;
    this.#motes = motes;
    this.#coming = coming;
    this.#prng = new Prng(seed, `forger ${target}`);
    for (const one of pool) this.learn(one);
  }

  /** One more frame that was on air. */
  learn(one: Opened): void {
    const kind = kindOf(one);
    const list = this.#pool.get(kind);
    if (list === undefined) this.#pool.set(kind, [one]);
    else list.push(one);
  }

  expect(coming: Opened): void {
    this.#coming = coming;
  }

  #below(count: number): number {
    return this.#prng.next() % count;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)];
  }

  #chance(probability: number): boolean {
    return this.#prng.chance(probability);
  }

  lqi(): number {
    return this.#below(256);
  }

  #random(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#below(256)));
  }

  /** @param fits a kind that is asked for; any other where there is none. */
  #sample(fits: (one: Opened) => boolean = () => true): Opened {
    if (fits(this.#coming) && this.#chance(0.3)) return this.#coming;
    const kinds = [...this.#pool.values()].map((list) => list.filter(fits)).filter((list) => list.length > 0);
    return this.#pick(kinds.length > 0 ? this.#pick(kinds) : this.#pick([...this.#pool.values()]));
  }

  /** A few octets changed, cut off, put in or taken from another text. */
  #twist(octets: Uint8Array): Buffer {
    let text = Buffer.from(octets);
    for (let times = 1 + this.#below(2); times > 0; times--) {
      const at = this.#below(text.length + 1);
      const how = this.#below(7);
      if (how === 0 || text.length === 0) text = Buffer.concat([text, this.#random(1 + this.#below(16))]);
      else if (how === 1) text = text.subarray(0, at);
      else if (how === 2)
        text = Buffer.concat([text.subarray(0, at), this.#random(1 + this.#below(4)), text.subarray(at)]);
      else if (how === 3) text = Buffer.concat([text.subarray(0, at), text.subarray(at + 1 + this.#below(8))]);
      else if (how === 4) text[at % text.length] ^= 1 << this.#below(8);
      else if (how === 5) text[at % text.length] = this.#pick([0, 1, 127, 128, 255]);
      else text.set(this.#sample().payload.subarray(0, text.length - at), at);
    }
    return text;
  }

  /** Octets changed in place. */
  #tweak(octets: Uint8Array): Buffer {
    const text = Buffer.from(octets);
    for (let times = 1 + this.#below(2); times > 0 && text.length > 0; times--) {
      const at = this.#below(text.length);
      text[at] = this.#chance(0.5) ? text[at] ^ (1 << this.#below(8)) : this.#pick([0, 1, 127, 128, 255]);
    }
    return text;
  }

  #close(mpdu: Uint8Array): Uint8Array {
    return framed(mpdu.length > LONGEST ? mpdu.subarray(0, LONGEST) : mpdu);
  }

  /** Type, version or mode of a message changed. */
  #retype(body: Uint8Array): Buffer {
    const text = Buffer.from(body);
    const type = this.#chance(0.8) ? this.#pick(Object.values(TYPE)) : this.#below(16);
    const version = this.#chance(0.9) ? 1 : this.#below(4);
    text[0] = (type << 4) | (version << 2) | this.#below(4);
    return text;
  }

  /** A message cut in two fragments, seldom as it should be. */
  #fragments(body: Uint8Array): Buffer {
    const transaction = this.#below(32) << 3;
    const cut = 1 + this.#below(Math.max(1, body.length - 1));
    const total = Buffer.alloc(2);
    total.writeUInt16LE(this.#chance(0.7) ? body.length + 4 : this.#below(65536));
    const first = Buffer.concat([
      Buffer.from([2 | transaction, 0, ...total, 1, 0]),
      Buffer.from('ffacde48', 'hex'),
      body.subarray(0, cut),
    ]);
    const second = Buffer.concat([
      Buffer.from([this.#pick([4, 4, 2, 6]) | transaction, this.#below(3)]),
      body.subarray(cut),
    ]);
    const content = this.#pick([first, second]);
    return Buffer.concat([oracle.number(0x9800 + content.length, 2).reverse(), content]);
  }

  /** The addresses of a recorded frame changed: to the target, or swapped, or from another mote. */
  #readdress(frame: Uint8Array): Buffer {
    const mpdu = Buffer.from(frame.subarray(0, frame.length - FCS));
    const mhr = readMhr(frame);
    const [dst, src] = [mhr?.dst ?? '', mhr?.src ?? ''];
    const to = this.#sniffer.address(this.#target);
    const from = this.#chance(0.5) ? src : this.#sniffer.address(this.#pick(this.#motes));
    if (mhr === undefined || dst === 'ffff' || dst.length !== to.length || from.length !== src.length) return mpdu;
    Buffer.from(from, 'hex')
      .reverse()
      .copy(mpdu, mhr.auxAt - src.length / 2);
    Buffer.from(to, 'hex')
      .reverse()
      .copy(mpdu, mhr.auxAt - src.length / 2 - dst.length / 2);
    return mpdu;
  }

  /** Name of a mote, of the sample's sender more often than not. */
  #poseAs(one: Opened): string {
    const other = this.#motes.filter((name) => name !== this.#target);
    return this.#chance(0.7) && one.src !== '' && one.src !== this.#target ? one.src : this.#pick(other);
  }

  /** A frame of one who holds no key. */
  outsider(): Uint8Array {
    const how = this.#below(20);
    const one = this.#sample();
    if (how < 5) return this.#close(this.#twist(one.frame.subarray(0, one.frame.length - FCS)));
    if (how < 6) return this.#close(this.#random(3 + this.#below(120)));
    if (how < 8) return one.frame;
    if (how < 10) return this.#close(this.#readdress(one.frame));
    if (how < 11) return this.#close(this.#tweak(this.#readdress(one.frame)));
    if (how < 12) {
      // Without its security, or on another level.
      const mpdu = this.#readdress(one.frame);
      const mhr = readMhr(one.frame);
      if (mhr?.secured === true && this.#chance(0.5)) mpdu[mhr.auxAt] = this.#below(64);
      else mpdu[0] ^= 8;
      return this.#close(mpdu);
    }
    const plain = this.#sample(({ body, key }) => body !== undefined && key === undefined);
    const body = plain.body ?? this.#random(20);
    const [src, dst] = [this.#poseAs(plain), plain.dst === '' ? '' : this.#target];
    if (how < 15) return this.#plain(src, dst, this.#twist(body));
    if (how < 17) return this.#plain(src, dst, this.#tweak(body));
    if (how < 19) return this.#plain(src, dst, this.#retype(body));
    return this.#plain(src, dst, body, this.#fragments(body));
  }

  #plain(src: string, dst: string, body: Uint8Array, payload = kmpPayload(body)): Uint8Array {
    const whole = this.#sniffer.plainFrame(src, dst, body);
    const mhr = readMhr(whole);
    return this.#close(Buffer.concat([whole.subarray(0, mhr?.end), payload]));
  }

  /**
   * A frame of one who holds keys.
   * @param held the keys that the target holds now. @param tentative those that nobody has used yet.
   * @param asked the REQUEST of the target's open run.
   */
  insider(held: readonly PairKey[], tentative: readonly PairKey[], asked: Opened | undefined): Uint8Array {
    const how = this.#below(20);
    const notice = this.#coming.body;
    if (notice !== undefined && typeOf(notice) === TYPE.NOTICE && this.#chance(0.5)) {
      // The target has a run open: whatever names that run gets further.
      const { src } = this.#coming;
      const answer =
        asked === undefined || this.#chance(0.6) ? this.#rework(notice, src, this.#target) : this.#reject(asked);
      return this.#plain(src, this.#target, answer);
    }
    if (how < 2 && tentative.length > 0) return this.#confirm(this.#pick(tentative));
    if (how >= 10 || held.length === 0) {
      const one = this.#sample(({ dst, src, body, key }) => {
        const sealed = body !== undefined && this.#sniffer.openAny(body, src, dst) !== undefined;
        return (
          dst === this.#target && key === undefined && (sealed || (body !== undefined && typeOf(body) === TYPE.REQUEST))
        );
      });
      const body = one.body ?? this.#random(20);
      return this.#plain(one.src, one.dst === '' ? '' : this.#target, this.#rework(body, one.src, this.#target));
    }
    const key = this.#pick(held);
    const src = key.node === this.#target ? key.router : key.node;
    const counter = this.#chance(0.85) ? this.#fresh++ : this.#pick([0, FAR, this.#fresh - 1, 0x7fffffff, 0x80000000]);
    const level = this.#chance(0.93) ? 0x0e : this.#pick([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0f, 0x06, 0x2e, 0x0e]);
    const seal = (what: { body: Uint8Array } | { data: Uint8Array }): Uint8Array =>
      this.#fit(this.#sniffer.linkFrame(key, src, counter, what, level));
    if (how < 5) {
      const { payload } = this.#sample(({ body }) => body === undefined);
      return seal({ data: this.#chance(0.3) ? payload : this.#twist(payload) });
    }
    const secured = this.#sample(
      ({ body, dst, key: opener }) => body !== undefined && opener !== undefined && dst === this.#target,
    );
    const any = this.#sample(({ body }) => body !== undefined);
    const { body } = this.#chance(0.8) ? secured : any;
    const text = body ?? this.#random(20);
    const turn = this.#below(4);
    if (turn === 0) return seal({ body: this.#retype(text) });
    return seal({ body: turn === 1 ? this.#tweak(text) : this.#rework(text, src, this.#target) });
  }

  /** What is too long for a frame stays unsent. */
  #fit(frame: Uint8Array): Uint8Array {
    return frame.length <= LONGEST + FCS ? frame : this.outsider();
  }

  /** N's first frame under a key that waits for it, empty or with a reading. */
  #confirm(key: PairKey): Uint8Array {
    const data = this.#chance(0.5) ? new Uint8Array(0) : Uint8Array.of(1, 0, this.#below(256));
    return this.#sniffer.linkFrame(key, key.node, this.#fresh++, { data });
  }

  /** The message anew, with a seal or MAC that fits, mostly with something else inside. */
  #rework(body: Buffer, src: string, dst: string): Buffer {
    const type = typeOf(body);
    const up = type === TYPE.UP ? unwrapUp(body) : undefined;
    if (up !== undefined && this.#chance(0.7)) {
      const origin = this.#sniffer.nameOf(up.origin);
      const inner = this.#rework(up.inner, origin === '' ? src : origin, this.#sniffer.base);
      return Buffer.concat([this.#chance(0.8) ? up.envelope : this.#tweak(up.envelope), inner]);
    }
    if (type === TYPE.REQUEST) return this.#request(body, src, dst);
    const opened = this.#sniffer.openAny(body, src, dst);
    if (opened === undefined) return this.#chance(0.3) ? body : this.#twist(body);
    const tweaked = this.#chance(0.2)
      ? this.#tweak(body.subarray(0, opened.seal.clear))
      : body.subarray(0, opened.seal.clear);
    tweaked[0] = (body[0] & 0xf0) | (this.#chance(0.9) ? body[0] & 15 : tweaked[0] & 15);
    const seq = this.#chance(0.85) ? this.#fresh++ : this.#pick([0, 1, 0x7fffffff, 0x80000000]);
    const { clear, seal } = Sniffer.withSequence(Buffer.from(tweaked), opened.seal, seq);
    const turn = this.#below(10);
    const { inner: was } = opened;
    // Lifetime and depth stand at one end of what is sealed.
    const ends = [Buffer.concat([this.#tweak(was.subarray(0, 3)), was.subarray(3)])];
    ends.push(Buffer.concat([was.subarray(0, -3), this.#tweak(was.subarray(-3))]));
    const inner = turn < 1 ? was : turn < 4 ? this.#pick(ends) : turn < 9 ? this.#tweak(was) : this.#twist(was);
    return this.#sniffer.sealMessage(clear, inner, seal);
  }

  /** A REQUEST with a MAC that fits, of another ctr or for other routers. */
  #request(body: Buffer, src: string, dst: string): Buffer {
    const sniffer = this.#sniffer;
    const mode = modeOf(body);
    const ctr = this.#chance(0.8) ? this.#fresh++ : this.#below(20);
    const word = (ctr | (this.#chance(0.3) ? 0x80000000 : 0)) >>> 0;
    const named = sniffer.nameOf(body.toString('hex', 1, body.length - REQUEST_TAIL));
    const other = this.#pick(this.#motes);
    const r0 = this.#random(8);
    let [node, authority, routers, listed] = [src, sniffer.base, [named === '' ? src : named], [] as string[]];
    if (mode === MODE.centralised) {
      if (this.#chance(0.5)) routers = Array.from({ length: 1 + this.#below(4) }, () => this.#pick(this.#motes));
      listed = routers;
    } else if (dst === this.#target && this.#motes.includes(named) && sniffer.keysOf(named, dst).length > 0) {
      // Secured it names N, plain it names R.
      const secured = this.#chance(0.5);
      [node, authority] = [secured ? named : src, dst];
      routers = [secured ? src : named];
      listed = [named];
    } else {
      [authority, routers, listed] = [dst, [other], [other]];
    }
    const shared = mode === MODE.centralised ? sniffer.ownKey(node) : sniffer.keysOf(node, authority)[0]?.secret;
    const tail = sniffer.requestTail(shared ?? this.#random(16), mode, { word, r0, node, authority, routers });
    const list = listed.map((name) => Buffer.from(sniffer.address(name), 'hex'));
    const text = Buffer.concat([Uint8Array.of(head(TYPE.REQUEST, mode)), ...list, tail]);
    return this.#chance(0.15) ? this.#tweak(text) : text;
  }

  /** A REJECT of the target's open run, with the authority's MAC or without. @param asked its REQUEST. */
  #reject({ body, dst }: Opened): Buffer {
    const text = body ?? this.#random(40);
    const [mode, tail] = [modeOf(text), text.length - REQUEST_TAIL];
    const named = this.#sniffer.nameOf(text.toString('hex', 1, tail));
    const authority = mode === MODE.predictive ? dst : named;
    const ctr = Buffer.from(text.subarray(tail, tail + 4));
    ctr[0] &= 0x7f;
    const clear = Buffer.concat([Uint8Array.of(head(TYPE.REJECT, mode), this.#below(6)), ctr]);
    const shared =
      mode === MODE.centralised
        ? this.#sniffer.ownKey(this.#target)
        : this.#sniffer.keysOf(this.#target, authority)[0]?.secret;
    const mac = oracle.requestMac(shared ?? this.#random(16), Buffer.concat([clear, this.#sniffer.eui(this.#target)]));
    const whole = this.#chance(0.3) ? clear : Buffer.concat([clear, this.#chance(0.5) ? mac : this.#tweak(mac)]);
    return this.#chance(0.9) ? whole : this.#tweak(whole);
  }
}
