// SPDX-License-Identifier: Apache-2.0
// The board interface: all that firmware may know of the hardware. `#board` resolves to one board definition when an image
// is bundled; nothing here has a body. A board calls the role back through the handlers of `Role`, each of which runs to
// completion and allocates nothing.

import type { Bytes, Words } from '../crypto-core/tables.ts';

/** What a role hands to its board at start. */
export interface Role {
  /** Configuration is loaded, the radio is up. Called once. */
  start(): void;
  /** A frame of `length` octets (FCS included) lies in rxFrame; it is copied before this returns. lqi: 0 to 255. */
  receive(length: number, lqi: number): void;
  /** The frame given to radioSend left or failed: SENT_OK, SENT_NO_ACK, SENT_NO_CHANNEL. */
  sent(status: number): void;
  /** The alarm set by setAlarm is due. */
  alarm(): void;
  /** Answers one post(). */
  posted(): void;
  /** An octet was typed at the console. */
  typed(octet: number): void;
}

export const SENT_OK = 0;
export const SENT_NO_ACK = 1;
export const SENT_NO_CHANNEL = 2;

/** Frame the radio received last: MPDU with FCS, 127 octets at most. */
export declare const rxFrame: Bytes;
/** Frame to send: MPDU with FCS, 127 octets at most. It stays as it is from radioSend until sent(status). */
export declare const txFrame: Bytes;

/** Largest MPDU the radio carries, FCS included (aMaxPhyPacketSize 127; a test board says 80). */
export declare function maxPsdu(): number;
/** AES blocks one task may take: 15 ms of an ESP8266 task over the block time of this board. */
export declare const STEP_BLOCKS: number;

/** Sends txFrame[0..length-1]; exactly one sent(status) follows. Retries and acknowledgement (AR bit) are the radio's. */
export declare function radioSend(length: number): void;
/** Sets what the radio's filter accepts: PAN, own short address (0xFFFE: none), own EUI-64 as two big-endian words. */
export declare function radioFilter(pan: number, short: number, euiHigh: number, euiLow: number): void;
/** Tunes the radio to a channel of 2.4 GHz, 11 to 26; while no frame is being sent. */
export declare function radioChannel(channel: number): void;
/** Transmission power in dBm; and another one. @returns false: the radio cannot be set to it. */
export declare function radioPower(): number;
export declare function setRadioPower(dbm: number): boolean;

/** Milliseconds since start, 31 bits, wraps; subtract modulo 2^31. */
export declare function millis(): number;
/** Seconds since start, 31 bits; they go on over a sleep(). */
export declare function seconds(): number;
/** One alarm, `delay` ms from now; replaces the one before. */
export declare function setAlarm(delay: number): void;
/** Asks for one call of posted() after other work had its turn. */
export declare function post(): void;

/** 32 random bits as an int32. */
export declare function randomWord(): number;

/** Reads `count` words of a stored record into words[at..]. @returns true if the record exists with that length. */
export declare function storageRead(record: number, words: Words, at: number, count: number): boolean;
/**
 * Stores a record of `count` ≤ 64 words; it is in flash when this returns. A power cut before that leaves the record as it was:
 * a record is whole or it is not there.
 */
export declare function storageWrite(record: number, words: Words, at: number, count: number): void;

/** 116 words that a sleep() leaves alone (RTC memory), and that a loss of power may fill with anything. @param place 0 to 115 */
export declare function retainedRead(place: number): number;
export declare function retainedWrite(place: number, word: number): void;
/** Deep sleep: the end of all calls, and of all memory but flash and the retained words, until start() is called again. */
export declare function sleep(seconds: number): void;
/** True at a start() that ends a sleep(), by the cause of the reset; after any other start retained words mean nothing. */
export declare function woken(): boolean;

/** What the board's sensor says, int32: an ADC's count. 0 where there is none. @param channel from 0 on. */
export declare function readSensor(channel: number): number;

/** One octet to the console. */
export declare function consoleWrite(octet: number): void;
/** Text to the console: a literal, which lies in flash. */
export declare function consoleText(text: string): void;
/** Octets of memory that are free; 0 where the board cannot tell. */
export declare function freeHeap(): number;
/** Starts anew, as a reset does. @param erase whether all records go before. */
export declare function restart(erase: boolean): void;
/** An event for whoever watches: a console line on a board, a row of the timeline on the bench. No key material. */
export declare function report(event: number, a: number, b: number, c: number, d: number, e: number): void;
/** True where an image is a debug image and its user asked for key material by name. */
export declare function keylogWanted(): boolean;
export declare function wantKeylog(wanted: boolean): void;
