// SPDX-License-Identifier: Apache-2.0
// The one home of KEMP's message layouts (docs/protocol.md "Messages"). Numbers are big-endian, offsets are octets from the
// start of the KEMP body, w is the width of an address (2 or 8).

/** Head octet: type (4 bits), version (2), mode (2; MODE_* of events.ts). */
export const VERSION = 1;

export const ADVERT = 1;
export const SOLICIT = 2;
export const REQUEST = 3;
export const APPROVAL = 4;
export const NOTICE = 5;
export const REJECT = 6;
export const ATTACHED = 7;
export const ACK = 8;
export const REVOKE = 9;
export const REVOKED = 10;
export const ROUTE = 11;
export const GROUP = 12;
export const ECHO = 13;
export const UP = 14;
export const DOWN = 15;

export const TAG_OCTETS = 8;
export const MAC_OCTETS = 8;

// ADVERT: head | EUI-64 | rank | load (4 bits), room (4) | incarnation | epoch 2 | handles of routers (address.ts), 2 each
export const ADVERT_EUI = 1;
export const ADVERT_RANK = 9;
export const ADVERT_LOAD = 10;
export const ADVERT_INCARNATION = 11;
export const ADVERT_EPOCH = 12;
export const ADVERT_ROUTERS = 14;
export const ADVERT_MAX_ROUTERS = 8;

// REQUEST from N: head | centralised: routers 1-3 x w, predictive: Rn, reactive: Rp | tail
// REQUEST of a refresh: head | key index 1 | tail
// REQUEST forwarded by Rn to Rp: head | N w | tail
// REQUEST relayed to B: UP with origin N; the list is left out where it names the entry router alone
// tail: new-session bit and ctr 4 | r0 8 | MAC 8
export const TAIL_CTR = 0;
export const TAIL_R0 = 4;
export const TAIL_MAC = 12;
export const TAIL_OCTETS = 20;
export const MAX_ROUTERS = 3;

// Info octet of UP and DOWN: hops in the route (4 bits); bit 7: the route has EUI-64s; bit 6: so has the origin (UP), or the
// last hop (DOWN)
export const INFO_HOPS = 15;
export const INFO_WIDE_ORIGIN = 64;
export const MAX_HOPS = 14;

// APPROVAL: head | session or key index | seq 4 | sealed { N EUI-64, [N short 2], ctr 4, K_NR 16, r1 8, life 2, depth 1 } | tag
export const APPROVAL_INDEX = 1;
export const APPROVAL_SEQ = 2;
export const APPROVAL_SEALED = 6;
/** Length of the sealed part without N's short address. */
export const APPROVAL_INNER = 39;

// NOTICE: head | r1 8 | sealed { life 2, key index and depth 1, group key 16, its index 1, its counter 4 } | tag
export const NOTICE_R1 = 1;
export const NOTICE_SEALED = 9;
export const NOTICE_INNER = 24;
export const NOTICE_OCTETS = 41;

// REJECT: head | reason | ctr 4 | [MAC 8 by A]
export const REJECT_REASON = 1;
export const REJECT_CTR = 2;
export const REJECT_MAC = 6;
export const REJECT_OCTETS = 14;

// ATTACHED: head | session index | N 2 | A 2 | seq 4 | sealed { ctr 4, depth 1 } | tag; nodes by short address, or else by the
// low 16 bits of the EUI-64: the AAD holds both in full
export const ATTACHED_INDEX = 1;
export const ATTACHED_NODE = 2;
export const ATTACHED_AUTHORITY = 4;
export const ATTACHED_SEQ = 6;
export const ATTACHED_SEALED = 10;
export const ATTACHED_INNER = 5;

// ACK of ATTACHED: head | session index | seq 4 | sealed { N 2, ctr 4 } | tag
export const ACK_INDEX = 1;
export const ACK_SEQ = 2;
export const ACK_SEALED = 6;
export const ACK_INNER = 6;

// REVOKE (mode: REVOKE_* of events.ts) and REVOKED: head | session index | seq 4 | sealed { EUI-64, epoch 2 } | tag
export const REVOKE_INDEX = 1;
export const REVOKE_SEQ = 2;
export const REVOKE_SEALED = 6;
export const REVOKE_INNER = 10;
export const REVOKE_OCTETS = 24;

// ROUTE: head | session index | seq 4 | tag: the UP that carries it records the route; B acknowledges it as an ATTACHED of the
// router itself, with ctr 0
export const ROUTE_INDEX = 1;
export const ROUTE_SEQ = 2;
export const ROUTE_SEALED = 6;

// GROUP, link-secured: head | group key 16 | index 1 | counter 4
export const GROUP_KEY_AT = 1;
export const GROUP_INDEX_AT = 17;
export const GROUP_COUNTER_AT = 18;
export const GROUP_OCTETS = 22;

// ECHO, link-secured: head (mode ECHO_ASK or ECHO_REPLY) | index of the receiver's group key that the sender knows, or 0
export const ECHO_INDEX = 1;
export const ECHO_OCTETS = 2;
export const ECHO_ASK = 0;
export const ECHO_REPLY = 1;

// UP: head | info | origin w | route, entry router first, h x w | message
// DOWN: head | info | route, next hop first, h x w | message
export const ENVELOPE_INFO = 1;
export const ENVELOPE_ADDRESSES = 2;

// Data, a secured MAC payload and no KMP message: kind | [origin, 2 or 8] | seq 2 | octets
// sealed end to end: kind + 8 | [origin] | session index | seq 4 | sealed octets | tag; the origin is not part of what is sealed
export const DATA_READING = 1;
export const DATA_RELAYED_SHORT = 2;
export const DATA_RELAYED_WIDE = 3;
/** From the base station to the node. */
export const DATA_DOWN = 4;
export const DATA_SEALED = 8;
/** Octets before the payload, from `kind` on, without an origin. */
export const DATA_CLEAR_HEAD = 3;
export const DATA_SEALED_HEAD = 6;
/** DOWN of this mode carries data, which its last hop gets in a secured frame. */
export const DOWN_DATA = 1;

/** Why an authority or a router says no (REJECT). */
export const REJECT_NO_KEY = 1;
export const REJECT_FULL = 2;
export const REJECT_NO_INTRODUCTION = 3;
export const REJECT_NO_ROUTER = 5;
export const REJECT_REVOKED = 6;

/** Head octet of a message of this version. */
export function head(type: number, mode: number): number {
  return type * 16 + VERSION * 4 + mode;
}
