// SPDX-License-Identifier: Apache-2.0
// Frames and header tables for the tests of firmware/mac, and a second, table-driven encoder of the MHR to judge the first by.
import fc from 'fast-check';
import type { Bytes, Words } from '../../crypto-core/tables.ts';
import * as mhr from '../../firmware/mac/header.ts';

/** Octets from hexadecimal, blanks ignored, in a buffer of `size`. */
export function bytes(hex: string, size = 128): Bytes {
  const buffer = new Uint8Array(size);
  buffer.set(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  return buffer as unknown as Bytes;
}

export const hex = (octets: Bytes, from: number, to: number): string =>
  Buffer.from(octets as unknown as Uint8Array)
    .subarray(from, to)
    .toString('hex');

export const words = (count: number): Words => new Int32Array(count) as unknown as Words;
/** Words left over from something else. */
export const stale = (count: number): Words => new Int32Array(count).fill(0x5a5a5a5a) as unknown as Words;
export const list = (table: Words): number[] => [...(table as unknown as Int32Array)];

/** A frame of which only octets 0 to length - 1 may be read: anything else throws. */
export function guarded(octets: Uint8Array, length: number): Bytes {
  return new Proxy(octets, {
    get(target, name) {
      const index = Number(name);
      if (!(index >= 0 && index < length)) throw new Error(`octet ${String(name)} of a frame of ${length} was read`);
      return target[index];
    },
  }) as unknown as Bytes;
}

/** Fields of an MHR by the names of header.ts. */
export interface Mhr {
  type: number;
  version: number;
  pending: number;
  ackRequest: number;
  compression: number;
  iePresent: number;
  sequence: number;
  dst: Address;
  src: Address;
  level: number;
  keyMode: number;
  counter: number;
  keyIndex: number;
  keySource: readonly [number, number];
  payloadIes: number;
}

export interface Address {
  mode: number;
  pan: number;
  short: number;
  eui: readonly [number, number];
}

export const NOBODY: Address = { mode: 0, pan: -1, short: -1, eui: [0, 0] };
export const short = (pan: number, address: number): Address => ({ mode: 2, pan, short: address, eui: [0, 0] });
export const extended = (pan: number, high: number, low: number): Address => ({
  mode: 3,
  pan,
  short: -1,
  eui: [high | 0, low | 0],
});

/** A plain version 2 data frame from short address to short address; `fields` on top of it. */
export function mhrOf(fields: Partial<Mhr>): Mhr {
  return {
    type: 1,
    version: 2,
    pending: 0,
    ackRequest: 1,
    compression: 1,
    iePresent: 0,
    sequence: 7,
    dst: short(0x4321, 0x0001),
    src: short(0x4321, 0x0002),
    level: 0,
    keyMode: 0,
    counter: 0,
    keyIndex: 0,
    keySource: [0, 0],
    payloadIes: 0,
    ...fields,
  };
}

/** The header table of these fields; HEADER_LENGTH and PAYLOAD_END are 0. */
export function headerOf(m: Mhr): Words {
  const table = words(mhr.HEADER_WORDS);
  table[mhr.FRAME_TYPE] = m.type;
  table[mhr.FRAME_VERSION] = m.version;
  table[mhr.FRAME_PENDING] = m.pending;
  table[mhr.ACK_REQUEST] = m.ackRequest;
  table[mhr.PAN_COMPRESSION] = m.compression;
  table[mhr.IE_PRESENT] = m.iePresent;
  table[mhr.SEQUENCE] = m.sequence;
  for (const [at, address] of [
    [mhr.DST_MODE, m.dst],
    [mhr.SRC_MODE, m.src],
  ] as const) {
    table[at + mhr.ADDRESS_MODE] = address.mode;
    table[at + mhr.ADDRESS_PAN] = address.pan;
    table[at + mhr.ADDRESS_SHORT] = address.short;
    table[at + mhr.ADDRESS_HIGH] = address.eui[0];
    table[at + mhr.ADDRESS_LOW] = address.eui[1];
  }
  table[mhr.LEVEL] = m.level;
  table[mhr.KEY_MODE] = m.keyMode;
  table[mhr.COUNTER] = m.counter;
  table[mhr.KEY_INDEX] = m.keyIndex;
  table[mhr.KEY_SOURCE_HIGH] = m.keySource[0];
  table[mhr.KEY_SOURCE_LOW] = m.keySource[1];
  table[mhr.PAYLOAD_IES] = m.payloadIes;
  return table;
}

const NAMES = ['none', '', 'short', 'ext'];

/** IEEE 802.15.4-2015 table 7-2, written out: which PAN IDs a version 2 frame carries (d, s, ds or none). */
const PANS_OF_VERSION_2: Record<string, string> = {
  'none none 0': '',
  'none none 1': 'd',
  'short none 0': 'd',
  'short none 1': '',
  'ext none 0': 'd',
  'ext none 1': '',
  'none short 0': 's',
  'none short 1': '',
  'none ext 0': 's',
  'none ext 1': '',
  'ext ext 0': 'd',
  'ext ext 1': '',
  'short short 0': 'ds',
  'short short 1': 'd',
  'short ext 0': 'ds',
  'short ext 1': 'd',
  'ext short 0': 'ds',
  'ext short 1': 'd',
};

/** IEEE 802.15.4-2006 7.2.1.1.5; combinations not listed are refused. */
const PANS_OF_VERSION_1: Record<string, string> = {
  'none none 0': '',
  'short none 0': 'd',
  'ext none 0': 'd',
  'none short 0': 's',
  'none ext 0': 's',
  'ext ext 0': 'ds',
  'ext ext 1': 'd',
  'short short 0': 'ds',
  'short short 1': 'd',
  'short ext 0': 'ds',
  'short ext 1': 'd',
  'ext short 0': 'ds',
  'ext short 1': 'd',
};

/** Which PAN IDs are sent; undefined where the combination is not allowed. */
export function pansOf(m: Pick<Mhr, 'version' | 'compression'> & { dst: { mode: number }; src: { mode: number } }) {
  const table = m.version === 2 ? PANS_OF_VERSION_2 : PANS_OF_VERSION_1;
  return table[`${NAMES[m.dst.mode]} ${NAMES[m.src.mode]} ${m.compression}`];
}

const little = (value: number, octets: number): number[] =>
  Array.from({ length: octets }, (_, i) => (value >>> (8 * i)) & 255);
const eui = (address: readonly [number, number]): number[] => [...little(address[1], 4), ...little(address[0], 4)];
const onAir = (a: Address): number[] => (a.mode === 2 ? little(a.short, 2) : a.mode === 3 ? eui(a.eui) : []);

/** The octets of this MHR, header termination included, by the second encoder. */
export function reference(m: Mhr): Uint8Array {
  const pans = pansOf(m) ?? '';
  const suppressed = m.sequence < 0;
  const control =
    m.type |
    (m.level > 0 ? 0x0008 : 0) |
    (m.pending << 4) |
    (m.ackRequest << 5) |
    (m.compression << 6) |
    (suppressed ? 0x0100 : 0) |
    (m.iePresent << 9) |
    (m.dst.mode << 10) |
    (m.version << 12) |
    (m.src.mode << 14);
  const keySource = m.keyMode === 2 ? little(m.keySource[1], 4) : m.keyMode === 3 ? eui(m.keySource) : [];
  return Uint8Array.from([
    ...little(control, 2),
    ...(suppressed ? [] : [m.sequence]),
    ...(pans.includes('d') ? little(m.dst.pan, 2) : []),
    ...onAir(m.dst),
    ...(pans.includes('s') ? little(m.src.pan, 2) : []),
    ...onAir(m.src),
    ...(m.level > 0 ? [m.level | (m.keyMode << 3), ...little(m.counter, 4), ...keySource] : []),
    ...(m.level > 0 && m.keyMode > 0 ? [m.keyIndex] : []),
    ...(m.iePresent === 0 ? [] : m.payloadIes === 1 ? [0x00, 0x3f] : [0x80, 0x3f]),
  ]);
}

const word = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const pan = fc.integer({ min: 0, max: 0xffff });
const bit = fc.integer({ min: 0, max: 1 });
const address = fc
  .tuple(fc.constantFrom(0, 2, 3), pan, pan, word, word)
  .map(([mode, p, s, high, low]): Address => (mode === 0 ? NOBODY : mode === 2 ? short(p, s) : extended(p, high, low)));

/** Every MHR that can be sent, its fields as parseHeader must give them back. */
export const anyMhr: fc.Arbitrary<Mhr> = fc
  .record({
    type: fc.integer({ min: 0, max: 3 }),
    version: fc.constantFrom(0, 1, 2, 2),
    pending: bit,
    ackRequest: bit,
    compression: bit,
    iePresent: bit,
    sequence: fc.integer({ min: -40, max: 255 }),
    dst: address,
    src: address,
    level: fc.integer({ min: 0, max: 7 }),
    keyMode: fc.integer({ min: 0, max: 3 }),
    counter: fc.integer({ min: 0, max: 0x7fffffff }),
    keyIndex: fc.integer({ min: 1, max: 255 }),
    keySource: fc.tuple(word, word),
    payloadIes: bit,
  })
  .map((drawn): Mhr => {
    const m = { ...drawn, dst: { ...drawn.dst }, src: { ...drawn.src } };
    if (m.version < 2) {
      m.iePresent = 0;
      m.sequence &= 255;
    }
    if (m.sequence < 0) m.sequence = -1;
    if (m.version === 0) m.level = 0;
    if (m.iePresent === 0) m.payloadIes = 0;
    if (m.level === 0) {
      m.keyMode = 0;
      m.counter = 0;
    }
    if (m.keyMode === 0) m.keyIndex = 0;
    m.keySource = m.keyMode === 3 ? m.keySource : m.keyMode === 2 ? [0, m.keySource[1]] : [0, 0];
    const pans = pansOf(m);
    if (pans === undefined) m.compression = 0;
    const sent = pansOf(m) ?? '';
    if (!sent.includes('d')) m.dst.pan = -1;
    else if (m.dst.mode === 0) m.dst.pan = 0xbeef;
    if (!sent.includes('s')) m.src.pan = m.dst.mode !== 0 && m.src.mode !== 0 ? m.dst.pan : -1;
    return m;
  });
