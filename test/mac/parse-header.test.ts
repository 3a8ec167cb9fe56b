// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as mhr from '../../firmware/mac/header.ts';
import { findMpx, MPX_CONTENT_AT, MPX_CONTENT_LENGTH, MPX_WORDS } from '../../firmware/mac/mpx.ts';
import { parseHeader } from '../../firmware/mac/parse-header.ts';
import * as refusals from '../../firmware/mac/refusals.ts';
import { anyMhr, bytes, guarded, list, reference, words } from './support.ts';

const REASONS = new Set<number>(Object.values(refusals));

/** Parses a frame of these octets; two of FCS are added. @returns the refusal, and the header. */
function parse(frame: string) {
  const length = frame.replaceAll(' ', '').length / 2 + 2;
  const header = words(mhr.HEADER_WORDS);
  return { refusal: parseHeader(guarded(bytes(frame) as unknown as Uint8Array, length - 2), length, header), header };
}

// Frame control 21 98: version 1, data, AR, short to short; 29 98 secured; 21 aa: version 2, IEs.
const PLAIN = '21 98 07 2143 0100 2143 0200';
const SECURED = '29 98 07 2143 0100 2143 0200';
const IES = '21 aa 07 2143 0100 2143 0200';

describe('parseHeader refuses', () => {
  it.each([
    ['a frame without a frame control field', 'TOO_SHORT', '21'],
    ['an MHR cut in its last address', 'TOO_SHORT', '21 98 07 2143 0100 2143 02'],
    ['an MHR cut before its sequence number', 'TOO_SHORT', '02 00'],
    ['the reserved frame type', 'FRAME_TYPE', '24 98 07 2143 0100 2143 0200'],
    ['a multipurpose frame', 'FRAME_TYPE', '25 98 07 2143 0100 2143 0200'],
    ['a fragment frame', 'FRAME_TYPE', '26 98 07 2143 0100 2143 0200'],
    ['an extended frame', 'FRAME_TYPE', '27 98 07 2143 0100 2143 0200'],
    ['the reserved frame version', 'FRAME_VERSION', '21 b8 07 2143 0100 2143 0200'],
    ['a reserved destination mode', 'ADDRESS_MODE', '21 94 07 2143 0100 2143 0200'],
    ['a reserved source mode', 'ADDRESS_MODE', '21 58 07 2143 0100 2143 0200'],
    ['compression of a PAN ID that stands alone', 'PAN_COMPRESSION', '61 18 07 2143 0100'],
    ['security in a frame of 2003', 'SECURITY_2003', '29 88 07 2143 0100 2143 0200 0e 05000000 01'],
    ['security enabled without a security control field', 'AUX_TRUNCATED', SECURED],
    ['an auxiliary header cut in its counter', 'AUX_TRUNCATED', `${SECURED} 06 050000`],
    ['an auxiliary header without its key index', 'AUX_TRUNCATED', `${SECURED} 0e 05000000`],
    ['an auxiliary header cut in its key source', 'AUX_TRUNCATED', `${SECURED} 1e 05000000 01020304050607`],
    ['security level 0', 'LEVEL', `${SECURED} 08 05000000 01 0102030405060708`],
    ['a suppressed frame counter', 'COUNTER_SUPPRESSED', `${SECURED} 2e 01 0102030405060708 0000000000`],
    ['an ASN in the nonce', 'COUNTER_SUPPRESSED', `${SECURED} 4e 05000000 01 0102030405060708`],
    ['counter 0xFFFFFFFF', 'COUNTER_ENDED', `${SECURED} 0e ffffffff 01 0102030405060708`],
    ['counter 2^31', 'COUNTER_RANGE', `${SECURED} 0e 00000080 01 0102030405060708`],
    ['counter 0xFFFFFFFE', 'COUNTER_RANGE', `${SECURED} 0e feffffff 01 0102030405060708`],
    ['key index 0 in mode 1', 'KEY_INDEX', `${SECURED} 0e 05000000 00 0102030405060708`],
    ['key index 0 in mode 3', 'KEY_INDEX', `${SECURED} 1e 05000000 0102030405060708 00 0102030405060708`],
    ['a frame shorter than its MIC', 'MIC_TRUNCATED', `${SECURED} 0e 05000000 01 01020304050607`],
    ['half a header IE descriptor', 'IE', `${IES} 00`],
    ['a header IE over the end', 'IE', `${IES} 03 0d aabb`],
    ['a header termination with content', 'IE', `${IES} 01 3f 00`],
    ['payload IEs without header termination 1', 'IE_TERMINATION', `${IES} 00 98`],
    ['payload IEs after a header IE without termination', 'IE_TERMINATION', `${IES} 02 0d aabb 00 98`],
  ])('%s', (_, reason, frame) => {
    expect(parse(frame).refusal).toBe((refusals as Record<string, number>)[`REFUSED_${reason}`]);
  });
});

describe('parseHeader accepts', () => {
  it('the largest counter, and the largest key index', () => {
    const { refusal, header } = parse(`${SECURED} 0e ffffff7f ff 0102030405060708`);
    expect(refusal).toBe(0);
    expect([header[mhr.COUNTER], header[mhr.KEY_INDEX]]).toEqual([0x7fffffff, 255]);
    expect(header[mhr.HEADER_LENGTH]).toBe(header[mhr.PAYLOAD_END]);
  });

  it('reserved bits: 7 of frame control, and those of IEs and suppression before version 2', () => {
    const { refusal, header } = parse('a1 9b 07 2143 0100 2143 0200 55');
    expect(refusal).toBe(0);
    expect([header[mhr.SEQUENCE], header[mhr.IE_PRESENT], header[mhr.HEADER_LENGTH]]).toEqual([7, 0, 11]);
  });

  it('an immediate acknowledgement', () => {
    const { refusal, header } = parse('02 00 55');
    expect(refusal).toBe(0);
    expect([header[mhr.FRAME_TYPE], header[mhr.SEQUENCE], header[mhr.HEADER_LENGTH]]).toEqual([2, 0x55, 3]);
  });

  // IEEE 802.15.4-2015 table 7-x: when the IE lists need a termination.
  it.each([
    ['no IE at all', PLAIN, '61', 0],
    ['header IEs, nothing else', IES, '02 0d aabb', 0],
    ['header IEs, termination 2, payload', IES, '02 0d aabb 80 3f', 0],
    ['termination 2, payload', IES, '80 3f', 0],
    ['header IEs, termination 1, payload IEs', IES, '02 0d aabb 00 3f', 1],
    ['termination 1, payload IEs', IES, '00 3f', 1],
    ['an unknown element of no octets', IES, '80 12 00 3f', 1],
  ])('%s', (_, mac, ies, payloadIes) => {
    const { refusal, header } = parse(`${mac} ${ies}`);
    expect(refusal).toBe(0);
    expect(header[mhr.PAYLOAD_IES]).toBe(payloadIes);
    if (mac === IES) expect(header[mhr.HEADER_LENGTH]).toBe(header[mhr.PAYLOAD_END]);
  });
});

/** Parses whatever it is, and what findMpx makes of it. Reading outside the frame throws. */
function survive(raw: Uint8Array): void {
  const header = words(mhr.HEADER_WORDS);
  const end = Math.max(0, raw.length - 2);
  const frame = guarded(raw, end);
  const refusal = parseHeader(frame, raw.length, header);
  expect(REASONS).toContain(refusal);
  if (refusal !== 0) return;
  const [from, to] = [header[mhr.HEADER_LENGTH], header[mhr.PAYLOAD_END]];
  expect(from).toBeGreaterThanOrEqual(2);
  expect(to).toBeGreaterThanOrEqual(from);
  expect(to + mhr.micLength(header[mhr.LEVEL])).toBe(end);
  expect(list(header).every((word) => Number.isInteger(word))).toBe(true);
  // Not only where PAYLOAD_IES says so: an encrypted payload may hold anything once it is opened.
  const mpx = words(MPX_WORDS);
  const found = findMpx(frame, from, to, mpx);
  expect(REASONS).toContain(found);
  if (found !== 0) return;
  expect(mpx[MPX_CONTENT_AT]).toBeGreaterThan(from);
  expect(mpx[MPX_CONTENT_AT] + mpx[MPX_CONTENT_LENGTH]).toBeLessThanOrEqual(to);
}

describe('hostile frames', () => {
  it('of random octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 127 }), survive), { numRuns: 5000 });
  });

  it('with a sound MHR, cut or changed anywhere', () => {
    const change = fc.tuple(fc.nat(126), fc.nat(255));
    fc.assert(
      fc.property(
        anyMhr,
        fc.uint8Array({ maxLength: 60 }),
        fc.array(change, { maxLength: 3 }),
        fc.nat(),
        (m, tail, changes, cut) => {
          const raw = new Uint8Array([...reference(m), ...tail, 0, 0]);
          for (const [at, value] of changes) raw[at % raw.length] = value;
          survive(raw.subarray(0, cut % 4 === 0 ? cut % raw.length : raw.length));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('with any frame control field over every length', () => {
    const raw = new Uint8Array(40).fill(0x3f);
    for (let control = 0; control < 0x10000; control += 1) {
      raw[0] = control & 255;
      raw[1] = control >>> 8;
      survive(raw.subarray(0, (control * 7) % 41));
    }
  });
});
