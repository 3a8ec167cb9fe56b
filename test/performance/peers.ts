// SPDX-License-Identifier: Apache-2.0
// crypto-core on V8 beside what npm and Node have, each called as it is meant to be called and in the way that is quickest for it: sjcl
// keeps its key and works on its own arrays of words, node:crypto and asmcrypto.js take octets and a key for each message.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { createRequire } from 'node:module';
import { unsafe } from '@noble/ciphers/aes.js';
import { rollup } from 'rollup';
import { choose, FAST } from '../../compiler/choose.ts';
import { inputOptions } from '../../compiler/compile-lua.ts';
import { PROFILES } from '../../compiler/profiles.ts';

/** Parts of the package as it is built, with the inner calls that motes make: `Octets` and `Words` stand for their tables. */
type Octets = Uint8Array;
type Words = Int32Array;
type Begin = (
  key: Words,
  keyAt: number,
  nonce: Octets,
  aad: Octets,
  aadAt: number,
  aadLength: number,
  text: Octets,
  textAt: number,
  textLength: number,
  tagLength: number,
) => void;
interface Package {
  readonly ccm: {
    seal(key: Octets, nonce: Octets, aad: Octets, plaintext: Octets, tagLength: number): Octets;
    open(key: Octets, nonce: Octets, aad: Octets, sealed: Octets, tagLength: number): Octets | null;
  };
  readonly core: {
    readonly ccmSealBegin: Begin;
    readonly ccmOpenBegin: Begin;
    readonly JOB_DONE: number;
    step(maxBlocks: number): number;
  };
  encrypt(w0: number, w1: number, w2: number, w3: number, out: Words): void;
  loadKey(key: Words, at: number): void;
}

type SjclBits = number[];

/** The parts of sjcl 1.0.9 and asmcrypto.js 2.3.2 used here (neither has types). */
interface Sjcl {
  readonly cipher: { readonly aes: new (key: SjclBits) => { encrypt(block: SjclBits): SjclBits } };
  readonly mode: {
    readonly ccm: Record<
      'encrypt' | 'decrypt',
      (cipher: object, text: SjclBits, nonce: SjclBits, aad: SjclBits, tagBits: number) => SjclBits
    >;
  };
  readonly codec: { readonly hex: { toBits(hex: string): SjclBits; fromBits(bits: SjclBits): string } };
}
interface AsmCrypto {
  readonly AES_ECB: new (key: Uint8Array, padding: boolean) => { encrypt(data: Uint8Array): Uint8Array };
  readonly AES_CCM: Record<
    'encrypt' | 'decrypt',
    (text: Uint8Array, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, tagLength: number) => Uint8Array
  >;
}

const require = createRequire(import.meta.url);
const sjcl = require('sjcl') as Sjcl;
const { AES_CCM, AES_ECB } = require('asmcrypto.js') as AsmCrypto;

const TAG = 8;

async function buildPackage(): Promise<Package> {
  const source = `export { ccm } from '../../crypto-core/npm.ts';
    export * as core from '../../crypto-core/index.ts';
    export { encrypt, loadKey } from '../../crypto-core/aes.ts';`;
  const bundle = await rollup(inputOptions('test/performance/package.ts', source, choose(PROFILES.lua53, FAST)));
  const { output } = await bundle.generate({ format: 'iife', name: 'made', generatedCode: 'es2015' });
  await bundle.close();
  return new Function(`${output[0].code}\nreturn made;`)() as Package;
}

/** What each is asked to do. */
type Works = ReadonlyMap<string, () => unknown>;

export interface Peers {
  /** AES-128 of one block of 16 octets, key expanded. */
  readonly block: Works;
  /** AES-CCM with a nonce of 13 octets and a tag of 8: messages made, and opened again. */
  readonly seal: Works;
  readonly open: Works;
}

const octets = (length: number, first: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (first + i) & 255);
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bitsOf = (bytes: Uint8Array): SjclBits => sjcl.codec.hex.toBits(hexOf(bytes));
const wordsOf = (array: Uint8Array): Words =>
  Int32Array.from({ length: 4 }, (_, i) => new DataView(array.buffer).getInt32(4 * i));
const hexOfWords = (words: Words): string =>
  [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

const KEY = octets(16, 0);
const NONCE = octets(13, 64);

function nodeSeal(aad: Uint8Array, text: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-ccm', KEY, NONCE, { authTagLength: TAG });
  cipher.setAAD(aad, { plaintextLength: text.length });
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function nodeOpen(aad: Uint8Array, sealed: Uint8Array): Buffer {
  const length = sealed.length - TAG;
  const decipher = createDecipheriv('aes-128-ccm', KEY, NONCE, { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(length));
  decipher.setAAD(aad, { plaintextLength: length });
  return Buffer.concat([decipher.update(sealed.subarray(0, length)), decipher.final()]);
}

export const OURS = 'crypto-core';
export const OURS_KEPT = 'crypto-core, as motes use it';
const SJCL = 'sjcl 1.0.9';
const ASMCRYPTO = 'asmcrypto.js 2.3.2';
const NODE = 'node:crypto (OpenSSL)';
export const NOBLE = '@noble/ciphers 2.4.0';

/** All that can seal beside ours. */
export const SEALERS = [SJCL, ASMCRYPTO, NODE] as const;

function expectEqual(name: string, found: string, expected: string): void {
  if (found !== expected) throw new Error(`${name}: expected ${expected}, got ${found}`);
}

/**
 * @param aadLength octets of associated data
 * @param textLength octets of text
 * @throws Error if they do not all give the same octets
 */
export async function peers(aadLength: number, textLength: number): Promise<Peers> {
  const { ccm, core, encrypt, loadKey } = await buildPackage();
  const [aad, text] = [octets(aadLength, 100), octets(textLength, 200)];
  const sealed = Uint8Array.from(nodeSeal(aad, text));

  const [key, input] = [wordsOf(KEY), octets(16, 32)];

  const out = new Int32Array(4);
  const [w0, w1, w2, w3] = wordsOf(input) as unknown as [number, number, number, number];
  const nobleKey = unsafe.expandKeyLE(KEY);
  const [n0, n1, n2, n3] = new Uint32Array(octets(16, 32).buffer) as unknown as [number, number, number, number];
  const sjclCipher = new sjcl.cipher.aes(bitsOf(KEY));
  const sjclInput = bitsOf(input);
  const asmCipher = new AES_ECB(KEY, false);
  const nodeCipher = createCipheriv('aes-128-ecb', KEY, null);

  loadKey(key, 0);
  const block = new Map<string, () => unknown>([
    [OURS, () => encrypt(w0, w1, w2, w3, out)],
    [NOBLE, () => unsafe.encrypt(nobleKey, n0, n1, n2, n3)], // words too, which saves it a view of the octets
    [SJCL, () => sjclCipher.encrypt(sjclInput)],
    [ASMCRYPTO, () => asmCipher.encrypt(input)],
    [NODE, () => nodeCipher.update(input)],
  ]);
  for (const work of block.values()) work();
  const expected = hexOf(createCipheriv('aes-128-ecb', KEY, null).update(input));
  expectEqual(OURS, hexOfWords(out), expected);
  const { s0, s1, s2, s3 } = unsafe.encrypt(nobleKey, n0, n1, n2, n3);
  expectEqual(NOBLE, hexOf(new Uint8Array(Uint32Array.of(s0, s1, s2, s3).buffer)), expected);
  expectEqual(SJCL, sjcl.codec.hex.fromBits(sjclCipher.encrypt(sjclInput)), expected);
  expectEqual(ASMCRYPTO, hexOf(asmCipher.encrypt(input)), expected);

  const frame = new Uint8Array(textLength + TAG);
  const inPlace = (begin: Begin, before: Uint8Array): Uint8Array => {
    frame.set(before);
    begin(key, 0, NONCE, aad, 0, aadLength, frame, 0, textLength, TAG);
    if (core.step(1000) !== core.JOB_DONE) throw new Error(`${OURS_KEPT}: not done`);
    return frame;
  };
  const [sjclNonce, sjclAad, sjclText, sjclSealed] = [bitsOf(NONCE), bitsOf(aad), bitsOf(text), bitsOf(sealed)];
  const seal = new Map<string, () => Uint8Array | SjclBits>([
    [OURS, () => ccm.seal(KEY, NONCE, aad, text, TAG)],
    [OURS_KEPT, () => inPlace(core.ccmSealBegin, text)],
    [SJCL, () => sjcl.mode.ccm.encrypt(sjclCipher, sjclText, sjclNonce, sjclAad, 8 * TAG)],
    [ASMCRYPTO, () => AES_CCM.encrypt(text, KEY, NONCE, aad, TAG)],
    [NODE, () => nodeSeal(aad, text)],
  ]);
  const open = new Map<string, () => Uint8Array | SjclBits | null>([
    [OURS, () => ccm.open(KEY, NONCE, aad, sealed, TAG)],
    [OURS_KEPT, () => inPlace(core.ccmOpenBegin, sealed).subarray(0, textLength)],
    [SJCL, () => sjcl.mode.ccm.decrypt(sjclCipher, sjclSealed, sjclNonce, sjclAad, 8 * TAG)],
    [ASMCRYPTO, () => AES_CCM.decrypt(sealed, KEY, NONCE, aad, TAG)],
    [NODE, () => nodeOpen(aad, sealed)],
  ]);
  const shown = (made: Uint8Array | SjclBits | null): string =>
    made instanceof Uint8Array ? hexOf(made) : made === null ? 'nothing' : sjcl.codec.hex.fromBits(made);
  for (const [name, work] of seal) expectEqual(name, shown(work()), hexOf(sealed));
  for (const [name, work] of open) expectEqual(name, shown(work()), hexOf(text));
  return { block, seal, open };
}
