// SPDX-License-Identifier: Apache-2.0
// What '#image' stands for: what an image knows of itself, made when it is bundled (compiler/images.ts). Nothing here has a body.

/** A debug image can be told to give its link keys away (`keylog`); others have no code for it. */
export declare const DEBUG: boolean;

/** Prints version, board and role. */
export declare function putImage(): void;
/** Prints the role. */
export declare function putRole(): void;
