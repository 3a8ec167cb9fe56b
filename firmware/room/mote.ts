// SPDX-License-Identifier: Apache-2.0
// '#room' of a mote: memory for a node that serves nobody. It takes no more than one frame's payload, and offers no key.

/** Frame that is looked at. A mote answers none before it is done with it, so that it may lie where the next one is built. */
export { txFrame as frame } from '#board';

/** Keys with the routers that it may return to, 8, and one more while one is replaced. */
export const LIVE_KEYS = 9;
export const TENTATIVE_KEYS = 0;
/** Octets of the largest KEMP message or data payload; a NOTICE has 41, a REQUEST 45 at most. */
export const BODY_LENGTH = 128;
