// SPDX-License-Identifier: Apache-2.0
// Files in SPIFFS, opened by Lua's own `io`.

import type { Handle } from '../nodemcu/modules.ts';
import type { File, Io } from './nodemcu.ts';

declare const file: File;
declare const io: Io;

/** As board-defs/storage.ts, all of these. */
export function exists(name: string): boolean {
  return file.exists(name);
}

export function openToRead(name: string): Handle {
  return io.open(name, 'rb');
}

export function openToWrite(name: string): Handle {
  return io.open(name, 'wb');
}
