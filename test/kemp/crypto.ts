// SPDX-License-Identifier: Apache-2.0
// The primitives of docs/protocol.md on OpenSSL (node:crypto): what the firmware's own are judged by.
import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Octets from hexadecimal; blanks and colons are ignored. */
export const octets = (text: string): Buffer => Buffer.from(text.replaceAll(/[\s:]/g, ''), 'hex');

/** `value` in `size` octets, high octet first. */
export function big(size: number, value: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.writeUIntBE(value, 0, size);
  return buffer;
}

/** `value` in `size` octets, low octet first. */
export const little = (size: number, value: number): Buffer => big(size, value).reverse();

/** One block of `aes-128-ecb`, or of any number of them in `aes-128-cbc` from a zero block on. */
function aes(mode: 'ecb' | 'cbc', key: Buffer, text: Buffer): Buffer {
  const cipher = createCipheriv(`aes-128-${mode}`, key, mode === 'ecb' ? null : Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

/** x times a block of GF(2^128) (SP 800-38B 6.1). */
function double(block: Buffer): Buffer {
  const value = BigInt(`0x${block.toString('hex')}`) << 1n;
  const reduced = value >> 128n === 0n ? value : (value & ((1n << 128n) - 1n)) ^ 0x87n;
  return octets(reduced.toString(16).padStart(32, '0'));
}

/** AES-CMAC (SP 800-38B): a CBC-MAC whose last block is masked. */
export function cmac(key: Buffer, message: Buffer): Buffer {
  const whole = message.length > 0 && message.length % 16 === 0;
  const first = double(aes('ecb', key, Buffer.alloc(16)));
  const mask = whole ? first : double(first);
  const filled = whole ? Buffer.from(message) : Buffer.concat([message, octets('80'), Buffer.alloc(15)]);
  const text = filled.subarray(0, filled.length - (filled.length % 16));
  for (let i = 0; i < 16; i++) text[text.length - 16 + i] ^= mask[i];
  return aes('cbc', key, text).subarray(-16);
}

const TAG = { authTagLength: 8 };

/** @returns `plain` encrypted, and the tag of 8 octets behind it (SP 800-38C). */
export function ccmSeal(key: Buffer, nonce: Buffer, aad: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-ccm', key, nonce, TAG).setAAD(aad, { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @param sealed ciphertext and tag. @returns the plaintext; undefined where the tag does not fit. */
export function ccmOpen(key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < 8) return undefined;
  const text = sealed.subarray(0, -8);
  const decipher = createDecipheriv('aes-128-ccm', key, nonce, TAG).setAAD(aad, { plaintextLength: text.length });
  decipher.setAuthTag(sealed.subarray(-8));
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The FCS of IEEE 802.15.4 7.2.11, low octet first. */
export function fcs(frame: Buffer): Buffer {
  let crc = 0;
  for (const octet of frame) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8408;
  }
  return little(2, crc);
}
