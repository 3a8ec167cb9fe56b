// SPDX-License-Identifier: Apache-2.0
// What a mote reports to whoever watches it: a console line on a board, a row of the timeline on the bench. One of the two
// public faces of the firmware (the other is records.ts). A peer is named by the low word of its EUI-64. No key material,
// except the two EVENT_LINK_KEY events, which come only where keylogWanted().

/** N begins a run: mode, ctr, authority, first router wanted, number of routers wanted. */
export const EVENT_RUN = 1;
/** N derived a key with a router and its NOTICE opened: router, ctr, mode, depth, key index. */
export const EVENT_KEY = 2;
/** A run of N is over: ctr, outcome, mode. */
export const EVENT_RUN_END = 3;
/** R committed a key, since N used it: node, ctr, mode, depth, key index. */
export const EVENT_COMMIT = 4;
/** N sends its data through this router from now on: router, mode of the run, or MODE_RETURN. */
export const EVENT_ATTACH = 5;
/** N lost its router and has no other: router. */
export const EVENT_DETACH = 6;
/** A key is deleted: peer, key index. */
export const EVENT_KEY_GONE = 7;
/** A reading was handed to the router's radio: sequence number. */
export const EVENT_DATA_SENT = 8;
/** A reading arrived at the base station: origin, sequence number, octets, the first four octets. */
export const EVENT_DATA_DELIVERED = 9;
/** Something was refused: reason (refusals.ts), KEMP message type or 0. */
export const EVENT_REFUSED = 10;
/** What the frame sent next is: message type, MPDU octets, cause, node, ctr. `cause` numbers the received frame that it
 * answers (1 is the first one received since start; 0: none); node and ctr name the run, 0 where the sender cannot know. */
export const EVENT_FRAME = 11;
/** AES blocks spent on a task: message type, blocks, cause, node, ctr; as EVENT_FRAME. */
export const EVENT_WORK = 12;
/** A router's distance from the base station changed: rank in hops. */
export const EVENT_RANK = 13;
/** Octets 0 to 7 and 8 to 15 of a link key, where asked for by name: peer, key index, two words. */
export const EVENT_LINK_KEY_1 = 14;
export const EVENT_LINK_KEY_2 = 15;
/** B believes this attachment: node, router, ctr, mode, depth. */
export const EVENT_ATTACHED = 16;
/** B begins to revoke: node, kind (REVOKE_*). */
export const EVENT_REVOKE = 18;
/** B knows that a party has deleted its keys with a revoked node: node, party. */
export const EVENT_REVOKED = 19;
/** A key was kept through a sleep; its peer has yet to show that it has it: peer, mode, depth, key index, ctr. */
export const EVENT_RESTORED = 20;
/** B handed data for a node to its radio: node, number (its low 16 bits), octets, SENT_OK or why not. */
export const EVENT_DOWN_SENT = 21;
/** Data of B arrived at its node: number, octets, the first four octets. */
export const EVENT_DOWN = 22;
/** A record that the mote cannot run with: record number, expected version, version found (0: none). */
export const EVENT_BAD_RECORD = 17;

/** The radio was set right again after a fault: RADIO_..., how often since start. */
export const EVENT_RADIO_FAULT = 32;

/** A transmission did not end. */
export const RADIO_SENDING_STUCK = 1;
/** Nobody came for an interrupt. */
export const RADIO_INTERRUPT_LOST = 2;
/** A received frame of a length that there is not: the FIFO was overrun, or SPI disturbed. */
export const RADIO_LENGTH = 3;
/** Registers or states other than they were set: a brown-out, or SPI disturbed. */
export const RADIO_REGISTERS = 4;
/** The synthesiser did not lock. */
export const RADIO_PLL = 5;

/** The mote has no random numbers that nobody knows: it does not start before it has. */
export const EVENT_UNSEEDED = 41;

/** A file of records is not as it should be: file (0 or 1), STORAGE_..., octets that were good, 1 if it was made from the other. */
export const EVENT_STORAGE_FAULT = 40;

export const STORAGE_MISSING = 1;
/** It ends within what belongs together: power failed while it was written. */
export const STORAGE_TRUNCATED = 2;
/** A check value is wrong. */
export const STORAGE_DAMAGED = 3;
/** It does not begin as a file of records does. */
export const STORAGE_FOREIGN = 4;
/** It is of a version that this firmware does not read. */
export const STORAGE_VERSION = 5;
/** It holds a record that this role has not. */
export const STORAGE_ROLE = 6;
/** It is whole, but the other one holds a later record: power failed between the two. */
export const STORAGE_BEHIND = 7;
/** It cannot be written: the file system is full or broken. The mote stops, lest it use a counter that is not stored. */
export const STORAGE_UNWRITABLE = 8;

/** The node's authorisation has ended; it may be enrolled again. */
export const REVOKE_REMOVED = 1;
/** Its long-term key is burnt, and with it every key of a chain that it introduced. */
export const REVOKE_COMPROMISED = 2;
/** Not the node is at fault, but one that introduced it: its keys of that chain go. */
export const REVOKE_CHAIN = 3;

export const OUTCOME_ESTABLISHED = 1;
export const OUTCOME_REJECTED = 2;
export const OUTCOME_TIMEOUT = 3;

/** Modes of a run (docs/protocol.md "Modes"). */
export const MODE_CENTRALISED = 0;
export const MODE_PREDICTIVE = 1;
export const MODE_REACTIVE = 2;
export const MODE_REFRESH = 3;
/** No run: N went back to a router that it still shared a key with, which costs no frame. In EVENT_ATTACH alone. */
export const MODE_RETURN = 4;
