// SPDX-License-Identifier: Apache-2.0
// Where keys come from: the system's random source, or a network's master by HKDF-SHA-256 (RFC 5869).

import { randomBytes } from 'node:crypto';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';

const KEY_OCTETS = 16;
const MASTER_OCTETS = 32;
const SALT = Buffer.from('kemp-mote network');
const PURPOSE = Buffer.from('K_N');

function upperHex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex').toUpperCase();
}

/** @returns K_N as 32 hex digits. */
export function randomKey(): string {
  return upperHex(randomBytes(KEY_OCTETS));
}

/** @returns a network's master, 64 hex digits. */
export function randomMaster(): string {
  return upperHex(randomBytes(MASTER_OCTETS));
}

/**
 * K_N of a node from the master: HKDF-SHA-256 with the salt "kemp-mote network" and the info "K_N" || EUI-64 || generation,
 * both big-endian, the generation in four octets.
 * @param master 64 hex digits. @param eui64 with colons. @param generation 1, and one more for each rotation.
 */
export function derivedKey(master: string, eui64: string, generation: number): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(generation);
  const info = Buffer.concat([PURPOSE, Buffer.from(eui64.replaceAll(':', ''), 'hex'), number]);
  return upperHex(hkdf(sha256, Buffer.from(master, 'hex'), SALT, info, KEY_OCTETS));
}
