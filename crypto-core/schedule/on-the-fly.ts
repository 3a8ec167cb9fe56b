// SPDX-License-Identifier: Apache-2.0
// '#schedule' of boards that save the RAM of the round keys: a block takes a third longer, a new key nothing.

export const EXPANDED = false;
