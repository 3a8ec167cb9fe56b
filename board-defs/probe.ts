// SPDX-License-Identifier: Apache-2.0
// What '#probe' stands for: what the self-test does to a radio beside its driver (radio.ts), one file a chip.

/** Part number and version of the chip, 8 bits each; 0 where it has none to tell. */
export declare function chipNumber(): number;

/** Ends all reception and sending, until radioStart(). What the probe does to registers and buffer is for such a radio. */
export declare function quiet(): void;

/** Registers that hold what is written: 12, of 8 bits. */
export declare function writeHolding(i: number, value: number): void;
export declare function readHolding(i: number): number;

/** Writes txFrame[0..124] to the chip's frame buffer in one burst. */
export declare function writeBuffer(): void;
/** Reads as much of it to rxFrame[0..124]. */
export declare function readBuffer(): void;

/** Resets the chip by its pin. Its registers can be read when this returns. */
export declare function pulseReset(): void;

/** Is the end of a transmission among the chip's flags, whatever its pin says? Clears them. */
export declare function endFlag(): boolean;
