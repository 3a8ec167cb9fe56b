// SPDX-License-Identifier: Apache-2.0
// '#room' of a node that serves others, a router or the base station: memory for its neighbours and for what it relays.

import { makeBytes } from '../../crypto-core/tables.ts';

/** Two keys with each of 8 neighbours, or one with each of 16 and 8 of its own. */
export const LIVE_KEYS = 24;
/** Keys that it has offered to nodes and that none has used yet. */
export const TENTATIVE_KEYS = 5;
/** Routers in earshot that it knows of. */
export const CANDIDATES = 8;
/** Octets of the largest KEMP message: UP with a route of 14 routers and what it carries. */
export const BODY_LENGTH = 224;
export const MESSAGE_LENGTH = BODY_LENGTH;

/** The frame that is looked at: the first one under a key is answered before its payload is delivered. */
export const frame = makeBytes(127);
/** The KEMP message, or the payload of a data frame, that the role handles. */
export const body = makeBytes(BODY_LENGTH);
