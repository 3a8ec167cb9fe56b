// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { fcs, fcsHolds, immAck, isAck, match, withFcs } from '../../../host/medium/frame.ts';

const filter = { pan: 0xabcd, short: 0x0102, euiHigh: 0xacde4800 | 0, euiLow: 0x00000001 };
const EUI_ON_AIR = [0x01, 0x00, 0x00, 0x00, 0x00, 0x48, 0xde, 0xac];
const frame = (...octets: number[]): Uint8Array => withFcs(Uint8Array.from(octets));

describe('FCS', () => {
  it('is CRC-16/KERMIT', () => {
    // The check value of the catalogue of parametrised CRC algorithms.
    expect(fcs(Buffer.from('123456789'), 9)).toBe(0x2189);
  });

  it('notices any single wrong octet', () => {
    const good = frame(0x41, 0x88, 1, 0xcd, 0xab, 2, 1, 3, 1, 42);
    expect(fcsHolds(good)).toBe(true);
    for (let i = 0; i < good.length; i++) {
      const bad = good.slice();
      bad[i] ^= 0x10;
      expect(fcsHolds(bad)).toBe(false);
    }
    expect(fcsHolds(new Uint8Array(4))).toBe(false);
  });
});

describe('Imm-Ack', () => {
  it('is five octets that echo the sequence number', () => {
    const ack = immAck(0x2a);
    expect([...ack.subarray(0, 3)]).toEqual([0x02, 0x00, 0x2a]);
    expect(ack.length).toBe(5);
    expect(fcsHolds(ack) && isAck(ack)).toBe(true);
  });
});

describe('filter by the rules of 2006', () => {
  it.each([
    ['own short address', [0x61, 0x88, 1, 0xcd, 0xab, 0x02, 0x01, 9, 9], 'unicast'],
    ['own short address, any PAN', [0x61, 0x88, 1, 0xff, 0xff, 0x02, 0x01, 9, 9], 'unicast'],
    ['another PAN', [0x61, 0x88, 1, 0xce, 0xab, 0x02, 0x01, 9, 9], 'none'],
    ['another short address', [0x61, 0x88, 1, 0xcd, 0xab, 0x03, 0x01, 9, 9], 'none'],
    ['broadcast', [0x41, 0x88, 1, 0xcd, 0xab, 0xff, 0xff, 9, 9], 'broadcast'],
    ['own EUI-64, version 2', [0x21, 0xee, 1, 0xcd, 0xab, ...EUI_ON_AIR, ...EUI_ON_AIR], 'unicast'],
    ['another EUI-64', [0x21, 0xec, 1, 0xcd, 0xab, 0x02, ...EUI_ON_AIR.slice(1)], 'none'],
    // Version 2 without any PAN ID: a chip of 2006 reads addresses where there are none.
    ['own EUI-64, PAN IDs left out', [0x61, 0xee, 1, ...EUI_ON_AIR, ...EUI_ON_AIR], 'none'],
    ['no destination', [0x01, 0x80, 1, 0xcd, 0xab, 9, 9], 'none'],
    ['a beacon', [0x00, 0x80, 1, 0xcd, 0xab, 9, 9], 'broadcast'],
    ['a reserved type', [0x65, 0x88, 1, 0xcd, 0xab, 0x02, 0x01, 9, 9], 'none'],
    ['an acknowledgement', [0x02, 0x00, 1], 'none'],
    ['cut short before its address', [0x61, 0x8c, 1, 0xcd, 0xab, 1, 0, 0], 'none'],
  ])('%s', (_, octets, expected) => {
    expect(match(filter, frame(...octets))).toBe(expected);
  });
});
