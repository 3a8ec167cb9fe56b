// SPDX-License-Identifier: Apache-2.0
// The log's files in SPIFFS, by Lua's own `io`.

import type { Handle } from '../storage.ts';
import type { File, Io } from './nodemcu.ts';

/** Fields that no module has are nil. */
interface Nothing {
  readonly no_handle: Handle;
  readonly no_text: string;
}

declare const file: File & Nothing;
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

export function isNoHandle(handle: Handle): boolean {
  return handle === file.no_handle;
}

export function isNoText(text: string): boolean {
  return text === file.no_text;
}

export function hasOldFiles(): boolean {
  return file.exists('kemp.1');
}

export function removeLogs(): void {
  file.remove('kemp.a');
  file.remove('kemp.b');
}
