// SPDX-License-Identifier: Apache-2.0
// What '#radio' stands for: a radio's driver, one folder a chip. Received and sent frames go to nodemcu/handlers.ts.

/** Level of the interrupt pin at which the radio wants radioInterrupt(). */
export declare const INTERRUPT_LEVEL: number;

/** Resets the radio and sets it up. It listens from radioFilter() on. */
export declare function radioStart(): void;
/** @param channel 11 to 26. */
export declare function radioChannel(channel: number): void;
/** As firmware/board.ts. */
export declare function radioFilter(pan: number, short: number, euiHigh: number, euiLow: number): void;
/** Sends txFrame[0 .. length-1]; the radio writes the FCS itself. */
export declare function radioSend(length: number): void;
/** The interrupt pin is active: takes what the radio has. */
export declare function radioInterrupt(): void;
/** Goes on with a frame that waits to be sent: at the begin of a turn that may come before the radio's own. */
export declare function radioPending(): void;
/** Looks whether the radio is alive and sets it right. Called every 1.5 s at least. */
export declare function radioLook(): void;
/** The radio's timer (mcu.ts) is due. */
export declare function radioTimer(): void;
/** Puts the radio to sleep, when it sends nothing. It wakes up by radioStart(). */
export declare function radioSleep(): void;
