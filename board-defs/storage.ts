// SPDX-License-Identifier: Apache-2.0
// What '#storage' stands for: the family's way to the two files of the log, 'kemp.a' (0) and 'kemp.b' (1). Nothing is renamed: a
// file system that does not put a file in the place of another is no obstacle.

import type { Handle } from './nodemcu/modules.ts';

/** @returns nothing where there is no such file */
export declare function openToRead(log: number): Handle;
/** An empty file, whatever was there. */
export declare function openToWrite(log: number): Handle;
export declare function openToAppend(log: number): Handle;
