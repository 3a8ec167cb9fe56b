// SPDX-License-Identifier: Apache-2.0
// NodeMCU's `crypto` module of the ESP8266, as far as boards may use it. Octets are characters of code 0 to 255.
// AES in the firmware takes microseconds, all in one turn. Here it is given the turns that the bench board's AES takes for the same
// message, a block each (docs/crypto-core.md, "What it costs"), so that a run on a board can be compared with one on the bench board.

import { cbc, ecb } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { check } from './nodemcu.ts';

const BLOCK = 16;
const HASHES = { MD5: md5, SHA1: sha1, SHA256: sha256, SHA384: sha384, SHA512: sha512 };

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function hashOf(name: unknown): (typeof HASHES)[keyof typeof HASHES] {
  const known = Object.entries(HASHES).find(([one]) => one === String(name).toUpperCase());
  check(known !== undefined, `a hash of ${Object.keys(HASHES).join(', ')}, got ${String(name)}`);
  return known[1];
}

/** @param owe takes AES blocks that the image itself does not count: a frame done here counts as one there. */
export function makeCrypto(owe: (blocks: number) => void): Record<string, unknown> {
  return {
    /** Fills the last block up with zeros, and so the initial vector. */
    encrypt: (mode: string, key: string, data: string, vector = ''): string => {
      check(mode === 'AES-ECB' || mode === 'AES-CBC', `AES-ECB or AES-CBC, got ${mode}`);
      check(key.length === BLOCK, `a key of ${BLOCK} octets, got ${key.length}`);
      const blocks = Math.ceil(data.length / BLOCK);
      const whole = new Uint8Array(BLOCK * blocks);
      whole.set(octets(data));
      if (mode === 'AES-ECB') return text(ecb(octets(key), { disablePadding: true }).encrypt(whole));
      const first = new Uint8Array(BLOCK);
      first.set(octets(vector).subarray(0, BLOCK));
      owe(blocks);
      return text(cbc(octets(key), first, { disablePadding: true }).encrypt(whole));
    },

    /** Adds a mask, again and again. Where it is a key stream, each of its blocks was one of AES. */
    mask: (message: string, mask: string): string => {
      check(mask.length > 0, 'a mask of an octet or more');
      owe(Math.ceil(message.length / BLOCK) - 1);
      const by = octets(mask);
      return text(octets(message).map((octet, i) => octet ^ by[i % by.length]!));
    },

    hash: (name: string, data: string): string => text(hashOf(name)(octets(data))),

    hmac: (name: string, data: string, key: string): string => text(hmac(hashOf(name), octets(key), octets(data))),
  };
}
