// SPDX-License-Identifier: Apache-2.0
// '#room' of a mote: memory for a node that serves nobody, offers no key, and takes no more than a frame's payload.

import { makeBytes } from '../../crypto-core/tables.ts';

/**
 * The frame that is looked at, and the message in it. Both may lie where the next frame is built: a mote answers nothing before it
 * has read the message, and octets move to the front.
 */
export { txFrame as body, txFrame as frame } from '#board';

/** Keys with 6 routers that it may return to, and one more while one is replaced. */
export const LIVE_KEYS = 7;
export const TENTATIVE_KEYS = 0;
/** 1 if it serves others, for which each record of a key has room. */
export const SERVES: number = 0;
/** Routers in earshot that it knows of. */
export const CANDIDATES = 6;
/** Octets of the largest message that it takes in fragments, and makes: data has 64 octets of the application's and 22 of ours. */
export const BODY_LENGTH = 88;
/** The message to be sent; while there is none, what a KDF or a MAC reads. */
export const message = makeBytes(BODY_LENGTH);
export { message as scratch };
