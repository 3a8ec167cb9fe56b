// SPDX-License-Identifier: Apache-2.0
// Octets of the adversary's own making. It holds no key: MACs, tags and MICs are chance.

import type { Prng } from '../medium/prng.ts';
import { withFcs } from '../medium/frame.ts';
import { BROADCAST, FCS_OCTETS, LONGEST_PSDU, plainFrame, PLAIN_TYPES, securedFrame } from './frame.ts';
import type { Seen } from './frame.ts';
import type { FLOODS } from './schema.ts';

/** Version 1, mode 0. */
const HEAD = 4;
const REQUEST_TAIL = 20;
const REASONS = [1, 2, 3, 4, 5];
const RANK_MOST = 14;

/** What the network tells everyone. */
export interface Network {
  readonly pan: number;
  readonly oui: number;
  readonly channel: number;
  /** EUI-64 and the address used on air of each mote, hex as printed; routers first. */
  readonly motes: readonly { readonly eui: string; readonly address: string; readonly router: boolean }[];
}

export class Forge {
  readonly #network: Network;
  readonly #prng: Prng;

  constructor(network: Network, prng: Prng) {
    this.#network = network;
    this.#prng = prng;
  }

  below(count: number): number {
    return this.#prng.next() % count;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  #random(octets: number): Buffer {
    return Buffer.from(Array.from({ length: octets }, () => this.below(256)));
  }

  /** The address of a mote, or one that nobody has, as long as `like`. */
  #name(like: string): string {
    const own = this.#network.motes.map(({ address }) => address).filter(({ length }) => length === like.length);
    return own.length > 0 && this.below(2) === 0 ? this.pick(own) : this.#random(like.length / 2).toString('hex');
  }

  #plain(dst: string, src: string, body: Uint8Array): Uint8Array {
    return plainFrame({ pan: this.#network.pan, dst, src, sequence: this.below(256) }, this.#network.oui, body);
  }

  /** A few octets changed, put in or cut off; the FCS fits. */
  mutated({ octets }: Seen): Uint8Array {
    let mpdu = Buffer.from(octets.subarray(0, -FCS_OCTETS));
    for (let times = 1 + this.below(3); times > 0; times--) {
      const at = this.below(mpdu.length);
      const how = this.below(8);
      if (how === 0 && mpdu.length > 8) mpdu = mpdu.subarray(0, Math.max(8, at));
      else if (how === 1)
        mpdu = Buffer.concat([mpdu.subarray(0, at), this.#random(1 + this.below(4)), mpdu.subarray(at)]);
      else if (how === 2) mpdu[at] = this.pick([0, 1, 127, 128, 255]);
      else mpdu[at] ^= 1 << this.below(8);
    }
    return withFcs(mpdu.subarray(0, LONGEST_PSDU - FCS_OCTETS));
  }

  /** What answers a frame with REJECT; nothing for what is no REQUEST and not secured. */
  reject({ dst, src, secured, body }: Seen): Uint8Array | undefined {
    const isRequest = body[0] >> 4 === PLAIN_TYPES.request && body.length > REQUEST_TAIL;
    if (dst === BROADCAST || (!isRequest && !secured)) return undefined;
    const text = Buffer.alloc(6);
    text[0] = (PLAIN_TYPES.reject << 4) | HEAD | (isRequest ? body[0] & 3 : 0);
    text[1] = isRequest ? this.pick(REASONS) : 1;
    if (isRequest) {
      text.set(body.subarray(-REQUEST_TAIL, 4 - REQUEST_TAIL), 2);
      text[2] &= 0x7f;
    }
    return this.#plain(src, dst, this.below(2) === 0 ? text : Buffer.concat([text, this.#random(8)]));
  }

  /** A frame of a flood. @param to the address of its receiver. */
  flood(of: (typeof FLOODS)[number], to: string): Uint8Array {
    const src = this.#name(to);
    const head = (type: number): Buffer => Buffer.of((type << 4) | HEAD);
    switch (of) {
      case 'request':
        return this.#plain(
          to,
          src,
          Buffer.concat([head(PLAIN_TYPES.request), this.#listed(to), this.#random(REQUEST_TAIL)]),
        );
      case 'solicit':
        return this.#plain(BROADCAST, src, head(PLAIN_TYPES.solicit));
      case 'advert':
        return this.#advert();
      case 'reject':
        return this.#plain(to, src, Buffer.concat([head(PLAIN_TYPES.reject), this.#random(this.pick([5, 13]))]));
      case 'notice':
        return this.#plain(to, src, Buffer.concat([head(PLAIN_TYPES.notice), this.#random(40)]));
      case 'secured': {
        const envelope = { pan: this.#network.pan, dst: to, src, sequence: this.below(256) };
        return securedFrame(envelope, this.below(1 << 20), 1 + this.below(15), this.#random(8 + this.below(40)));
      }
      case 'fragment':
        return this.#fragment(to, src);
    }
  }

  /** One to three routers, as often as not those that there are. */
  #listed(like: string): Buffer {
    return Buffer.concat(Array.from({ length: 1 + this.below(3) }, () => Buffer.from(this.#name(like), 'hex')));
  }

  /** Of a router that there is, under another incarnation, rank or list, or of one that there is not. */
  #advert(): Uint8Array {
    const routers = this.#network.motes.filter(({ router }) => router);
    const real = this.below(2) === 0;
    const { eui, address } = this.pick(routers);
    const [name, src] = real ? [eui, address] : [this.#random(8).toString('hex'), this.#name(address)];
    const rank = this.below(2) === 0 ? 0 : this.below(RANK_MOST);
    const text = Buffer.concat([
      Buffer.of((PLAIN_TYPES.advert << 4) | HEAD),
      Buffer.from(name, 'hex'),
      Buffer.of(rank, 0x05, this.below(256), 0, 0),
    ]);
    return this.#plain(BROADCAST, src, text);
  }

  /** The first fragment of a message of which no second one comes: it holds a slot. */
  #fragment(dst: string, src: string): Uint8Array {
    const whole = Buffer.from(this.#plain(dst, src, this.#random(60)).subarray(0, -FCS_OCTETS));
    const at = whole.length - 60 - 7;
    const { oui } = this.#network;
    const first = [2 | (this.below(32) << 3), 0, 120, 0, 1, 0, 0xff, oui >> 16, (oui >> 8) & 255, oui & 255];
    const content = Buffer.concat([Uint8Array.from(first), whole.subarray(at + 7)]);
    const length = 0x9800 + content.length;
    return withFcs(Buffer.concat([whole.subarray(0, at), Buffer.of(length & 255, length >> 8), content]));
  }
}
