// SPDX-License-Identifier: Apache-2.0
// Keys and MACs as docs/protocol.md "Derivation" has them. Each input is there by itself, for the worked vectors.
import { big, cmac, octets } from './crypto.ts';

/** Who is named: EUI-64, and the short address where there is one. */
export interface Party {
  readonly eui: Buffer;
  readonly short?: number | undefined;
}

/** What N, R and A of a run agree on. */
export interface Terms {
  readonly mode: number;
  readonly node: Party;
  readonly authority: Party;
  readonly routers: readonly Party[];
  readonly ctr: number;
  readonly newSession: boolean;
  readonly r0: Buffer;
  /** Refresh: index of the key that is K_NA. */
  readonly index?: number | undefined;
}

/** Fields of an input or a message, in order. */
export type Fields = readonly Buffer[];

export const join = (fields: Fields): Buffer => Buffer.concat(fields);

export const REQUEST = 3;
export const REJECT = 6;

/** Type, version 1, mode. */
export const head = (type: number, mode: number): Buffer => big(1, (type << 4) | (1 << 2) | mode);

const LABELS = { 'request-MAC': 1, derive: 2, seal: 3, link: 4, session: 5, data: 6 } as const;
export type Label = keyof typeof LABELS;

const ONE = big(1, 1);
const BITS = big(2, 128);

export const subkeyInput = (label: Label): Fields => [ONE, big(1, LABELS[label] << 4), BITS];

/** KDF(key, label). */
export const subkey = (key: Buffer, label: Label): Buffer => cmac(key, join(subkeyInput(label)));

export function pairwiseInput(terms: Terms, router: Party, r1: Buffer): Fields {
  const { mode, node, authority, ctr, r0 } = terms;
  return [ONE, big(1, 0x70 | mode), node.eui, router.eui, authority.eui, big(4, ctr), r0, r1, BITS];
}

/** K_NR. @param secret K_NA. */
export function pairwise(secret: Buffer, terms: Terms, router: Party, r1: Buffer): Buffer {
  return cmac(subkey(secret, 'derive'), join(pairwiseInput(terms, router, r1)));
}

export function sessionInput(terms: Terms, r1: Buffer): Fields {
  return [ONE, octets('80'), terms.node.eui, terms.r0, r1, BITS];
}

/** S_N. @param secret K_N. */
export function sessionKey(secret: Buffer, terms: Terms, r1: Buffer): Buffer {
  return cmac(subkey(secret, 'session'), join(sessionInput(terms, r1)));
}

/** ctr as a REQUEST has it: under the new-session bit. */
export const counter = ({ ctr, newSession }: Terms): Buffer => big(4, ctr + (newSession ? 2 ** 31 : 0));

export function requestMacInput(terms: Terms): Fields {
  const { mode, node, authority, routers, r0, index = 0 } = terms;
  const names = [node, authority, ...routers].map(({ eui }) => eui);
  return [head(REQUEST, mode), big(1, index * 16 + routers.length), counter(terms), r0, ...names];
}

/** @param secret K_NA. */
export function requestMac(secret: Buffer, terms: Terms): Buffer {
  return cmac(subkey(secret, 'request-MAC'), join(requestMacInput(terms))).subarray(0, 8);
}

export function rejectMacInput(mode: number, reason: number, ctr: number, node: Party): Fields {
  return [head(REJECT, mode), big(1, reason), big(4, ctr), node.eui];
}

/** @param secret K_NA. */
export function rejectMac(secret: Buffer, mode: number, reason: number, ctr: number, node: Party): Buffer {
  return cmac(subkey(secret, 'request-MAC'), join(rejectMacInput(mode, reason, ctr, node))).subarray(0, 8);
}
