// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../crypto-core/tables.ts';
import { fcsMatches, fcsUpdate, putFcs } from '../../firmware/mac/fcs.ts';
import { bytes } from './support.ts';

/** Bit by bit, from the polynomial. */
function bitwise(octets: Uint8Array): number {
  let crc = 0;
  for (const octet of octets) {
    crc ^= octet;
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return crc;
}

describe('FCS', () => {
  it('is CRC-16/KERMIT', () => {
    const check = Buffer.from('123456789');
    expect(fcsUpdate(0, bytes(check.toString('hex')), 0, 9)).toBe(0x2189);
  });

  it('agrees with the example of IEEE 802.15.4-2006 7.2.1.9', () => {
    // An Imm-Ack, first bit first: 0100 0000 0000 0000 0101 0110; its FCS is 0010 0111 1001 1110.
    const crc = fcsUpdate(0, bytes('02 00 6a'), 0, 3);
    expect([...crc.toString(2).padStart(16, '0')].reverse().join('')).toBe('0010011110011110');
  });

  it('equals the shift register, in one piece or in two', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 127 }), fc.nat(), (octets, cut) => {
        const frame = octets as unknown as Bytes;
        const middle = cut % (octets.length + 1);
        const half = fcsUpdate(0, frame, 0, middle);
        expect(fcsUpdate(half, frame, middle, octets.length)).toBe(bitwise(octets));
      }),
    );
  });

  it('matches what it wrote and nothing one bit away', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 125 }), fc.nat(), (octets, flip) => {
        const raw = new Uint8Array([...octets, 0, 0]);
        const frame = raw as unknown as Bytes;
        putFcs(frame, octets.length, fcsUpdate(0, frame, 0, octets.length));
        const check = (): boolean => fcsMatches(fcsUpdate(0, frame, 0, octets.length), frame, raw.length);
        expect(check()).toBe(true);
        raw[(flip >>> 3) % raw.length] ^= 1 << (flip & 7);
        expect(check()).toBe(false);
      }),
    );
  });
});
