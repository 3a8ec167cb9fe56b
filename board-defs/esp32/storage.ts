// SPDX-License-Identifier: Apache-2.0
// The log's files in SPIFFS, by Lua's own `io`.

import type { Handle } from '../nodemcu/modules.ts';
import type { Io } from './nodemcu.ts';

declare const io: Io;

/** As board-defs/storage.ts, all of these. */
export function openToRead(log: number): Handle {
  if (log === 0) return io.open('kemp.a', 'rb');
  return io.open('kemp.b', 'rb');
}

export function openToWrite(log: number): Handle {
  if (log === 0) return io.open('kemp.a', 'wb');
  return io.open('kemp.b', 'wb');
}

export function openToAppend(log: number): Handle {
  if (log === 0) return io.open('kemp.a', 'ab');
  return io.open('kemp.b', 'ab');
}
