// SPDX-License-Identifier: Apache-2.0
// Reading a REQUEST.

import { getWord } from '../../crypto-core/index.ts';
import type { Words } from '../../crypto-core/tables.ts';
import { body } from '../link/receive.ts';
import { TAIL_CTR, TAIL_MAC, TAIL_R0 } from './layout.ts';
import { T_CTR, T_MAC, T_NEW_SESSION, T_R0 } from './terms.ts';

/** Reads the tail at body[at..] into `t`: ctr with the new-session bit above it, r0, MAC. */
export function getTail(at: number, t: Words): void {
  const counter = getWord(body, at + TAIL_CTR);
  t[T_CTR] = counter & 0x7fffffff;
  t[T_NEW_SESSION] = counter < 0 ? 1 : 0;
  t[T_R0] = getWord(body, at + TAIL_R0);
  t[T_R0 + 1] = getWord(body, at + TAIL_R0 + 4);
  t[T_MAC] = getWord(body, at + TAIL_MAC);
  t[T_MAC + 1] = getWord(body, at + TAIL_MAC + 4);
}
