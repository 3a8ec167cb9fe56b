// SPDX-License-Identifier: Apache-2.0
// '#native' of boards that do all of AES themselves: the interface of nodemcu.ts, and nothing behind it.
/* eslint-disable @typescript-eslint/no-unused-vars */

import type { Bytes, Words } from '../tables.ts';

export { attempt } from '../strings.ts';

/** Whether messages may be done by functions of the firmware. */
export const NATIVE = false;

export function takes(_aadLength: number, _textLength: number): boolean {
  return false;
}

export function atOnce(
  _opens: boolean,
  _counter: Words,
  _tagLength: number,
  _aad: Bytes,
  _aadAt: number,
  _aadLength: number,
  _text: Bytes,
  _textAt: number,
  _textLength: number,
): boolean {
  return false;
}

export function trust(_isRight: boolean): void {}
