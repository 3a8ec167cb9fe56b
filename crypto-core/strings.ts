// SPDX-License-Identifier: Apache-2.0
// Strings of octets, for crypto-core/native/nodemcu.ts alone: what the firmware's own functions take and give. They are the only
// thing in a mote that is made after start (docs/dialect.md). The compiler turns each call into Lua's; on V8 it is what stands here,
// a character an octet.

import type { Bytes } from './tables.ts';

export { charAt, lengthOf } from './literals.ts';

/** @returns the string of `count` octets at bytes[at..]; `at` may be written twice. */
export function textOf(bytes: Bytes, at: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += String.fromCharCode(bytes[at + i]);
  return text;
}

/** @returns the string of these octets. */
export function chars(...octets: readonly number[]): string {
  return String.fromCharCode(...octets);
}

/** @returns the strings one behind the other, made at once. */
export function joined(...texts: readonly string[]): string {
  return texts.join('');
}

/** @returns the `count` octets of `text` from octet `from` on, counted from 0; `from` may be written twice. */
export function part(text: string, from: number, count: number): string {
  return text.slice(from, from + count);
}

/** Writes the 8 octets of `text` from octet `from` on to bytes[at..at+7]; `at` and `from` may be written several times. */
export function putChars(bytes: Bytes, at: number, text: string, from: number): void {
  for (let i = 0; i < 8; i++) bytes[at + i] = text.charCodeAt(from + i);
}

/** Calls `f`, and goes on behind it even if it raises an error. While a module initialises only. */
export function attempt(f: () => void): void {
  try {
    f();
  } catch {
    // What f would have done last is not done.
  }
}
