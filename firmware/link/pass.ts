// SPDX-License-Identifier: Apache-2.0
// What a router passes on goes out from where it came in: `message` is `body` there (room/router.ts), so that nothing is copied that
// stays in its place.

import { body } from './receive.ts';
import { message } from './transmit.ts';

/** Moves body[from..end-1] to message[to..]. @returns the offset behind it. */
export function passOn(from: number, end: number, to: number): number {
  const up = to - from;
  if (up < 0) for (let i = from; i < end; i++) message[i + up] = body[i];
  if (up > 0) for (let i = end - 1; i >= from; i--) message[i + up] = body[i];
  return end + up;
}
