// SPDX-License-Identifier: Apache-2.0
// Registers of the AT86RF233 (Atmel 8351), their bits, commands and states, as far as driver and probe use them.

// The first octet of an access.
export const READ = 0x80;
export const WRITE = 0xc0;
export const FRAME_READ = 0x20;
export const FRAME_WRITE = 0x60;

export const TRX_STATUS = 0x01;
export const TRX_STATUS_MASK = 0x1f;
export const TRX_STATE = 0x02;
export const TRX_CTRL_1 = 0x04;
export const TRX_CTRL_1_AUTO_CRC = 0x20;
export const PHY_TX_PWR = 0x05;
/** Bits 6:5: two bits of the receiver's noise, in RX_ON, anew each microsecond. */
export const PHY_RSSI = 0x06;
export const PHY_CC_CCA = 0x08;
/** CCA mode 1: energy above threshold. */
export const PHY_CC_CCA_ENERGY = 0x20;
export const TRX_CTRL_2 = 0x0c;
/** The frame buffer is protected until it is read; 250 kb/s with its scrambler. */
export const TRX_CTRL_2_SAFE = 0xa0;
export const IRQ_MASK = 0x0e;
export const IRQ_STATUS = 0x0f;
export const IRQ_TRX_END = 0x08;
/** Tell the chip: 0x0B. */
export const PART_NUM = 0x1c;
export const VERSION_NUM = 0x1d;
export const SHORT_ADDR_0 = 0x20;
export const XAH_CTRL_0 = 0x2c;
/** Three retries of a frame, four more back-offs. */
export const XAH_CTRL_0_RETRIES = 0x38;
export const CSMA_SEED_0 = 0x2d;
export const CSMA_SEED_1 = 0x2e;
/** AACK_FVN_MODE 3: frames of every version are acknowledged. */
export const CSMA_SEED_1_ANY_VERSION = 0xc0;
export const CSMA_BE = 0x2f;
export const CSMA_BE_3_TO_5 = 0x53;

// Commands in TRX_STATE, and states in TRX_STATUS.
export const TX_START = 0x02;
export const FORCE_TRX_OFF = 0x03;
export const FORCE_PLL_ON = 0x04;
export const RX_ON = 0x06;
export const TRX_OFF = 0x08;
export const PLL_ON = 0x09;
export const BUSY_RX_AACK = 0x11;
export const RX_AACK_ON = 0x16;
export const TX_ARET_ON = 0x19;

/** TRX_STATE bits 7:5 after a transmission. */
export const TRAC_SUCCESS = 0;
export const TRAC_SUCCESS_PENDING = 1;
export const TRAC_NO_CHANNEL = 3;
