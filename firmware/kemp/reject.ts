// SPDX-License-Identifier: Apache-2.0
// Writing a REJECT. The authority's carries a MAC and is believed; anyone else's is a hint, which closes nothing.

import { putWord } from '../../crypto-core/index.ts';
import type { Words } from '../../crypto-core/tables.ts';
import { message, sendMessage } from '../link/transmit.ts';
import { NO_KEY } from './keys.ts';
import { head, REJECT, REJECT_CTR, REJECT_MAC, REJECT_REASON } from './layout.ts';
import { T_CTR, T_MODE, T_NODE } from './terms.ts';

/** Sends a REJECT without MAC, a hint, to the node of `t`. */
export function sendReject(t: Words, reason: number, next: () => void): void {
  putReject(t, reason);
  sendMessage(REJECT_MAC, t, T_NODE, NO_KEY, next);
}

/** Writes a REJECT without MAC into `message`. */
export function putReject(t: Words, reason: number): void {
  message[0] = head(REJECT, t[T_MODE]);
  message[REJECT_REASON] = reason;
  putWord(message, REJECT_CTR, t[T_CTR]);
}
