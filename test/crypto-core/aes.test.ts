// SPDX-License-Identifier: Apache-2.0
import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  beginCounter,
  encrypt,
  encryptCounter,
  holdsL,
  loadKey,
  makeL,
  subkeyL,
  wipeKey,
} from '../../crypto-core/aes.ts';
import type { Words } from '../../crypto-core/tables.ts';

const words = (hex: string): Words =>
  Int32Array.from({ length: hex.length / 8 }, (_, i) => Buffer.from(hex, 'hex').readInt32BE(4 * i)) as unknown as Words;
const hexOf = (block: Words): string => {
  const octets = Buffer.alloc(16);
  for (let i = 0; i < 4; i++) octets.writeInt32BE(block[i], 4 * i);
  return octets.toString('hex');
};

function encrypted(hex: string): string {
  const block = words(hex);
  encrypt(block[0], block[1], block[2], block[3], block);
  return hexOf(block);
}

function encryptedUnder(key: string, hex: string): string {
  loadKey(words(key), 0);
  return encrypted(hex);
}

describe('AES-128', () => {
  beforeEach(wipeKey);

  it('gives the answers of FIPS 197, appendices B and C.1', () => {
    expect(encryptedUnder('2b7e151628aed2a6abf7158809cf4f3c', '3243f6a8885a308d313198a2e0370734')).toBe(
      '3925841d02dc09fbdc118597196a0b32',
    );
    expect(encryptedUnder('000102030405060708090a0b0c0d0e0f', '00112233445566778899aabbccddeeff')).toBe(
      '69c4e0d86a7b0430d8cdb78070b4c55a',
    );
  });

  it('agrees with OpenSSL', () => {
    const block = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(block, block, (key, plain) => {
        const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
        const expected = cipher.update(plain).toString('hex');
        return encryptedUnder(Buffer.from(key).toString('hex'), Buffer.from(plain).toString('hex')) === expected;
      }),
      { seed: 197, numRuns: 500 },
    );
  });

  it('uses every entry of its tables rightly: 256 blocks of equal octets', () => {
    const key = Buffer.alloc(16, 0x3c);
    for (let octet = 0; octet < 256; octet++) {
      const plain = Buffer.alloc(16, octet);
      const expected = createCipheriv('aes-128-ecb', key, null).update(plain).toString('hex');
      expect(encryptedUnder(key.toString('hex'), plain.toString('hex'))).toBe(expected);
    }
  });

  it('does counter blocks as it does any other', () => {
    const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(random, random, fc.array(fc.nat(255), { minLength: 1, maxLength: 4 }), (key, block, octets) => {
        loadKey(words(Buffer.from(key).toString('hex')), 0);
        block[15] = 0;
        const [w, out] = [words(Buffer.from(block).toString('hex')), words('00'.repeat(16))];
        beginCounter(w[0], w[1], w[2], w[3]);
        return octets.every((octet) => {
          encryptCounter(octet, out);
          block[15] = octet;
          return hexOf(out) === encrypted(Buffer.from(block).toString('hex'));
        });
      }),
      { seed: 197, numRuns: 300 },
    );
  });

  it('reads the key where it is told', () => {
    loadKey(words('ffffffff000102030405060708090a0b0c0d0e0f'), 1);
    expect(encrypted('00112233445566778899aabbccddeeff')).toBe('69c4e0d86a7b0430d8cdb78070b4c55a');
  });

  it('keeps L for the same key, wherever it lies, and for no other', () => {
    const key = words('2b7e151628aed2a6abf7158809cf4f3c');
    loadKey(key, 0);
    expect(holdsL()).toBe(false);
    makeL();
    expect([holdsL(), hexOf(subkeyL)]).toEqual([true, '7df76b0c1ab899b33e42f047b91b546f']); // RFC 4493, section 4
    loadKey(words('000000002b7e151628aed2a6abf7158809cf4f3c'), 1);
    expect(holdsL()).toBe(true);
    key[3] = key[3] ^ 1;
    loadKey(key, 0);
    expect(holdsL()).toBe(false);
  });

  it('wipes the schedule and L, and expands an all-zero key after that', () => {
    const zeros = '00'.repeat(16);
    encryptedUnder('2b7e151628aed2a6abf7158809cf4f3c', zeros);
    makeL();
    wipeKey();
    expect([holdsL(), hexOf(subkeyL)]).toEqual([false, zeros]);
    // Eleven zero round keys leave a state of equal octets equal: 63 is S(00), fb S(63) and so on, ten times.
    expect(encrypted(zeros)).toMatch(/^(..)\1{15}$/);
    expect(encryptedUnder(zeros, zeros)).toBe('66e94bd4ef8a2c3b884cfa59ca342b2e');
  });
});
