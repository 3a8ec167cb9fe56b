// SPDX-License-Identifier: Apache-2.0
// The published vectors of test/vectors in one shape. All strings are hexadecimal.
import { readFileSync } from 'node:fs';

export interface CcmVector {
  name: string;
  key: string;
  nonce: string;
  aad: string;
  /** Plaintext; null where the message is a forgery. */
  plain: string | null;
  /** Ciphertext with the tag behind it. */
  sealed: string;
  /** Octets. */
  tagLength: number;
}

const read = <T>(name: string): T[] =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as T[];

interface Cavp {
  set: string;
  count: number;
  key: string;
  nonce: string;
  aad: string;
  pt: string | null;
  ct: string;
  tag: string;
}

const cavp = (name: string): CcmVector[] =>
  read<Cavp>(name).map(({ set, count, key, nonce, aad, pt, ct, tag }) => ({
    name: `${set} ${count}`,
    key,
    nonce,
    aad,
    plain: pt,
    sealed: ct + tag,
    tagLength: tag.length / 2,
  }));

interface Packet {
  name: string;
  key: string;
  nonce: string;
  aad?: string;
  pt: string;
  ct: string;
  tag: string;
}

const packets = (name: string): CcmVector[] =>
  read<Packet>(name).map(({ name: title, key, nonce, aad, pt, ct, tag }) => ({
    name: title,
    key,
    nonce,
    // The fourth example of SP 800-38C: 00 to ff, 256 times over.
    aad: aad ?? Buffer.from(Array.from({ length: 65536 }, (_, i) => i & 255)).toString('hex'),
    plain: pt,
    sealed: ct + tag,
    tagLength: tag.length / 2,
  }));

interface Frame {
  name: string;
  key: string;
  nonce: string;
  a: string;
  m: string;
  c: string;
  mic: string;
}

const frames = read<Frame>('ieee802154_annexC').map(({ name, key, nonce, a, m, c, mic }) => ({
  name: `IEEE 802.15.4 ${name}`,
  key,
  nonce,
  aad: a,
  plain: m,
  sealed: c + mic,
  tagLength: mic.length / 2,
}));

/** 991 messages, forgeries included. */
export const ccmVectors: readonly CcmVector[] = [
  ...['DVPT', 'VADT', 'VNT', 'VPT', 'VTT'].flatMap((set) => cavp(`nist_cavp_${set}128`)),
  ...packets('sp800_38c_examples'),
  ...packets('rfc3610_ccm'),
  ...frames,
];

export const cmacVectors = read<{ key: string; message: string; tag: string }>('sp800_38b_cmac128');

/** `ko` has 128 to 320 bits: the blocks of counters 1, 2 and 3, the last of them cut off. */
export const kdfVectors = read<{ ki: string; fixed: string; ko: string }>('sp800_108_kbkdf_ctr_cmac128');
