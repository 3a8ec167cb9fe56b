// SPDX-License-Identifier: Apache-2.0
// '#schedule' of boards that keep all round keys: 44 words, 384 octets of RAM.

/** Whether the eleven round keys are kept, or each is made from the one before in every block. */
export const EXPANDED = true;
