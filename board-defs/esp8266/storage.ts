// SPDX-License-Identifier: Apache-2.0
// Files in SPIFFS, opened by NodeMCU's module `file`.

import type { Handle } from '../nodemcu/modules.ts';
import type { File } from './nodemcu.ts';

declare const file: File;

/** As board-defs/storage.ts, all of these. */
export function exists(name: string): boolean {
  return file.exists(name);
}

export function openToRead(name: string): Handle {
  return file.open(name, 'r');
}

export function openToWrite(name: string): Handle {
  return file.open(name, 'w');
}
