// SPDX-License-Identifier: Apache-2.0
// Why KEMP refuses a message. The MAC's reasons are below 64 (mac/refusals.ts).

export const REFUSED_PLAIN_DATA = 64;
export const REFUSED_UNKNOWN_KEY = 65;
export const REFUSED_MIC = 66;
export const REFUSED_REPLAY = 67;
/** The very last frame again: a retry of the sender's MAC whose acknowledgement was lost. Dropped without alarm. */
export const REFUSED_DUPLICATE = 68;
export const REFUSED_WEAK_LEVEL = 69;
export const REFUSED_KMP_VERSION = 70;
export const REFUSED_KMP_TYPE = 71;
export const REFUSED_KMP_LENGTH = 72;
export const REFUSED_NOT_FOR_ROLE = 73;
export const REFUSED_NO_RUN = 74;
export const REFUSED_WRONG_RUN = 75;
export const REFUSED_TAG = 76;
export const REFUSED_DEPTH = 78;
export const REFUSED_UNKNOWN_NODE = 79;
export const REFUSED_UNKNOWN_ROUTER = 80;
export const REFUSED_REQUEST_MAC = 81;
export const REFUSED_COUNTER = 82;
export const REFUSED_ROUTER_LIST = 83;
export const REFUSED_NO_SESSION = 84;
export const REFUSED_SEQUENCE = 85;
export const REFUSED_LIVE_KEY = 86;
export const REFUSED_TABLE_FULL = 87;
export const REFUSED_NOT_SECURED = 88;
export const REFUSED_ROUTE = 89;
export const REFUSED_LIFETIME = 90;
export const REFUSED_DATA = 91;
export const REFUSED_NOT_JOINED = 92;
export const REFUSED_HINT = 93;
export const REFUSED_FCS = 94;
/** Three frames wait already, or this one is longer than the radio may carry. */
export const REFUSED_QUEUE = 95;
/** An ADVERT under this mote's own EUI-64. */
export const REFUSED_OWN_NAME = 96;
/** Both ends asked for a key at once, and this end's run stands. */
export const REFUSED_CROSSING = 97;
/** A leaky bucket is empty: strangers ask more than this mote will do for them. */
export const REFUSED_BUCKET = 98;
/** The base station has revoked the node, or the router that introduces it. */
export const REFUSED_REVOKED = 99;
