// SPDX-License-Identifier: Apache-2.0
// '#native' of boards that do all of AES themselves: the interface of nodemcu.ts, and nothing behind it.
/* eslint-disable @typescript-eslint/no-unused-vars */

import type { Bytes, Words } from '../tables.ts';

/** Whether messages may be done by functions of the firmware. */
export const NATIVE = false;

export function takes(aadLength: number, textLength: number): boolean {
  return false;
}

export function sealAtOnce(
  counter: Words,
  tagLength: number,
  aad: Bytes,
  aadAt: number,
  aadLength: number,
  text: Bytes,
  textAt: number,
  textLength: number,
): void {}

export function openAtOnce(
  counter: Words,
  tagLength: number,
  aad: Bytes,
  aadAt: number,
  aadLength: number,
  text: Bytes,
  textAt: number,
  textLength: number,
): boolean {
  return false;
}
