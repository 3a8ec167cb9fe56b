// SPDX-License-Identifier: Apache-2.0
// '#room' of a router with 8 neighbours, `"neighbours": 8` of a board: where an entry of a table has 12 octets, on Lua 5.1 with
// floating point.

export { BODY_LENGTH, body, CANDIDATES, frame, message, scratch, SERVES } from './router.ts';

/** One key with each of 8 neighbours, and 4 of its own. */
export const LIVE_KEYS = 12;
/** Keys that it has offered to nodes and that none has used yet. */
export const TENTATIVE_KEYS = 3;
/** APPROVALs that it sealed last. */
export const ANSWERS = 5;
