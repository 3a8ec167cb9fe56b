// SPDX-License-Identifier: Apache-2.0
// Frames of IEEE 802.15.4-2015 with KMP messages, read and written a second time: as much as the bench's own traffic needs, and
// with no line of the firmware's.
import { withFcs } from '../../host/medium/frame.ts';

export const FCS = 2;
/** KMP id and OUI, behind a multiplex id that is part of the control octet, or two octets of its own. */
const SMALL = '09ffacde48';
const LONG = '0100ffacde48';

/** Type, body and mode of KEMP's messages. */
export const TYPE = {
  ADVERT: 1,
  REQUEST: 3,
  APPROVAL: 4,
  NOTICE: 5,
  REJECT: 6,
  ATTACHED: 7,
  ACK: 8,
  UP: 14,
  DOWN: 15,
} as const;
export const MODE = { centralised: 0, predictive: 1, reactive: 2, refresh: 3 } as const;

/** The MHR, with where its parts are in the frame. Addresses are hex as printed: 4 or 16 digits, '' for none. */
export interface Mhr {
  readonly secured: boolean;
  readonly dst: string;
  readonly src: string;
  /** Security control, frame counter and key index; 0 where it is not secured. */
  readonly auxAt: number;
  readonly level: number;
  readonly counter: number;
  readonly keyIndex: number;
  /** Header termination 1: payload IEs follow. */
  readonly ies: boolean;
  /** Where the payload begins. */
  readonly end: number;
}

const reversed = (octets: Uint8Array): string => Buffer.from(octets).reverse().toString('hex');

/** PAN IDs that are sent (2006 7.2.1.1.5; version 2: table 7-2 of 2015): destination's, source's. */
function pans(version: number, dst: number, src: number, compressed: boolean): [boolean, boolean] {
  if (version < 2) return [dst > 0, src > 0 && !(compressed && dst > 0)];
  if (dst === 0 && src === 0) return [compressed, false];
  if (src === 0) return [!compressed, false];
  if (dst === 0) return [false, !compressed];
  if (dst === 3 && src === 3) return [!compressed, false];
  return [true, !compressed];
}

/**
 * @param frame FCS included.
 * @returns undefined for what is no data frame, has no sender, or has other header IEs than header termination 1.
 */
export function readMhr(frame: Uint8Array): Mhr | undefined {
  const octets = Buffer.from(frame);
  if (octets.length < 5) return undefined;
  const control = octets.readUInt16LE(0);
  const [type, version] = [control & 7, (control >> 12) & 3];
  const [dstMode, srcMode] = [(control >> 10) & 3, control >> 14];
  const widths = [0, NaN, 2, 8];
  const secured = (control & 8) !== 0;
  if (type !== 1 || version === 3 || srcMode === 0 || (secured && version === 0)) return undefined;
  const [dstPan, srcPan] = pans(version, dstMode, srcMode, (control & 0x40) !== 0);
  const suppressed = version === 2 && (control & 0x100) !== 0;
  const dstAt = (suppressed ? 2 : 3) + (dstPan ? 2 : 0);
  const srcAt = dstAt + widths[dstMode] + (srcPan ? 2 : 0);
  const auxAt = srcAt + widths[srcMode];
  const ies = version === 2 && (control & 0x200) !== 0;
  const end = auxAt + (secured ? 6 : 0) + (ies ? 2 : 0);
  if (!(end + FCS <= octets.length)) return undefined;
  if (secured && (octets[auxAt] & 0x78) !== 0x08) return undefined;
  if (ies && octets.readUInt16LE(end - 2) !== 0x3f00) return undefined;
  return {
    secured,
    dst: reversed(octets.subarray(dstAt, dstAt + widths[dstMode])),
    src: reversed(octets.subarray(srcAt, auxAt)),
    auxAt,
    level: secured ? octets[auxAt] & 7 : 0,
    counter: secured ? octets.readUInt32LE(auxAt + 1) : 0,
    keyIndex: secured ? octets[auxAt + 5] : 0,
    ies,
    end,
  };
}

/** What writeMhr() needs. */
export interface MhrFields {
  readonly pan: number;
  readonly dst: string;
  readonly src: string;
  readonly sequence: number;
  readonly ies: boolean;
  /** Level 6 and key identifier mode 1 unless told. */
  readonly security?: { readonly counter: number; readonly keyIndex: number; readonly control?: number };
}

/** The MHR of a version 2 data frame that wants an acknowledgement, unless it is a broadcast. */
export function writeMhr({ pan, dst, src, sequence, ies, security }: MhrFields): Buffer {
  const mode = (address: string): number => (address.length === 4 ? 2 : 3);
  const bothWide = dst.length === 16 && src.length === 16;
  let control = 1 | (2 << 12) | (mode(dst) << 10) | (mode(src) << 14);
  if (dst !== 'ffff') control |= 0x20;
  if (!bothWide) control |= 0x40;
  if (security !== undefined) control |= 8;
  if (ies) control |= 0x200;
  const head = Buffer.alloc(5);
  head.writeUInt16LE(control, 0);
  head[2] = sequence;
  head.writeUInt16LE(pan, 3);
  const aux = Buffer.alloc(security === undefined ? 0 : 6);
  if (security !== undefined) {
    aux[0] = security.control ?? 0x0e;
    aux.writeUInt32LE(security.counter >>> 0, 1);
    aux[5] = security.keyIndex;
  }
  const addresses = [dst, src].map((address) => Buffer.from(address, 'hex').reverse());
  return Buffer.concat([head, ...addresses, aux, Buffer.from(ies ? '003f' : '', 'hex')]);
}

/** @returns the body of the KMP message that the first MPX IE of a payload holds whole, or undefined. */
export function kmpBody(payload: Uint8Array): Buffer | undefined {
  const octets = Buffer.from(payload);
  for (let at = 0; at + 2 <= octets.length;) {
    const descriptor = octets.readUInt16LE(at);
    const [group, next] = [descriptor >> 11, at + 2 + (descriptor & 0x7ff)];
    if (group < 16 || group === 31 || next > octets.length) return undefined;
    // A full frame names multiplex id 1 in its control octet (type 1) or behind it (type 0).
    const [small, long] = [octets.toString('hex', at + 2, at + 7), octets.toString('hex', at + 3, at + 9)];
    if (group === 19 && small === SMALL && at + 7 <= next) return octets.subarray(at + 7, next);
    if (group === 19)
      return (octets[at + 2] & 7) === 0 && long === LONG && at + 9 <= next ? octets.subarray(at + 9, next) : undefined;
    at = next;
  }
  return undefined;
}

/** The payload that holds a KMP message whole. */
export function kmpPayload(body: Uint8Array): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16LE(0x9800 + 5 + body.length, 0);
  return Buffer.concat([head, Buffer.from(SMALL, 'hex'), body]);
}

/** @param mpdu all but the FCS. */
export function framed(...mpdu: readonly Uint8Array[]): Uint8Array {
  return withFcs(Buffer.concat(mpdu));
}

/** Type and mode of a KEMP message. */
export const typeOf = (body: Uint8Array): number => body[0] >> 4;
export const modeOf = (body: Uint8Array): number => body[0] & 3;
/** Head octet of version 1. */
export const head = (type: number, mode: number): number => (type << 4) | (1 << 2) | mode;
