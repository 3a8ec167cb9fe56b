// SPDX-License-Identifier: Apache-2.0
// What '#storage' stands for: the family's way to files in flash.

import type { Handle } from './nodemcu/modules.ts';

export declare function exists(name: string): boolean;
/** A file that exists. */
export declare function openToRead(name: string): Handle;
/** An empty file, whatever was there. */
export declare function openToWrite(name: string): Handle;
