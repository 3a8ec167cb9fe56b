// SPDX-License-Identifier: Apache-2.0
// What the bench and a mote's image say to each other: `inbox` in, step(), `outbox` out. All words are int32.

/** inbox: [INBOX_OP], [INBOX_MILLIS], [INBOX_SECONDS], then arguments from [INBOX_ARGUMENTS] on. */
export const INBOX_OP = 0;
/** Clocks of this mote, 31 bits. */
export const INBOX_MILLIS = 1;
export const INBOX_SECONDS = 2;
export const INBOX_ARGUMENTS = 3;
export const INBOX_WORDS = 80;

/** Words of retained memory, as many as an ESP8266 has. */
export const RETAINED_WORDS = 128;

/** First: four words of seed (not all 0), maxPsdu, 1 if link keys shall be reported, transmission power in dBm. */
export const IN_INIT = 0;
/** Power on. */
export const IN_START = 1;
/** Length, link quality; the frame, FCS included, is in rxFrame. */
export const IN_RECEIVE = 2;
/** Status: SENT_... */
export const IN_SENT = 3;
export const IN_ALARM = 4;
export const IN_POSTED = 5;
/** Number of octets that were typed at the console; they are in rxLine. */
export const IN_COMMAND = 6;
/** Record, count, words: a record as flash would hold it. Before IN_START. */
export const IN_PRELOAD = 7;
/** Place, count, words: retained memory, before an IN_START that ends a sleep. */
export const IN_RETAINED = 8;

export const OUTBOX_WORDS = 512;

/** Length; the frame is in txFrame. Answered by IN_SENT. */
export const OUT_SEND = 1;
/** Milliseconds until IN_ALARM; takes the place of the alarm before. */
export const OUT_ALARM = 2;
/** Asks for an IN_POSTED. */
export const OUT_POST = 3;
/** Record, count, words. */
export const OUT_STORE = 4;
/** Event, a, b, c, d, e. */
export const OUT_REPORT = 5;
/** Octet. */
export const OUT_CONSOLE = 6;
/** PAN, short address, EUI-64 (two big-endian words). */
export const OUT_FILTER = 7;
/** AES blocks done in this step. */
export const OUT_BLOCKS = 8;
/** Channel, 11 to 26. */
export const OUT_CHANNEL = 10;
/** Place, word: into retained memory. */
export const OUT_RETAIN = 11;
/** Seconds of deep sleep: nothing but a new image comes after it. */
export const OUT_SLEEP = 12;
/** Count, octets: text to the console. */
export const OUT_TEXT = 13;
/** Transmission power in dBm. */
export const OUT_POWER = 14;
/** 1 if flash is wiped before: nothing but a new image comes after it. */
export const OUT_RESTART = 15;
/** FAULT_...: the mote is broken. Nothing else is in the outbox, whatever the step had said before. */
export const OUT_FAULT = 9;

/** The outbox is too small for what the step had to say. */
export const FAULT_OUTBOX = 1;
/** An op that is none, or arguments out of range. */
export const FAULT_INBOX = 2;
/** Storage has no room left, or a record of no words, or of more than 64, was stored. */
export const FAULT_STORAGE = 3;
/** radioSend before sent() answered the one before. */
export const FAULT_BUSY = 4;
/** radioSend of more than maxPsdu octets, or of none. */
export const FAULT_LENGTH = 5;
