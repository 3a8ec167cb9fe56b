// SPDX-License-Identifier: Apache-2.0
// The bodies of docs/protocol.md "Messages", made field by field.
import { big, ccmOpen, ccmSeal } from './crypto.ts';
import { counter, head, join, REJECT, REQUEST } from './derivation.ts';
import type { Fields, Party, Terms } from './derivation.ts';

export const ADVERT = 1;
export const SOLICIT = 2;
export const APPROVAL = 4;
export const NOTICE = 5;
export const ATTACHED = 7;
export const ACK = 8;
export const REVOKE = 9;
export const REVOKED = 10;
export const ROUTE = 11;
export const GROUP = 12;
export const ECHO = 13;
export const UP = 14;
export const DOWN = 15;

export type Width = 2 | 8;
export const widthOf = ({ short }: Party): Width => (short === undefined ? 8 : 2);

/** A party on air: its short address, or its EUI-64. */
export function name(party: Party, width: Width = widthOf(party)): Buffer {
  return width === 8 ? party.eui : big(2, party.short!);
}

/** Two octets for a party whose EUI-64 is in the associated data, or that is named in an ADVERT, which is a hint. */
export const handle = ({ eui, short }: Party): Buffer => (short === undefined ? eui.subarray(6) : big(2, short));

export interface Advert {
  readonly router: Party;
  readonly rank: number;
  readonly load: number;
  readonly room: number;
  readonly incarnation: number;
  readonly epoch: number;
  readonly routers: readonly Party[];
}

export function advert({ router, rank, load, room, incarnation, epoch, routers }: Advert): Fields {
  return [
    head(ADVERT, 0),
    router.eui,
    big(1, rank),
    big(1, load * 16 + room),
    big(1, incarnation),
    big(2, epoch),
    ...routers.map(handle),
  ];
}

export const solicit = (): Fields => [head(SOLICIT, 0)];

const tail = (terms: Terms, mac: Buffer): Fields => [counter(terms), terms.r0, mac];

/** Octets of each address in a list of routers: 8 if any of them has no short address. */
export const listWidth = (named: readonly Party[]): Width => (named.some((party) => widthOf(party) === 8) ? 8 : 2);

/** @param named the routers wanted; or in the distribution mode the one of A and R that does not get this frame; or none. */
export function request(terms: Terms, named: readonly Party[], mac: Buffer, width = listWidth(named)): Fields {
  return [head(REQUEST, terms.mode), ...named.map((party) => name(party, width)), ...tail(terms, mac)];
}

/** REQUEST of a refresh, which names nobody: its key does. */
export function refreshRequest(terms: Terms, mac: Buffer): Fields {
  return [head(REQUEST, 3), big(1, terms.index!), ...tail(terms, mac)];
}

function info(hops: number, width: number): Buffer {
  return big(1, hops | (width === 8 ? 64 : 0));
}

/** @param origin as it is named. @param route entry router first. */
export function up(origin: Buffer, route: readonly Party[], inner: Fields): Fields {
  return [head(UP, 0), info(route.length, origin.length), origin, ...route.map(handle), ...inner];
}

/**
 * @param route next hop first, receiver of the message last.
 * @param mode 1 where data is inside
 */
export function down(route: readonly Party[], inner: Fields, mode = 0): Fields {
  const last = route[route.length - 1];
  return [head(DOWN, mode), info(route.length, widthOf(last)), ...route.slice(0, -1).map(handle), name(last), ...inner];
}

/** How a sealed message is sealed, part by part. */
export interface Seal {
  readonly clear: Fields;
  readonly nonce: Fields;
  readonly aad: Fields;
}

function sealOf(type: number, clear: Fields, seq: number, ends: readonly Party[]): Seal {
  const nonce = [ends[0].eui, big(4, seq), big(1, 0x80 + type)];
  return { clear, nonce, aad: [...clear, ...ends.map(({ eui }) => eui)] };
}

export function seal(key: Buffer, { clear, nonce, aad }: Seal, plain: Fields): Fields {
  const sealed = ccmSeal(key, join(nonce), join(aad), join(plain));
  return [...clear, sealed.subarray(0, -8), sealed.subarray(-8)];
}

/** @returns the plaintext of a body sealed like this; undefined where it was not. */
export function open(key: Buffer, { clear, nonce, aad }: Seal, body: Buffer): Buffer | undefined {
  return ccmOpen(key, join(nonce), join(aad), body.subarray(join(clear).length));
}

export function approvalSeal(mode: number, index: number, seq: number, authority: Party, router: Party): Seal {
  return sealOf(APPROVAL, [head(APPROVAL, mode), big(1, index), big(4, seq)], seq, [authority, router]);
}

export interface Grant {
  readonly node: Party;
  readonly ctr: number;
  readonly key: Buffer;
  readonly r1: Buffer;
  /** Minutes. */
  readonly life: number;
  readonly depth: number;
}

export function approvalPlain({ node, ctr, key, r1, life, depth }: Grant): Fields {
  const short = node.short === undefined ? [] : [big(2, node.short)];
  return [node.eui, ...short, big(4, ctr), key, r1, big(2, life), big(1, depth)];
}

export function noticeSeal(mode: number, r1: Buffer, router: Party, node: Party): Seal {
  return sealOf(NOTICE, [head(NOTICE, mode), r1], 0, [router, node]);
}

export interface Welcome {
  readonly life: number;
  readonly index: number;
  readonly depth: number;
  readonly groupKey: Buffer;
  readonly groupIndex: number;
  readonly groupCounter: number;
}

export function noticePlain({ life, index, depth, groupKey, groupIndex, groupCounter }: Welcome): Fields {
  return [big(2, life), big(1, index * 16 + depth), groupKey, big(1, groupIndex), big(4, groupCounter)];
}

/** @param mac where the sender is the authority. */
export function reject(mode: number, reason: number, ctr: number, mac?: Buffer): Fields {
  return [head(REJECT, mode), big(1, reason), big(4, ctr), ...(mac === undefined ? [] : [mac])];
}

export interface Attachment {
  readonly mode: number;
  readonly index: number;
  readonly seq: number;
  readonly router: Party;
  readonly base: Party;
  readonly node: Party;
  readonly authority: Party;
}

export function attachedSeal({ mode, index, seq, router, base, node, authority }: Attachment): Seal {
  const clear = [head(ATTACHED, mode), big(1, index), handle(node), handle(authority), big(4, seq)];
  return sealOf(ATTACHED, clear, seq, [router, base, node, authority]);
}

export const attachedPlain = (ctr: number, depth: number): Fields => [big(4, ctr), big(1, depth)];

export function ackSeal(mode: number, index: number, seq: number, base: Party, router: Party): Seal {
  return sealOf(ACK, [head(ACK, mode), big(1, index), big(4, seq)], seq, [base, router]);
}

export const ackPlain = (node: Party, ctr: number): Fields => [handle(node), big(4, ctr)];

/** @param type REVOKE, from the base station to a party, or REVOKED, back. @param kind of revocation: the mode of its head. */
export function revocationSeal(
  type: typeof REVOKE | typeof REVOKED,
  kind: number,
  index: number,
  seq: number,
  ends: readonly [Party, Party],
): Seal {
  return sealOf(type, [head(type, kind), big(1, index), big(4, seq)], seq, ends);
}

export const revocationPlain = (revoked: Party, epoch: number): Fields => [revoked.eui, big(2, epoch)];

/** Nothing is sealed in it: the tag alone is the message. */
export function routeSeal(index: number, seq: number, router: Party, base: Party): Seal {
  return sealOf(ROUTE, [head(ROUTE, 0), big(1, index), big(4, seq)], seq, [router, base]);
}

export function group({ groupKey, groupIndex, groupCounter }: Omit<Welcome, 'life' | 'index' | 'depth'>): Fields {
  return [head(GROUP, 0), groupKey, big(1, groupIndex), big(4, groupCounter)];
}

/** @param mode 0 asks, 1 answers. @param index of the receiver's group key that the sender knows. */
export const echo = (mode: number, index: number): Fields => [head(ECHO, mode), big(1, index)];

/** Payload of a data frame: a reading on its first hop. */
export const reading = (seq: number, data: Buffer): Fields => [big(1, 1), big(2, seq), data];

/** A reading that was relayed: its origin's address goes with it. */
export function relayed(origin: Party, seq: number, data: Buffer): Fields {
  return [big(1, origin.short === undefined ? 3 : 2), name(origin), big(2, seq), data];
}

/** Data from the base station on its last hop. */
export const downward = (seq: number, data: Buffer): Fields => [big(1, 4), big(2, seq), data];

/** Sealed data: a reading, kind 9, from N to B, or the other way, kind 12. Both are of type 0. */
export function dataSeal(kind: 9 | 12, index: number, seq: number, ends: readonly [Party, Party]): Seal {
  return sealOf(0, [big(1, kind), big(1, index), big(4, seq)], seq, ends);
}

/** A sealed reading that was relayed. @param made by its origin, kind and all. */
export function relayedSealed(origin: Party, made: Fields): Fields {
  return [big(1, origin.short === undefined ? 11 : 10), name(origin), ...made.slice(1)];
}
