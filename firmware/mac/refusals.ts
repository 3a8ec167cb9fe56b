// SPDX-License-Identifier: Apache-2.0
// Why a frame is refused: one small integer a reason, counted by whoever asked and shown by EVENT_REFUSED. 1 to 63 are the
// MAC's and MPX's; higher numbers belong to the layers above.

/** Not refused. */
export const ACCEPTED = 0;

// MHR (IEEE 802.15.4 7.2)
/** The frame ends before its MHR and FCS do. */
export const REFUSED_TOO_SHORT = 1;
/** Reserved, or with a frame control field of its own (multipurpose, fragment, extended). */
export const REFUSED_FRAME_TYPE = 2;
export const REFUSED_FRAME_VERSION = 3;
/** Addressing mode 1 is reserved. */
export const REFUSED_ADDRESS_MODE = 4;
/** Versions 0 and 1 compress the source PAN ID only where both addresses are present. */
export const REFUSED_PAN_COMPRESSION = 5;

// Auxiliary security header (IEEE 802.15.4 9.4)
/** The security of version 0 is that of 2003, which has another auxiliary header. */
export const REFUSED_SECURITY_2003 = 6;
export const REFUSED_AUX_TRUNCATED = 7;
/** Security enabled, level 0. */
export const REFUSED_LEVEL = 8;
/** A nonce from the ASN or a suppressed frame counter: TSCH, or 2006's reserved bits. */
export const REFUSED_COUNTER_SUPPRESSED = 9;
/** 0xFFFFFFFF: the sender's counter has ended. */
export const REFUSED_COUNTER_ENDED = 10;
/** Above 2^31 - 1, where the KEMP profile ends counters. */
export const REFUSED_COUNTER_RANGE = 11;
/** Key index 0 is reserved. */
export const REFUSED_KEY_INDEX = 12;
/** The frame is shorter than its MHR and the MIC of its level. */
export const REFUSED_MIC_TRUNCATED = 13;
/** The beacon's own fields (superframe, GTS, pending addresses) run over its end. */
export const REFUSED_BEACON_TRUNCATED = 14;

// Information elements (IEEE 802.15.4 7.4)
/** An IE of the wrong kind for its place, or longer than what is left of the frame. */
export const REFUSED_IE = 15;
/** Payload IEs, or a payload, without the termination that announces them. */
export const REFUSED_IE_TERMINATION = 16;

// MPX and KMP (IEEE 802.15.9)
/** No MPX IE among the payload IEs. */
export const REFUSED_NO_MPX = 17;
export const REFUSED_MPX_TRUNCATED = 18;
/** Transfer types 3, 5 and 7 are reserved. */
export const REFUSED_MPX_TYPE = 19;
/** A multiplex id other than 1, KMP. */
export const REFUSED_MULTIPLEX = 20;
/** A KMP id other than 255, vendor specific. */
export const REFUSED_KMP = 21;
/** Another vendor's OUI. */
export const REFUSED_OUI = 22;
/** A last fragment numbered 0: readers disagree whether it has a size, so it is never sent. */
export const REFUSED_FRAGMENT_LAST_ZERO = 23;
/** A fragment without content. */
export const REFUSED_FRAGMENT_EMPTY = 24;

// Reassembly
/** A fragment whose message is not being collected, or that came before the one due. */
export const REFUSED_FRAGMENT_ORDER = 25;
/** The fragments do not add up to the total size that the first one gave. */
export const REFUSED_FRAGMENT_SIZE = 26;
/** A message of more octets than a slot holds. */
export const REFUSED_MESSAGE_SIZE = 27;
/** Every slot is busy with a message that may not be displaced. */
export const REFUSED_NO_SLOT = 28;
/** A fragment that came later than REASSEMBLY_TIME after the first. */
export const REFUSED_FRAGMENT_LATE = 29;
/** The sender gave the message up (transfer type 6). */
export const REFUSED_MESSAGE_ABORTED = 30;
