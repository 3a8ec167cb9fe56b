// SPDX-License-Identifier: Apache-2.0
import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JOB_DONE, JOB_FAILED, JOB_RUNNING, step } from '../../crypto-core/index.ts';
import type { Words } from '../../crypto-core/tables.ts';
import { buildHeader } from '../../firmware/mac/build-header.ts';
import * as mhr from '../../firmware/mac/header.ts';
import { parseHeader } from '../../firmware/mac/parse-header.ts';
import { REFUSED_BEACON_TRUNCATED } from '../../firmware/mac/refusals.ts';
import { openFrameBegin, sealFrameBegin } from '../../firmware/mac/security.ts';
import { anyMhr, bytes, extended, headerOf, hex, mhrOf, reference, words } from './support.ts';

interface AnnexC {
  name: string;
  key: string;
  srcEui: string;
  a: string;
  m: string;
  frame_without_fcs: string;
}
const annexC = JSON.parse(
  readFileSync(new URL('../vectors/ieee802154_annexC.json', import.meta.url), 'utf8'),
) as AnnexC[];

function wordsOf(text: string): Words {
  const octets = Buffer.from(text, 'hex');
  return Int32Array.from({ length: octets.length / 4 }, (_, i) => octets.readInt32BE(4 * i)) as unknown as Words;
}

/** The job to its end, `blocks` at a time. */
function finish(blocks = 2): number {
  let outcome = step(blocks);
  while (outcome === JOB_RUNNING) outcome = step(blocks);
  return outcome;
}

describe('IEEE 802.15.4 Annex C', () => {
  it.each(annexC)('$name', (vector) => {
    const key = wordsOf(vector.key);
    const [high, low] = [wordsOf(vector.srcEui)[0], wordsOf(vector.srcEui)[1]];
    const sealed = vector.frame_without_fcs;
    const header = words(mhr.HEADER_WORDS);

    const frame = bytes(sealed);
    expect(parseHeader(frame, sealed.length / 2 + 2, header)).toBe(0);
    expect(openFrameBegin(frame, header, key, 0, high, low)).toBe(0);
    expect(finish()).toBe(JOB_DONE);
    expect(hex(frame, 0, header[mhr.PAYLOAD_END])).toBe(vector.a + vector.m);

    const plain = bytes(vector.a + vector.m);
    expect(sealFrameBegin(plain, header, header[mhr.PAYLOAD_END], key, 0, high, low)).toBe(0);
    expect(finish()).toBe(JOB_DONE);
    expect(hex(plain, 0, sealed.length / 2)).toBe(sealed);
    expect(mhr.frameLength(header, header[mhr.PAYLOAD_END])).toBe(sealed.length / 2 + 2);
  });
});

const KEY = 'c0c1c2c3c4c5c6c7c8c9cacbcccdcecf';

/** The same frame by node:crypto. `open`: payload octets that stay open. Levels 1 to 3 hide nothing. */
function sealedByNode(m: ReturnType<typeof mhrOf>, eui: readonly number[], payload: Uint8Array, open: number): string {
  const header = reference(m);
  const hidden = m.level < 4 ? new Uint8Array(0) : payload.subarray(open);
  const authenticated = Buffer.concat([header, m.level < 4 ? payload : payload.subarray(0, open)]);
  const nonce = Buffer.alloc(13);
  eui.forEach((word, i) => nonce.writeInt32BE(word, 4 * i));
  nonce.writeUInt32BE(m.counter, 8);
  nonce[12] = m.level;
  const authTagLength = [0, 4, 8, 16][m.level & 3];
  const cipher = createCipheriv('aes-128-ccm', Buffer.from(KEY, 'hex'), nonce, { authTagLength });
  cipher.setAAD(authenticated, { plaintextLength: hidden.length });
  // OpenSSL takes a null pointer for "no data yet": even no octets must lie somewhere.
  const plain = Buffer.alloc(128);
  plain.set(hidden);
  const c = Buffer.concat([cipher.update(plain.subarray(0, hidden.length)), cipher.final()]);
  return Buffer.concat([authenticated, c, cipher.getAuthTag()]).toString('hex');
}

describe('secured frames', () => {
  const secured = anyMhr.filter((m) => m.level % 4 !== 0 && m.type !== 0);
  const eui = fc.tuple(fc.integer({ min: -0x80000000 }), fc.integer({ min: -0x80000000 }));

  it('equal node:crypto; open again; and fail with any bit changed', () => {
    fc.assert(
      fc.property(secured, eui, fc.uint8Array({ maxLength: 60 }), fc.nat(), (m, source, payload, flip) => {
        const open = m.version === 1 && m.type === 3 ? Math.min(1, payload.length) : 0;
        const expected = sealedByNode(m, source, payload, open);
        const header = headerOf(m);
        const frame = bytes('');
        const raw = frame as unknown as Uint8Array;
        raw.set(payload, buildHeader(frame, header));
        const end = header[mhr.HEADER_LENGTH] + payload.length;
        const length = mhr.frameLength(header, end) - 2;
        expect(sealFrameBegin(frame, header, end, wordsOf(KEY), 0, source[0], source[1])).toBe(0);
        expect(finish()).toBe(JOB_DONE);
        expect(hex(frame, 0, length)).toBe(expected);

        header[mhr.PAYLOAD_END] = end;
        expect(openFrameBegin(frame, header, wordsOf(KEY), 0, source[0], source[1])).toBe(0);
        expect(finish(1)).toBe(JOB_DONE);
        expect(hex(frame, header[mhr.HEADER_LENGTH], end)).toBe(Buffer.from(payload).toString('hex'));

        raw.set(Buffer.from(expected, 'hex'));
        raw[(flip >>> 3) % length] ^= 1 << (flip & 7);
        openFrameBegin(frame, header, wordsOf(KEY), 0, source[0], source[1]);
        expect(finish()).toBe(JOB_FAILED);
      }),
      { numRuns: 400 },
    );
  });

  it('depend on the sender, its counter and the level', () => {
    const m = mhrOf({ level: 6, keyMode: 1, keyIndex: 1, counter: 9, src: extended(1, 2, 3) });
    for (const [field, value] of [
      [mhr.COUNTER, 10],
      [mhr.LEVEL, 2],
    ]) {
      const frame = bytes('');
      const header = headerOf(m);
      const end = buildHeader(frame, header);
      sealFrameBegin(frame, header, end, wordsOf(KEY), 0, 2, 3);
      expect(finish()).toBe(JOB_DONE);
      header[mhr.PAYLOAD_END] = end;
      header[field] = value;
      openFrameBegin(frame, header, wordsOf(KEY), 0, 2, 3);
      expect(finish()).toBe(JOB_FAILED);
    }
  });
});

describe('a version 1 beacon', () => {
  const m = mhrOf({ type: 0, version: 1, compression: 0, level: 6, dst: { mode: 0, pan: -1, short: -1, eui: [0, 0] } });

  /** Seals a beacon with these fields and payload. @returns the refusal, and the frame from its payload on. */
  function seal(payload: string) {
    const header = headerOf(m);
    const start = buildHeader(bytes(''), header);
    const frame = bytes(Buffer.from(reference(m)).toString('hex') + payload.replaceAll(' ', ''));
    const end = start + payload.replaceAll(' ', '').length / 2;
    const refusal = sealFrameBegin(frame, header, end, wordsOf(KEY), 0, 1, 2);
    if (refusal === 0) expect(finish()).toBe(JOB_DONE);
    return { refusal, sealed: hex(frame, 0, end + 8) };
  }

  it.each([
    ['no GTS, no addresses', '55cf 00 00', '51525354'],
    ['two GTS, no addresses', '55cf 02 00 010203 040506 00', '5152'],
    ['short and extended addresses pending', '55cf 00 12 0101 0202 0807060504030201', '5152'],
    ['both, and no beacon payload', '55cf 01 01 010203 01 0101', ''],
  ])('keeps its own fields open: %s', (_, fields, payload) => {
    const open = fields.replaceAll(' ', '').length / 2;
    const octets = Uint8Array.from(Buffer.from((fields + payload).replaceAll(' ', ''), 'hex'));
    expect(seal(fields + payload)).toEqual({ refusal: 0, sealed: sealedByNode(m, [1, 2], octets, open) });
  });

  it.each([
    '',
    '55',
    '55cf',
    '55cf 00',
    '55cf 01',
    '55cf 01 01 0102',
    '55cf 07 00 010203 00',
    '55cf 00 11 0101 08070605040302',
  ])('is refused where its fields run over its end: "%s"', (fields) => {
    expect(seal(fields).refusal).toBe(REFUSED_BEACON_TRUNCATED);
    const header = headerOf(m);
    const frame = bytes(Buffer.from(reference(m)).toString('hex') + fields.replaceAll(' ', ''));
    buildHeader(frame, header);
    header[mhr.PAYLOAD_END] = header[mhr.HEADER_LENGTH] + fields.replaceAll(' ', '').length / 2;
    expect(openFrameBegin(frame, header, wordsOf(KEY), 0, 1, 2)).toBe(REFUSED_BEACON_TRUNCATED);
  });
});
