// SPDX-License-Identifier: Apache-2.0
// Storage records: what provisioning writes and the firmware reads, as int32 words. One of the two public faces of the
// firmware (the other is events.ts). EUI-64 and keys are big-endian words: the first word holds the first four octets as
// printed.

/** Version of every layout below; a record of another version is refused and reported. */
export const RECORDS_VERSION = 1;

/** A short address that means "none" (IEEE 802.15.4 7.2.2.9): the node is spoken to by EUI-64. */
export const NO_SHORT = 0xfffe;

/** Who this mote is and how its network is run. */
export const RECORD_IDENTITY = 1;
export const IDENTITY_VERSION = 0;
export const IDENTITY_EUI = 1; // 2 words
export const IDENTITY_SHORT = 3; // 0xFFFE: none
export const IDENTITY_KEY = 4; // K_N, 4 words; unused at the base station
export const IDENTITY_PAN = 8;
/** Channel of the base station's network, 11 to 26: where a node looks for a router first. */
export const IDENTITY_CHANNEL = 9;
export const IDENTITY_BASE_EUI = 10; // 2 words
export const IDENTITY_BASE_SHORT = 12;
/** T_aes: milliseconds of one AES block on the slowest board of the network (protocol.md "Timers"). */
export const IDENTITY_AES_MS = 13;
/** Introductions in a row before a node must return to the base station; 8 unless the network says otherwise. */
export const IDENTITY_DEPTH_LIMIT = 14;
/** Life of a key from the base station, in minutes. */
export const IDENTITY_LIFE = 15;
/** Link quality, 0 to 255: a router is left only for one better by this much ... */
export const IDENTITY_HYSTERESIS = 16;
/** ... and only when its own quality fell below this. */
export const IDENTITY_LEAVE_BELOW = 17;
/** Milliseconds between two readings; 0: none are sent. */
export const IDENTITY_DATA_PERIOD = 18;
/** OUI of KMP id 255 (IEEE 802.15.9), 24 bits. */
export const IDENTITY_OUI = 19;
/** Minutes after which N asks R for a new key of the same end of life; 360 unless the network says otherwise. */
export const IDENTITY_REFRESH = 20;
/** Minutes after which N goes back to the base station for a new session; 0: only when it must. */
export const IDENTITY_SESSION = 21;
/** Minutes that a key from a router may live without B's word (T_prov). */
export const IDENTITY_PROVISIONAL = 22;
/** Other channels to look for a router on, bit n for channel n; 0: none. */
export const IDENTITY_SCAN = 23;
/** Bits: OPTION_... */
export const IDENTITY_OPTIONS = 24;
export const IDENTITY_WORDS = 25;
/** Data between N and the base station is sealed end to end; what is not is refused by both. */
export const OPTION_SEAL_DATA = 1;
/** A mote tells the base station when it has gone back to a router, so that what is sent down finds it. */
export const OPTION_TELL_RETURNS = 2;

/** The REQUEST counter, stored ahead: every value below it may have been used. */
export const RECORD_COUNTER = 2;
export const COUNTER_WORDS = 1;

/** Revoked nodes that a mote has been told of: version, EUI-64 and epoch of each (an empty place is zero), latest epoch. */
export const RECORD_MARKS = 3;
export const MARKS = 12;
export const MARK_WORDS = 3;

/** At the base station: version, and the number of nodes in the registry. */
export const RECORD_REGISTRY = 4;
export const REGISTRY_WORDS = 2;

/** At the base station: RECORD_ANSWER + i is answer i of those that were sealed last (kemp/answers.ts). */
export const RECORD_ANSWER = 8;
export const ANSWERS = 8;

/** At the base station: record RECORD_NODE + i is node i of the registry, i from 0. */
export const RECORD_NODE = 16;
export const NODE_VERSION = 0;
export const NODE_EUI = 1; // 2 words
export const NODE_SHORT = 3;
export const NODE_KEY = 4; // K_N, 4 words
/** Highest ctr granted; -1 before the first. */
export const NODE_COUNTER = 8;
/** seal(S_N), 4 words; all zero before the first session. */
export const NODE_SESSION = 9;
/** ctr of the run that made the session; its low octet is the session index on air. */
export const NODE_SESSION_COUNTER = 13;
/** Next sequence number of B under the session, reserved ahead, and the lowest one accepted from N. */
export const NODE_SEQUENCE_OUT = 14;
export const NODE_SEQUENCE_IN = 15;
/** Zones, one bit each: a node may be served by routers that share one of its; 0: by all. */
export const NODE_ZONES = 16;
/** Routers that may hold a key with the node, one bit each by place in the registry (2 words), B itself apart. */
export const NODE_HOLDERS = 17;
/** Parties that have not acknowledged its revocation yet (2 words). */
export const NODE_PENDING = 19;
/** Routers that introduced it since the base station made a key for it (2 words). */
export const NODE_CHAIN = 21;
/** Kind of revocation (REVOKE_* of events.ts), 0: none; and its epoch. */
export const NODE_REVOKED = 23;
export const NODE_EPOCH = 24;
/** data(S_N), 4 words. */
export const NODE_DATA = 25;
/** Next number of B under data(S_N), and the lowest one accepted from N, both reserved ahead. */
export const NODE_DATA_OUT = 29;
export const NODE_DATA_IN = 30;
export const NODE_WORDS = 31;
/** Nodes a mote can serve as base station. */
export const MAX_NODES = 64;
