// SPDX-License-Identifier: Apache-2.0
// The network file: encrypted under a pass phrase (scrypt, RFC 7914; XChaCha20-Poly1305) unless told otherwise, replaced as a
// whole or not at all, readable by its owner alone.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { parseNetwork } from './network.ts';
import type { Network } from './network.ts';

const FORMAT = 'kemp-network';
const VERSION = 1;
const OWNER_ALONE = 0o600;
/** 32 MB and a fifth of a second. What a file asks for is bounded: it is not authentic until the tag was checked. */
const COST = { N: 2 ** 15, r: 8, p: 1 };
const MOST_N = 2 ** 20;
const KEY_OCTETS = 32;
const NONCE_OCTETS = 24;
const SALT_OCTETS = 16;

const hex = z.string().regex(/^([0-9a-f]{2})+$/);
const sealedFile = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    N: z.int().min(2).max(MOST_N),
    r: z.int().min(1).max(32),
    p: z.int().min(1).max(16),
    salt: hex,
  }),
  nonce: hex.length(2 * NONCE_OCTETS),
  sealed: z.base64(),
});
const plainFile = z.strictObject({ format: z.literal(FORMAT), version: z.literal(VERSION), network: z.unknown() });
type Sealed = z.output<typeof sealedFile>;

/** All but the ciphertext is authenticated: a file whose cost was turned down is refused. */
function header({ format, version, kdf, nonce }: Omit<Sealed, 'sealed'>): Buffer {
  return Buffer.from(JSON.stringify([format, version, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt, nonce]));
}

function cipher(file: Omit<Sealed, 'sealed'>, passPhrase: string): ReturnType<typeof xchacha20poly1305> {
  const { N, r, p, salt } = file.kdf;
  const phrase = Buffer.from(passPhrase.normalize('NFKC'));
  const key = scrypt(phrase, Buffer.from(salt, 'hex'), { N, r, p, dkLen: KEY_OCTETS });
  return xchacha20poly1305(key, Buffer.from(file.nonce, 'hex'), header(file));
}

/** @param passPhrase undefined: the file is not encrypted. @returns what the file holds. */
export function sealNetwork(network: Network, passPhrase: string | undefined): string {
  const content = (file: object): string => `${JSON.stringify(file, null, 2)}\n`;
  if (passPhrase === undefined) return content({ format: FORMAT, version: VERSION, network });
  const file = {
    format: FORMAT,
    version: VERSION,
    kdf: { name: 'scrypt', ...COST, salt: randomBytes(SALT_OCTETS).toString('hex') },
    nonce: randomBytes(NONCE_OCTETS).toString('hex'),
  } as const;
  const sealed = cipher(file, passPhrase).encrypt(Buffer.from(JSON.stringify(network)));
  return content({ ...file, sealed: Buffer.from(sealed).toString('base64') });
}

/** @returns whether a network file is encrypted; undefined if there is no such file. */
export function isSealed(path: string): boolean | undefined {
  return existsSync(path) ? 'sealed' in (JSON.parse(readText(path)) as object) : undefined;
}

function readText(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${path}: expected a network file, got ${(error as Error).message}: \`kemp provision init\` makes one`,
    );
  }
  try {
    JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: expected a network file, got ${(error as Error).message}`);
  }
  return text;
}

/** @param passPhrase asked only if the file is encrypted. @throws UsageError */
export async function openNetwork(
  text: string,
  path: string,
  passPhrase: () => string | Promise<string>,
): Promise<Network> {
  const data: unknown = JSON.parse(text);
  const plain = plainFile.safeParse(data);
  if (plain.success) return parseNetwork(plain.data.network, path);
  const sealed = sealedFile.safeParse(data);
  if (!sealed.success) {
    const [issue] = sealed.error.issues;
    throw new UsageError(
      `${path}: expected a network file of version ${VERSION}: ${issue!.path.join('.')}: ${issue!.message}`,
    );
  }
  let content: Uint8Array;
  try {
    content = cipher(sealed.data, await passPhrase()).decrypt(Buffer.from(sealed.data.sealed, 'base64'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: expected its pass phrase, got another one, or the file was changed`);
  }
  return parseNetwork(JSON.parse(Buffer.from(content).toString('utf8')), path);
}

/** Reads a network file. @throws UsageError */
export async function loadNetwork(path: string, passPhrase: () => string | Promise<string>): Promise<Network> {
  const text = readText(path);
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0 && isSealed(path) === false)
    throw new UsageError(`${path}: holds keys that others can read: chmod 600 ${path}`);
  return openNetwork(text, path, passPhrase);
}

/** Writes a network file, as a whole or not at all, with mode 0600. @param passPhrase undefined: not encrypted. */
export async function saveNetwork(path: string, network: Network, passPhrase: string | undefined): Promise<void> {
  try {
    await writeFileAtomic(path, sealNetwork(network, passPhrase), { mode: OWNER_ALONE });
  } catch (error) {
    throw new UsageError(`${path}: expected a file that can be written, got ${(error as Error).message}`);
  }
}
