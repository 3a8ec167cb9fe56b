// SPDX-License-Identifier: Apache-2.0
// What '#storage' stands for: the family's way to the two files of the log, 'kemp.a' (0) and 'kemp.b' (1). Nothing is renamed: a
// file system that does not put a file in the place of another is no obstacle.

/** An open file. What a function returns may be `nothing`. */
export interface Handle {
  /** @returns at most `count` octets, or nothing at the end */
  read(self: Handle, count: number): string;
  /** @returns something false where the octets found no place */
  write(self: Handle, text: string): boolean;
  /** @param whence 'set' or 'end'. @returns the place, in octets from the beginning */
  seek(self: Handle, whence: string, offset: number): number;
  /** What was written is in flash when this returns. */
  close(self: Handle): void;
}

/** @returns nothing where there is no such file */
export declare function openToRead(log: number): Handle;
/** An empty file, whatever was there. */
export declare function openToWrite(log: number): Handle;
export declare function openToAppend(log: number): Handle;
/** Is a handle, or a text that was read, nil? */
export declare function isNoHandle(handle: Handle): boolean;
export declare function isNoText(text: string): boolean;
/** Are there records as images before the log kept them, one file each? */
export declare function hasOldFiles(): boolean;
/** Both files; while one is left it is whole, and all is there. */
export declare function removeLogs(): void;
