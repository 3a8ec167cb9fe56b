// SPDX-License-Identifier: Apache-2.0
// The description of messages.ts as octets: how long each input of a MAC, a KDF or a seal is, and which value lies where.

import { derivations, maced, OCTETS, sealed, type Field, type Sealed } from './messages.ts';

export type Values = Partial<Record<Field, Buffer>>;

/** Octets of some fields. */
export const lengthOf = (fields: readonly Field[]): number => fields.reduce((sum, field) => sum + OCTETS[field], 0);

/** @returns the fields of `octets`, which are exactly `fields`. @throws where they are not, by length or by a value twice unequal. */
export function split(what: string, octets: Buffer, fields: readonly Field[], known: Values = {}): Values {
  if (octets.length !== lengthOf(fields)) {
    throw new Error(`${what}: expected ${fields.join(' ')}, ${lengthOf(fields)} octets, got ${octets.toString('hex')}`);
  }
  const values = { ...known };
  let at = 0;
  for (const field of fields) {
    const value = octets.subarray(at, (at += OCTETS[field]));
    if (values[field]?.equals(value) === false && field !== 'routers') {
      throw new Error(
        `${what}: expected ${field} ${values[field].toString('hex')} again, got ${value.toString('hex')}`,
      );
    }
    values[field] = value;
  }
  return values;
}

/** [i]8 and [L]2 around a KDF's label and context (SP 800-108 4.1). */
export function splitDerivation(octets: Buffer): { name: keyof typeof derivations | 'subkey'; values: Values } {
  if (octets[0] !== 1 || octets.readUInt16BE(octets.length - 2) !== 128) {
    throw new Error(`expected 01 ... 0080, got ${octets.toString('hex')}`);
  }
  const inner = octets.subarray(1, -2);
  if (inner.length === 1) return { name: 'subkey', values: split('subkey', inner, ['label']) };
  for (const [name, { label, fields }] of Object.entries(derivations)) {
    if (inner[0] >>> 4 === label) return { name: name as keyof typeof derivations, values: split(name, inner, fields) };
  }
  throw new Error(`expected the label of a derivation, got ${octets.toString('hex')}`);
}

/** A MAC's input. */
export function splitMac(octets: Buffer): { name: keyof typeof maced; values: Values; routers: Buffer[] } {
  for (const [name, { type, mac }] of Object.entries(maced)) {
    if (octets[0] >>> 4 !== type) continue;
    const list = (mac as readonly Field[]).includes('routers');
    const count = list ? octets[1] & 15 : 0; // above it the key index of a refresh
    const once: readonly Field[] = mac.filter((field) => field !== 'routers');
    const end = octets.length - 8 * count;
    const values = split(name, octets.subarray(0, end), once);
    const routers = Array.from({ length: count }, (_, i) => octets.subarray(end + 8 * i, end + 8 * (i + 1)));
    return { name: name as keyof typeof maced, values, routers };
  }
  throw new Error(`expected the head of a message with a MAC, got ${octets.toString('hex')}`);
}

/** Nonce, associated data and plaintext (undefined where it is still sealed) of a sealed message. */
export function splitSealed(
  nonce: Buffer,
  aad: Buffer,
  textLength: number,
  text?: Buffer,
): { name: keyof typeof sealed; values: Values } {
  const found = Object.entries(sealed).find(([, { type }]) => nonce[12] === 0x80 + type);
  if (found === undefined) throw new Error(`expected the nonce of a sealed message, got ${nonce.toString('hex')}`);
  const name = found[0] as keyof typeof sealed;
  const message: Sealed = found[1];
  const outer = split(name, aad, [...message.clear, ...message.ends]);
  if (outer.head![0] >>> 4 !== message.type) throw new Error(`${name}: another head, ${aad.toString('hex')}`);
  const sealer = message.ends[0];
  const seq = message.seq === 0 ? Buffer.alloc(4) : outer.seq!;
  const expected = Buffer.concat([outer[sealer]!, seq, Buffer.of(0x80 + message.type)]);
  if (!expected.equals(nonce))
    throw new Error(`${name}: expected nonce ${expected.toString('hex')}, got ${nonce.toString('hex')}`);
  const narrow = message.inner.filter((field) => field !== 'nShort');
  const inner = textLength === lengthOf(narrow) ? narrow : message.inner;
  if (textLength !== lengthOf(inner)) {
    throw new Error(`${name}: expected ${inner.join(' ')}, ${lengthOf(inner)} octets sealed, got ${textLength}`);
  }
  return { name, values: text === undefined ? outer : split(name, text, inner, outer) };
}
