// SPDX-License-Identifier: Apache-2.0
// NodeMCU's `crypto` module for tests of '#native': in Lua on crypto-core itself, on V8 on OpenSSL.
import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileLua } from '../../compiler/compile-lua.ts';
import { ROOT } from '../../compiler/roots.ts';
import type { Profile } from '../tools.ts';

const MODULE = readFileSync(join(ROOT, 'test/crypto-core/nodemcu-crypto.lua'), 'utf8');

const libraries = new Map<Profile, Promise<string>>();

/** Lua that makes the globals `crypto`, and `calls`, which counts. */
export async function luaCrypto(profile: Profile): Promise<string> {
  const library =
    libraries.get(profile) ?? compileLua({ entry: 'crypto-core/library.ts', profile }).then(({ lua }) => lua);
  libraries.set(profile, library);
  return `do local library = (function()\n${await library}\nend)()\n${MODULE}\nend\n`;
}

const octets = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The same on V8, a character an octet. */
export const v8Crypto = {
  encrypt(mode: string, key: string, data: string, iv = ''): string {
    if (mode !== 'AES-ECB' && mode !== 'AES-CBC') throw new Error(`unknown cipher: ${mode}`);
    const whole = Buffer.alloc(Math.ceil(data.length / 16) * 16);
    octets(data).copy(whole);
    const first = Buffer.alloc(16);
    octets(iv).copy(first);
    const cipher = createCipheriv(
      `aes-128-${mode.slice(4).toLowerCase()}`,
      octets(key),
      mode === 'AES-CBC' ? first : null,
    );
    return cipher.setAutoPadding(false).update(whole).toString('latin1');
  },
  mask(message: string, mask: string): string {
    if (mask === '') throw new Error('invalid argument: mask');
    const sum = octets(message).map((octet, i) => octet ^ mask.charCodeAt(i % mask.length));
    return Buffer.from(sum).toString('latin1');
  },
};
