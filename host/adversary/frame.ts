// SPDX-License-Identifier: Apache-2.0
// Frames as one sees them who holds no key: whose they are, whether they are secured, what a plain one says; and new ones of that
// kind (docs/protocol.md "Frames").

import { fcsHolds, withFcs } from '../medium/frame.ts';

export const FCS_OCTETS = 2;
export const LONGEST_PSDU = 127;
const DATA = 1;
const SECURED = 0x08;
const WANTS_ACK = 0x20;
const COMPRESSED = 0x40;
const HAS_IES = 0x02;
const VERSION_2 = 0x20;
/** Security control, frame counter, key index. */
const AUX_OCTETS = 6;
/** Header termination 1. */
const TERMINATION = [0x00, 0x3f];
/** Descriptor 2, transfer type and multiplex id 1, KMP id 1, OUI 3. */
const CARRIAGE_OCTETS = 7;
const DESCRIPTOR = 0x9800;
export const BROADCAST = 'ffff';

/** KEMP's message types by name, of those that go in plain. */
export const PLAIN_TYPES = {
  advert: 1,
  solicit: 2,
  request: 3,
  approval: 4,
  notice: 5,
  reject: 6,
  attached: 7,
  ack: 8,
  revoke: 9,
  revoked: 10,
  route: 11,
} as const;

/** A unicast or broadcast data frame with both addresses. */
export interface Seen {
  readonly octets: Uint8Array;
  readonly secured: boolean;
  /** Hex as printed, 4 or 16 digits. */
  readonly dst: string;
  readonly src: string;
  /** Where the two addresses, in this order, begin. */
  readonly addressesAt: number;
  /** KEMP body of a plain message in one frame, else empty. */
  readonly body: Uint8Array;
}

const printed = (octets: Uint8Array): string => Buffer.from(octets).reverse().toString('hex');

/** @returns undefined for what is no data frame with two addresses. */
export function readFrame(octets: Uint8Array): Seen | undefined {
  if (!fcsHolds(octets) || octets.length < 9 || (octets[0] & 7) !== DATA) return undefined;
  const widths = [(octets[1] >> 2) & 3, octets[1] >> 6].map((mode) => [0, 0, 2, 8][mode]);
  const [dstOctets, srcOctets] = widths;
  const addressesAt = 5;
  let at = addressesAt + dstOctets + srcOctets;
  if (dstOctets === 0 || srcOctets === 0 || at + FCS_OCTETS > octets.length) return undefined;
  const secured = (octets[0] & SECURED) !== 0;
  const dst = printed(octets.subarray(addressesAt, addressesAt + dstOctets));
  const src = printed(octets.subarray(addressesAt + dstOctets, at));
  let body = new Uint8Array(0);
  if (!secured && (octets[1] & HAS_IES) !== 0) {
    at += TERMINATION.length + CARRIAGE_OCTETS;
    body = octets.slice(Math.min(at, octets.length - FCS_OCTETS), octets.length - FCS_OCTETS);
  }
  return { octets, secured, dst, src, addressesAt, body };
}

/** The same frame with other addresses. @param dst and src as long as those that are there. */
export function readdressed({ octets, addressesAt }: Seen, dst: string, src: string): Uint8Array {
  const mpdu = octets.slice(0, -FCS_OCTETS);
  mpdu.set(Buffer.from(dst, 'hex').reverse(), addressesAt);
  mpdu.set(Buffer.from(src, 'hex').reverse(), addressesAt + dst.length / 2);
  return withFcs(mpdu);
}

interface Envelope {
  readonly pan: number;
  readonly dst: string;
  readonly src: string;
  readonly sequence: number;
}

function header({ pan, dst, src, sequence }: Envelope, flags: number, high: number): Buffer {
  const mode = (address: string): number => (address.length === 4 ? 2 : 3);
  const wide = dst.length === 16 && src.length === 16;
  const low = DATA | flags | (dst === BROADCAST ? 0 : WANTS_ACK) | (wide ? 0 : COMPRESSED);
  const start = [low, VERSION_2 + high + (mode(dst) << 2) + (mode(src) << 6), sequence, pan & 255, pan >> 8];
  return Buffer.concat([Uint8Array.from(start), ...[dst, src].map((address) => Buffer.from(address, 'hex').reverse())]);
}

/** A plain frame with a KEMP message. @param oui of the network. */
export function plainFrame(envelope: Envelope, oui: number, body: Uint8Array): Uint8Array {
  const length = DESCRIPTOR + CARRIAGE_OCTETS - 2 + body.length;
  const carriage = [length & 255, length >> 8, 0x09, 0xff, oui >> 16, (oui >> 8) & 255, oui & 255];
  return withFcs(Buffer.concat([header(envelope, 0, HAS_IES), Uint8Array.from([...TERMINATION, ...carriage]), body]));
}

/** A frame that claims to be secured. @param text of which the last eight octets stand for the MIC. */
export function securedFrame(envelope: Envelope, counter: number, keyIndex: number, text: Uint8Array): Uint8Array {
  const aux = Buffer.alloc(AUX_OCTETS);
  aux[0] = 0x0e;
  aux.writeUInt32LE(counter, 1);
  aux[5] = keyIndex;
  return withFcs(Buffer.concat([header(envelope, SECURED, 0), aux, text]));
}
