// SPDX-License-Identifier: Apache-2.0
// What is read of a string, a character an octet. Nothing is made by it: a literal lies in flash (docs/dialect.md).

/** @returns octet `index` of `text`, counted from 0. */
export function charAt(text: string, index: number): number {
  return text.charCodeAt(index);
}

/** @returns octets of `text`. */
export function lengthOf(text: string): number {
  return text.length;
}
