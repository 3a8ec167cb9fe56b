// SPDX-License-Identifier: Apache-2.0
// KEMP's cryptography a second time (docs/protocol.md "Derivation", "Sealed messages"), on @noble/ciphers and OpenSSL: nothing
// here is shared with the firmware.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { cmac } from '@noble/ciphers/aes.js';

export const TAG = 8;

/** OpenSSL takes an empty text for none, and makes no tag, where it has no address. */
const NOTHING = Buffer.alloc(1).subarray(0, 0);
const text = (octets: Uint8Array): Uint8Array => (octets.length === 0 ? NOTHING : octets);

export const LABELS = { requestMac: 1, derive: 2, seal: 3, link: 4, session: 5, pairwise: 7, sessionKey: 8 } as const;

const mac = (key: Uint8Array, message: Uint8Array): Buffer => Buffer.from(cmac(message, key));

/** A number of `octets` octets, high octet first. */
export function number(value: number, octets: number): Buffer {
  const buffer = Buffer.alloc(octets);
  buffer.writeUIntBE(value >>> 0, 0, octets);
  return buffer;
}

/** SP 800-108 in counter mode, one turn of 128 bits. */
function kdf(key: Uint8Array, label: number, context: readonly Uint8Array[]): Buffer {
  return mac(key, Buffer.concat([Uint8Array.of(1, label), ...context, Uint8Array.of(0, 128)]));
}

/** KDF(key, label). */
export const subkey = (key: Uint8Array, label: number): Buffer => kdf(key, label << 4, []);

/** The terms that a pairwise key is made of; EUI-64s as 8 octets. */
export interface Terms {
  readonly mode: number;
  readonly node: Buffer;
  readonly router: Buffer;
  readonly authority: Buffer;
  readonly ctr: number;
  readonly r0: Buffer;
  readonly r1: Buffer;
}

/** K_NR. @param shared K_NA. */
export function pairwise(shared: Uint8Array, t: Terms): Buffer {
  const context = [t.node, t.router, t.authority, number(t.ctr, 4), t.r0, t.r1];
  return kdf(subkey(shared, LABELS.derive), (LABELS.pairwise << 4) | t.mode, context);
}

/** seal(S_N). @param own K_N. */
export function sessionSeal(own: Uint8Array, node: Buffer, r0: Buffer, r1: Buffer): Buffer {
  const session = kdf(subkey(own, LABELS.session), LABELS.sessionKey << 4, [node, r0, r1]);
  return subkey(session, LABELS.seal);
}

/** MAC-64 under request-MAC(K_NA). */
export function requestMac(shared: Uint8Array, message: Uint8Array): Buffer {
  return mac(subkey(shared, LABELS.requestMac), message).subarray(0, TAG);
}

/** AES-CCM with an 8-octet tag behind the ciphertext. */
export function ccmSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: TAG });
  cipher.setAAD(aad, { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(text(plain)), cipher.final(), cipher.getAuthTag()]);
}

/** @returns the plaintext, or undefined if the tag does not fit. */
export function ccmOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  const length = sealed.length - TAG;
  if (length < 0) return undefined;
  const cipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: TAG });
  cipher.setAuthTag(sealed.subarray(length));
  cipher.setAAD(aad, { plaintextLength: length });
  const plain = cipher.update(text(sealed.subarray(0, length)));
  try {
    cipher.final();
  } catch {
    return undefined;
  }
  return plain;
}

/** CCM* of IEEE 802.15.4 on a security level 1 to 7: payload, hidden or not, and MIC. */
export function ccmStar(
  level: number,
  key: Uint8Array,
  nonce: Uint8Array,
  mhr: Uint8Array,
  payload: Uint8Array,
): Buffer {
  const authTagLength = [0, 4, 8, 16][level & 3];
  const hides = level >= 4;
  if (authTagLength === 0) {
    const first = Buffer.concat([Uint8Array.of(1), nonce, Uint8Array.of(0, 1)]);
    return createCipheriv('aes-128-ctr', key, first).update(payload);
  }
  const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength });
  const plain = hides ? payload : new Uint8Array(0);
  cipher.setAAD(hides ? mhr : Buffer.concat([mhr, payload]), { plaintextLength: plain.length });
  const hidden = Buffer.concat([cipher.update(text(plain)), cipher.final()]);
  return Buffer.concat([hides ? hidden : payload, cipher.getAuthTag()]);
}

/** Nonce of a sealed message: sealer | seq | 0x80 + type. */
export const messageNonce = (sealer: Buffer, seq: number, type: number): Buffer =>
  Buffer.concat([sealer, number(seq, 4), Uint8Array.of(0x80 + type)]);

/** Nonce of a link frame: sender | frame counter | level. */
export const frameNonce = (sender: Buffer, counter: number, level: number): Buffer =>
  Buffer.concat([sender, number(counter, 4), Uint8Array.of(level)]);
