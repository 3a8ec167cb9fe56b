// SPDX-License-Identifier: Apache-2.0
// What both families' module `file` does for the two files of the log; opening them differs (#storage).

import type { Files, Handle } from './modules.ts';

/** Fields that no module has are nil. */
interface Nothing {
  readonly no_handle: Handle;
  readonly no_text: string;
}

declare const file: Files & Nothing;

/** Is a handle, or a text that was read, nil? */
export function isNoHandle(handle: Handle): boolean {
  return handle === file.no_handle;
}

export function isNoText(text: string): boolean {
  return text === file.no_text;
}

/** Are there records as images before the log kept them, one file each? */
export function hasOldFiles(): boolean {
  return file.exists('kemp.1');
}

/** Both files; while one is left it is whole, and all is there. */
export function removeLogs(): void {
  file.remove('kemp.a');
  file.remove('kemp.b');
}
