// SPDX-License-Identifier: Apache-2.0
// The carriage of docs/protocol.md "Frames": the MHR, link security, and the MPX IE around a body.
import { big, ccmOpen, ccmSeal, fcs, little, octets } from './crypto.ts';
import { join } from './derivation.ts';
import type { Fields, Party } from './derivation.ts';

export const OUI = octets('acde48');
const KMP: Fields = [octets('ff'), OUI];

/** @param length octets of what comes behind the descriptor. */
const descriptor = (length: number): Buffer => little(2, 0x8000 | (3 << 11) | length);

/** A body in one frame. */
export function mpxFull(body: Buffer): Fields {
  return [descriptor(5 + body.length), octets('09'), ...KMP, body];
}

/** One fragment. @param total octets of the whole body, for the first. */
export function mpxFragment(
  transaction: number,
  fragment: number,
  last: boolean,
  total: number,
  slice: Buffer,
): Fields {
  const control = big(1, (transaction << 3) | (last ? 4 : 2));
  if (fragment > 0) return [descriptor(2 + slice.length), control, big(1, fragment), slice];
  const first = [control, octets('00'), little(2, total + 4), little(2, 1), ...KMP, slice];
  return [descriptor(join(first).length), ...first];
}

export interface Security {
  /** link(K). */
  readonly key: Buffer;
  readonly counter: number;
  readonly index: number;
}

export interface Frame {
  readonly sequence: number;
  readonly pan: number;
  readonly source: Party;
  /** Absent: everyone. */
  readonly destination?: Party | undefined;
  readonly security?: Security | undefined;
  /** A KMP message, announced by HT1; else data. */
  readonly message: boolean;
  readonly payload: Fields;
}

/** True if the frame names its ends by short addresses. */
export function isShort({ source, destination }: Pick<Frame, 'source' | 'destination'>): boolean {
  return source.short !== undefined && (destination === undefined || destination.short !== undefined);
}

const name = (party: Party, short: boolean): Buffer =>
  short ? little(2, party.short!) : Buffer.from(party.eui).reverse();

export function mhr(frame: Frame): Fields {
  const { sequence, pan, source, destination, security, message } = frame;
  const short = isShort(frame);
  const broadcast = destination === undefined;
  const low = 1 | (security === undefined ? 0 : 8) | (broadcast ? 0 : 32) | (broadcast || short ? 64 : 0);
  const high = (message ? 2 : 0) | ((broadcast || short ? 2 : 3) << 2) | (2 << 4) | ((short ? 2 : 3) << 6);
  const to = broadcast ? octets('ffff') : name(destination, short);
  const fields = [Buffer.of(low, high), big(1, sequence), little(2, pan), to, name(source, short)];
  if (security !== undefined) fields.push(octets('0e'), little(4, security.counter), big(1, security.index));
  if (message) fields.push(octets('003f'));
  return fields;
}

export function linkNonce({ source, security }: Frame): Fields {
  return [source.eui, big(4, security!.counter), octets('06')];
}

/** The whole MPDU: MHR, payload, MIC if there is one, FCS. */
export function build(frame: Frame): Fields {
  const { security, payload } = frame;
  const header = mhr(frame);
  const fields = [...header, ...payload];
  if (security !== undefined) {
    const sealed = ccmSeal(security.key, join(linkNonce(frame)), join(header), join(payload));
    fields.splice(header.length, payload.length, sealed.subarray(0, -8), sealed.subarray(-8));
  }
  return [...fields, fcs(join(fields))];
}

/** What an MPDU tells without any key. Addresses are as they are on air, high octet first: 2 octets or 8. */
export interface Parsed {
  readonly sequence: number;
  readonly pan: number;
  readonly destination: Buffer;
  readonly source: Buffer;
  readonly security: { readonly counter: number; readonly index: number } | undefined;
  readonly message: boolean;
  readonly header: Buffer;
  /** Payload in plain, or ciphertext and MIC. */
  readonly rest: Buffer;
}

/** Reads just as much as is needed to build the frame again, which then shows whether the rest was as it must be. */
export function parse(mpdu: Buffer): Parsed {
  const control = mpdu.readUInt16LE(0);
  let at = 5;
  const take = (size: number): Buffer => Buffer.from(mpdu.subarray(at, (at += size))).reverse();
  const destination = take(((control >> 10) & 3) === 3 ? 8 : 2);
  const source = take(control >> 14 === 3 ? 8 : 2);
  const secured = (control & 8) !== 0;
  const security = secured ? { counter: mpdu.readUInt32LE(at + 1), index: mpdu[at + 5] } : undefined;
  if (secured) at += 6;
  const message = (control & 0x200) !== 0;
  if (message) at += 2;
  const header = mpdu.subarray(0, at);
  const rest = mpdu.subarray(at, -2);
  return { sequence: mpdu[2], pan: mpdu.readUInt16LE(3), destination, source, security, message, header, rest };
}

/** @returns the plain payload; undefined where this is not the key. */
export function unlock(parsed: Parsed, source: Party, key: Buffer): Buffer | undefined {
  const nonce = [source.eui, big(4, parsed.security!.counter), octets('06')];
  return ccmOpen(key, join(nonce), parsed.header, parsed.rest);
}
