// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { buildHeader } from '../../firmware/mac/build-header.ts';
import { FCS_LENGTH } from '../../firmware/mac/fcs.ts';
import { findMpx, MPX_WORDS, putMpxFragment, putMpxFull, useOui } from '../../firmware/mac/mpx.ts';
import * as refusals from '../../firmware/mac/refusals.ts';
import { bytes, extended, guarded, headerOf, hex, list, mhrOf, short, stale } from './support.ts';

/** Looks for MPX in these payload octets. */
function find(payload: string) {
  const end = payload.replaceAll(' ', '').length / 2;
  const mpx = stale(MPX_WORDS);
  const refusal = findMpx(guarded(bytes(payload) as unknown as Uint8Array, end), 0, end, mpx);
  const [transfer, transaction, fragment, total, contentAt, contentLength] = list(mpx);
  return refusal === 0 ? { transfer, transaction, fragment, total, contentAt, contentLength } : refusal;
}
const refused = (reason: string): number => (refusals as Record<string, number>)[`REFUSED_${reason}`];

afterEach(() => useOui(0xacde48));

describe('findMpx', () => {
  const small = '09 ff acde48 5152';

  it('reads a full frame with a small multiplex id', () => {
    const expected = { transfer: 1, transaction: 1, fragment: 0, total: 2, contentAt: 7, contentLength: 2 };
    expect(find(`0798 ${small}`)).toEqual(expected);
  });

  it('reads a full frame with a 16-bit multiplex id', () => {
    const expected = { transfer: 0, transaction: 2, fragment: 0, total: 2, contentAt: 9, contentLength: 2 };
    expect(find('0998 10 0100 ff acde48 5152')).toEqual(expected);
  });

  it('reads a first fragment, whose total size counts the KMP header', () => {
    const expected = { transfer: 2, transaction: 31, fragment: 0, total: 200, contentAt: 12, contentLength: 2 };
    expect(find('0c98 fa 00 cc00 0100 ff acde48 5152')).toEqual(expected);
  });

  it.each([
    ['next', 'fa', 2],
    ['last', 'fc', 4],
  ])('reads a %s fragment', (_, control, transfer) => {
    const expected = { transfer, transaction: 31, fragment: 255, total: 0, contentAt: 4, contentLength: 2 };
    expect(find(`0498 ${control} ff 5152`)).toEqual(expected);
  });

  it('reads an abort, with and without a size', () => {
    const expected = { transfer: 6, transaction: 3, fragment: 0, total: 0, contentAt: 3, contentLength: 0 };
    expect(find('0198 1e')).toEqual(expected);
    expect(find('0398 1e e000')).toEqual({ ...expected, total: 224, contentAt: 5 });
  });

  it.each([
    ['ended by a payload termination', `0798 ${small} 00f8`, 7],
    ['before a tail that the termination sets apart', `0798 ${small} 00f8 0102030405`, 7],
    ['behind an unknown group', `0390 aabbcc 0798 ${small}`, 12],
    ['behind an empty one', `00a0 0798 ${small}`, 9],
    ['before others', `0798 ${small} 0390 aabbcc`, 7],
    ['twice: the first counts', `0798 ${small} 0598 09 00 acde48`, 7],
  ])('finds MPX %s', (_, payload, contentAt) => {
    expect(find(payload)).toEqual({ transfer: 1, transaction: 1, fragment: 0, total: 2, contentAt, contentLength: 2 });
  });

  it.each([
    ['no IE', '', 'NO_MPX'],
    ['no MPX among the IEs', '0390 aabbcc', 'NO_MPX'],
    ['MPX behind the termination', `00f8 0798 ${small}`, 'NO_MPX'],
    ['half a descriptor', '07', 'IE'],
    ['a header IE', `0718 ${small}`, 'IE'],
    ['an IE over the end', `0898 ${small}`, 'IE'],
    ['an unknown IE over the end', '0490 aabbcc', 'IE'],
    ['a length of 2047', `ff9f ${small}`, 'IE'],
    ['a length of 1031, its tenth bit alone too much', `079c ${small}`, 'IE'],
    ['a termination with content', '01f8 00', 'IE'],
    ['an empty MPX IE', '0098', 'MPX_TRUNCATED'],
    ['no KMP id', '0198 09', 'MPX_TRUNCATED'],
    ['an OUI cut short', '0498 09 ff acde', 'MPX_TRUNCATED'],
    ['half a multiplex id', '0298 00 01', 'MPX_TRUNCATED'],
    ['no fragment number', '0198 02', 'MPX_TRUNCATED'],
    ['a first fragment cut in its multiplex id', '0598 02 00 cc00 01', 'MPX_TRUNCATED'],
    ['a first fragment cut in its OUI', '0998 02 00 cc00 0100 ff acde', 'MPX_TRUNCATED'],
    ['an abort of one octet too many', '0298 06 e0', 'MPX_TRUNCATED'],
    ['transfer type 3', '0598 0b ff acde48', 'MPX_TYPE'],
    ['transfer type 5', '0598 0d ff acde48', 'MPX_TYPE'],
    ['transfer type 7', '0598 0f ff acde48', 'MPX_TYPE'],
    ['small multiplex id 2', '0598 11 ff acde48', 'MULTIPLEX'],
    ['multiplex id 0xA0ED', '0798 00 eda0 ff acde48', 'MULTIPLEX'],
    ['multiplex id 257', '0798 00 0101 ff acde48', 'MULTIPLEX'],
    ['a first fragment of another multiplex id', '0a98 02 00 cc00 0200 ff acde48', 'MULTIPLEX'],
    ['KMP id 1', '0598 09 01 acde48', 'KMP'],
    ['another OUI', '0598 09 ff acde49', 'OUI'],
    ['our OUI the other way round', '0598 09 ff 48deac', 'OUI'],
    ['a last fragment numbered 0', '0498 04 00 5152', 'FRAGMENT_LAST_ZERO'],
    ['an empty fragment', '0298 02 01', 'FRAGMENT_EMPTY'],
    ['an empty first fragment', '0a98 02 00 cc00 0100 ff acde48', 'FRAGMENT_EMPTY'],
  ])('refuses %s', (_, payload, reason) => {
    expect(find(payload)).toBe(refused(reason));
  });

  it('takes the OUI of the board configuration, and no other', () => {
    useOui(0x00ff01);
    expect(find('0598 09 ff 00ff01')).toMatchObject({ contentLength: 0 });
    expect(find('0598 09 ff acde48')).toBe(refused('OUI'));
  });
});

describe('an MPX IE', () => {
  const body = fc.integer({ min: 0, max: 0xffffff });

  it('with a whole body is found as it was written', () => {
    fc.assert(
      fc.property(body, fc.nat(60), fc.nat(40), (oui, length, at) => {
        useOui(oui);
        const frame = bytes('');
        const to = putMpxFull(frame, at, length);
        const mpx = stale(MPX_WORDS);
        expect(findMpx(guarded(frame as unknown as Uint8Array, to + length), at, to + length, mpx)).toBe(0);
        expect(list(mpx)).toEqual([1, 1, 0, length, to, length]);
      }),
    );
  });

  it('with a fragment is found as it was written', () => {
    const numbers = fc.tuple(fc.nat(31), fc.nat(254), fc.integer({ min: 2, max: 256 }));
    fc.assert(
      fc.property(body, numbers, fc.integer({ min: 1, max: 60 }), (oui, [transaction, at, count], length) => {
        useOui(oui);
        const fragment = at % count;
        const frame = bytes('');
        const to = putMpxFragment(frame, 0, transaction, fragment, count, 224, length);
        const mpx = stale(MPX_WORDS);
        expect(findMpx(guarded(frame as unknown as Uint8Array, to + length), 0, to + length, mpx)).toBe(0);
        const transfer = fragment === count - 1 ? 4 : 2;
        expect(list(mpx)).toEqual([transfer, transaction, fragment, fragment === 0 ? 224 : 0, to, length]);
      }),
    );
  });
});

describe('an MPX frame', () => {
  /** Octets that a KEMP message costs beside its body (KEMP profile 12). */
  function fixed(fields: Parameters<typeof mhrOf>[0]): { octets: number; text: string } {
    const frame = bytes('');
    const at = buildHeader(frame, headerOf(mhrOf({ iePresent: 1, payloadIes: 1, ...fields })));
    const end = putMpxFull(frame, at, 0);
    return { octets: end + FCS_LENGTH, text: hex(frame, 0, end) };
  }

  it('costs 20 octets from short to short address', () => {
    const { octets, text } = fixed({});
    expect(octets).toBe(20);
    expect(text).toBe('61aa07' + '214301000200' + '003f' + '0598' + '09' + 'ffacde48');
  });

  it('costs 32 octets from EUI-64 to EUI-64', () => {
    const eui = (low: number) => extended(0x4321, 0xacde4800, low);
    const { octets, text } = fixed({ compression: 0, dst: eui(1), src: eui(2) });
    expect(octets).toBe(32);
    expect(text).toBe('21ee072143' + '010000000048deac' + '020000000048deac' + '003f' + '0598' + '09' + 'ffacde48');
  });

  it('from short to EUI-64 costs what lies between', () => {
    expect(fixed({ dst: short(0x4321, 1), src: extended(0x4321, 0xacde4800, 2) }).octets).toBe(26);
  });
});
