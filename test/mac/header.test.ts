// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../crypto-core/tables.ts';
import { buildHeader } from '../../firmware/mac/build-header.ts';
import * as mhr from '../../firmware/mac/header.ts';
import { parseHeader } from '../../firmware/mac/parse-header.ts';
import { REFUSED_ADDRESS_MODE, REFUSED_PAN_COMPRESSION } from '../../firmware/mac/refusals.ts';
import {
  anyMhr,
  bytes,
  extended,
  guarded,
  headerOf,
  hex,
  list,
  mhrOf,
  NOBODY,
  pansOf,
  reference,
  short,
  stale,
  words,
} from './support.ts';

describe('MHR', () => {
  it('is built as the second encoder builds it, and parsed back field by field', () => {
    fc.assert(
      fc.property(anyMhr, fc.uint8Array({ maxLength: 20 }), (m, tail) => {
        const expected = reference(m);
        const frame = bytes('');
        const header = headerOf(m);
        expect(buildHeader(frame, header)).toBe(expected.length);
        expect(hex(frame, 0, expected.length)).toBe(Buffer.from(expected).toString('hex'));
        expect(header[mhr.HEADER_LENGTH]).toBe(expected.length);

        // A payload of any octets, unless the frame has IEs but says that no payload follows.
        const payload = m.iePresent === 1 && m.payloadIes === 1 ? new Uint8Array(0) : tail;
        const end = expected.length + payload.length;
        const length = mhr.frameLength(header, end);
        const raw = new Uint8Array(length);
        raw.set(expected);
        raw.set(payload, expected.length);
        const parsed = stale(mhr.HEADER_WORDS);
        expect(parseHeader(guarded(raw, length - 2), length, parsed)).toBe(0);
        header[mhr.PAYLOAD_END] = end;
        expect(list(parsed)).toEqual(list(header));
      }),
      { numRuns: 3000 },
    );
  });

  const modes = [NOBODY, short(0x1122, 0x3344), extended(0x5566, 0x01020304, 0x05060708)];
  const combinations = [0, 1, 2].flatMap((version) =>
    modes.flatMap((dst) => modes.flatMap((src) => [0, 1].map((compression) => ({ version, dst, src, compression })))),
  );

  it.each(combinations)('version $version, $dst.mode to $src.mode, PAN ID compression $compression', (fields) => {
    const m = mhrOf(fields);
    const pans = pansOf(m);
    const raw = new Uint8Array(64);
    raw.set(reference(m));
    const header = words(mhr.HEADER_WORDS);
    const refusal = parseHeader(raw as unknown as Bytes, 64, header);
    if (pans === undefined) {
      expect(refusal).toBe(REFUSED_PAN_COMPRESSION);
      return;
    }
    expect(refusal).toBe(0);
    const octets = [0, 0, 2, 8];
    expect(header[mhr.HEADER_LENGTH]).toBe(3 + octets[m.dst.mode] + octets[m.src.mode] + 2 * pans.length);
    expect(mhr.hasDstPan(header)).toBe(pans.includes('d'));
    expect(mhr.hasSrcPan(header)).toBe(pans.includes('s'));
  });

  it('has octets known from elsewhere', () => {
    // Version 2, secured, AR, IEs, EUI-64 both ways: 0xEE29; Annex C's version 1 data frame: 0xDC69.
    const frame = bytes('');
    const here = extended(0x4321, 0xacde4800, 1);
    const there = extended(0x4321, 0xacde4800, 2);
    const secured = { level: 6, keyMode: 1, keyIndex: 1, counter: 5, dst: there, src: here };
    buildHeader(frame, headerOf(mhrOf({ ...secured, compression: 0, iePresent: 1, payloadIes: 1 })));
    expect(hex(frame, 0, 29)).toBe(
      '29ee07' + '2143' + '020000000048deac' + '010000000048deac' + '0e0500000001' + '003f',
    );
    buildHeader(frame, headerOf(mhrOf({ ...secured, version: 1, sequence: 0x84, level: 4, keyMode: 0, keyIndex: 0 })));
    expect(hex(frame, 0, 26)).toBe('69dc842143020000000048deac010000000048deac0405000000');
  });

  it('refuses the reserved addressing mode on either side', () => {
    for (const control of ['01 04', '01 40', '41 64', '41 58']) {
      expect(parseHeader(bytes(control), 30, words(mhr.HEADER_WORDS))).toBe(REFUSED_ADDRESS_MODE);
    }
  });

  it('knows the octets of each MIC', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(mhr.micLength)).toEqual([0, 4, 8, 16, 0, 4, 8, 16]);
  });
});
