// SPDX-License-Identifier: Apache-2.0
// What '#mcu' stands for: the processor's side of a board, one folder a family. Nothing here has a body.

import type { Bytes } from '../crypto-core/tables.ts';

/** Sets up SPI (mode 0) and the pins: chip select and reset high. Once, before all others. */
export declare function startPins(): void;

/** Chip select goes low, and high again. What lies between is one access of the radio, however many transactions it takes. */
export declare function select(): void;
export declare function release(): void;
/** Sends the low `bits` of `value`, most significant first. bits: 8, 16, 24 or 32. */
export declare function send(bits: number, value: number): void;
/** Receives one octet. */
export declare function receive(): number;
/** Sends bytes[0 .. count-1]. */
export declare function sendOctets(bytes: Bytes, count: number): void;
/** Receives to bytes[0 .. count-1]. */
export declare function receiveOctets(bytes: Bytes, count: number): void;

/** Level of an output, 0 or 1. */
export declare function writeReset(level: number): void;
export declare function writeSleep(level: number): void;
/** Level of the interrupt pin, 0 or 1. */
export declare function interruptLevel(): number;
/** Calls `run` as long as the interrupt pin is at `level`, also if it missed one before. */
export declare function watchInterrupt(level: number, run: () => void): void;
/** Arms the pin again for the same function. */
export declare function watchAgain(level: number): void;

/** Waits. @param micros up to a few thousand: nothing else runs meanwhile. */
export declare function pause(micros: number): void;
/** Microseconds since start, 31 bits. */
export declare function micros(): number;

/** Calls `run` after other work had its turn. */
export declare function defer(run: () => void): void;
/** Calls `run` before other work has its turn. */
export declare function deferUrgent(run: () => void): void;

/** Words 0 to 127 of RTC memory, which a deep sleep leaves alone. */
export declare function retainedRead(place: number): number;
export declare function retainedWrite(place: number, word: number): void;
/** Stops the processor, which is reset after that time. @param micros 1 to 2^31 - 1. */
export declare function deepSleep(micros: number): void;
/** Was the reset the end of a deep sleep? */
export declare function resetBySleep(): boolean;
/** As firmware/board.ts. */
export declare function readSensor(channel: number): number;

/** 32 random bits. */
export declare function randomWord(): number;
