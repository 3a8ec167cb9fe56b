// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fragmentCount, fragmentLength, fragmentStart, mpxRoom } from '../../firmware/mac/fragment.ts';

describe('fragments', () => {
  it('cover the body in order, without gap or overlap, within the room, and all but the last fill it', () => {
    fc.assert(
      fc.property(fc.nat(224), fc.nat(120), (body, room) => {
        const count = fragmentCount(body, room);
        if (count === 0) {
          expect(room).toBeLessThanOrEqual(12);
          expect(body + 7).toBeGreaterThan(room);
          return;
        }
        if (count === 1) {
          expect(body + 7).toBeLessThanOrEqual(room);
          return;
        }
        expect(body + 7).toBeGreaterThan(room);
        let at = 0;
        for (let i = 0; i < count; i++) {
          const length = fragmentLength(i, body, room);
          const used = length + (i === 0 ? 12 : 4);
          expect(fragmentStart(i, room)).toBe(at);
          expect(length).toBeGreaterThan(0);
          if (i < count - 1) expect(used).toBe(room);
          else expect(used).toBeLessThanOrEqual(room);
          at += length;
        }
        expect(at).toBe(body);
      }),
      { numRuns: 3000 },
    );
  });

  // 127 octets of PSDU, version 2, EUI-64 to EUI-64 with a PAN ID (21 octets), termination 1; counts include the KMP header.
  it.each([
    ['unsecured', 23, 0, 99, 94, 98],
    ['key mode 0, MIC-32', 28, 4, 90, 85, 89],
    ['key mode 1, MIC-64', 29, 8, 85, 80, 84],
    ['key mode 3, MIC-128', 37, 16, 69, 64, 68],
  ])('carry as much as IEEE 802.15.9 leaves: %s', (_, mhr, mic, small, first, next) => {
    const room = mpxRoom(127, mhr, mic);
    expect(fragmentCount(small - 4, room)).toBe(1);
    expect(fragmentCount(small - 3, room)).toBe(2);
    expect(fragmentLength(0, 224, room)).toBe(first - 4);
    expect(fragmentLength(1, 224, room)).toBe(next);
  });

  it('of the largest body in frames of 80 octets', () => {
    // Short to short, level 6, key mode 1: 17 octets of MHR with its termination, 53 of room.
    const room = mpxRoom(80, 17, 8);
    expect(room).toBe(53);
    expect(fragmentCount(46, room)).toBe(1);
    expect(fragmentCount(224, room)).toBe(5);
    expect([0, 1, 2, 3, 4].map((i) => fragmentLength(i, 224, room))).toEqual([41, 49, 49, 49, 36]);
  });
});
