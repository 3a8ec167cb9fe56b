// SPDX-License-Identifier: Apache-2.0
// '#room' of a node that serves others, a router or the base station: memory for its neighbours and for what it relays.

import { makeBytes } from '../../crypto-core/tables.ts';

/** Two keys with each of 8 neighbours, or one with each of 16 and 8 of its own. */
export const LIVE_KEYS = 24;
/** Keys that it has offered to nodes and that none has used yet. */
export const TENTATIVE_KEYS = 5;
/** APPROVALs that it sealed last. */
export { ANSWERS } from '../records.ts';
/** 1 if it serves others, for which each record of a key has room. */
export const SERVES: number = 1;
/** Routers in earshot that it knows of. */
export const CANDIDATES = 8;
/** Octets of the largest KEMP message: UP with a route of 14 routers and what it carries. */
export const BODY_LENGTH = 224;

/**
 * The frame that is looked at; the KEMP message, or the payload of a data frame, in it: octets move to the front; and the message that
 * answers it, or that it is passed on as (link/pass.ts). It is apart from the next frame to be sent, since the first one under a key
 * is answered, by an empty one, before its payload is delivered.
 */
export const body = makeBytes(BODY_LENGTH);
export { body as frame, body as message };

/** What a KDF or a MAC reads: no frame is being sent meanwhile. */
export { txFrame as scratch } from '#board';
