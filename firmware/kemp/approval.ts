// SPDX-License-Identifier: Apache-2.0
// Making an APPROVAL, for either authority: the base station seals it under the router's session, a router under the seal key
// that it shares with the other one.

import { putWord } from '../../crypto-core/index.ts';
import type { Words } from '../../crypto-core/tables.ts';
import { put8 } from '../link/address.ts';
import { message } from '../link/transmit.ts';
import { NO_SHORT } from '../records.ts';
import * as layout from './layout.ts';
import { sealBody, sealTerms } from './sealed.ts';
import { T_AUTHORITY, T_CTR, T_DEPTH, T_LIFE, T_MODE, T_NODE, T_R1, terms } from './terms.ts';

let length = 0;

/** Octets of the APPROVAL that putApproval() has made. */
export function approvalLength(): number {
  return length;
}

/**
 * Writes the APPROVAL of `terms` into `message` and seals it. @param index of the key or session. @param seq fresh.
 * @param secret K_NR, 4 words at secretAt. @param router its address. @param seal seal subkey, 4 words at sealAt.
 */
export function putApproval(
  index: number,
  seq: number,
  secret: Words,
  secretAt: number,
  router: Words,
  routerAt: number,
  seal: Words,
  sealAt: number,
  next: () => void,
): void {
  const t = terms;
  message[0] = layout.head(layout.APPROVAL, t[T_MODE]);
  message[layout.APPROVAL_INDEX] = index;
  putWord(message, layout.APPROVAL_SEQ, seq);
  let at = put8(message, layout.APPROVAL_SEALED, t, T_NODE);
  if (t[T_NODE + 2] !== NO_SHORT) {
    message[at] = t[T_NODE + 2] >>> 8;
    message[at + 1] = t[T_NODE + 2] & 255;
    at += 2;
  }
  putWord(message, at, t[T_CTR]);
  for (let i = 0; i < 4; i++) putWord(message, at + 4 + 4 * i, secret[secretAt + i]);
  at = put8(message, at + 20, t, T_R1);
  message[at] = t[T_LIFE] >>> 8;
  message[at + 1] = t[T_LIFE] & 255;
  message[at + 2] = t[T_DEPTH];
  const inner = at + 3 - layout.APPROVAL_SEALED;
  length = at + 3 + layout.TAG_OCTETS;
  sealTerms(message, 0, layout.APPROVAL_SEALED, seq, t, T_AUTHORITY, router, routerAt);
  sealBody(seal, sealAt, message, layout.APPROVAL_SEALED, inner, next);
}
