// SPDX-License-Identifier: Apache-2.0
// What '#storage' stands for: records in flash; firmware/board.ts says what they are.

import type { Words } from '../crypto-core/tables.ts';

export declare function storageRead(record: number, words: Words, at: number, count: number): boolean;
/** Removes all records. */
export declare function storageErase(): void;
export declare function storageWrite(record: number, words: Words, at: number, count: number): void;
