// SPDX-License-Identifier: Apache-2.0
// What '#definition' stands for: the constants of one board, made from board-defs/<board>.json (compiler/hardware.ts).

/** Pins, as the family's gpio module counts them. */
export declare const PIN_CLOCK: number;
export declare const PIN_MOSI: number;
export declare const PIN_MISO: number;
export declare const PIN_SELECT: number;
export declare const PIN_INTERRUPT: number;
export declare const PIN_RESET: number;
/** -1: the radio has none. */
export declare const PIN_SLEEP: number;
export declare const SPI_KILOHERTZ: number;
export declare const TX_POWER_DBM: number;
export declare const MAX_PSDU: number;
/** AES blocks one task may take. */
export declare const STEP_BLOCKS: number;
/** Whether the console tells what the mote does. */
export declare const REPORTS: boolean;
/** Whether it can be told to give its link keys away. */
export declare const DEBUG: boolean;
/** Storage records that the role has, firmware/records.ts: their numbers are below this. */
export declare const RECORDS: number;
