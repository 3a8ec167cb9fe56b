// SPDX-License-Identifier: Apache-2.0
// Registers of the MRF24J40 (Microchip DS39776C) and their bits, as far as the driver uses them.

// Short addresses.
export const RXMCR = 0x00;
export const PANIDL = 0x01;
export const SADRL = 0x03;
export const EADR0 = 0x05;
export const RXFLUSH = 0x0d;
export const RXFLUSH_FLUSH = 0x01;
export const TXMCR = 0x11;
export const PACON2 = 0x18;
export const TXNCON = 0x1b;
export const TXNCON_TRIGGER = 0x01;
export const TXNCON_ACK = 0x04;
export const WAKECON = 0x22;
export const WAKECON_IMMEDIATE = 0x80;
export const TXSTAT = 0x24;
export const TXSTAT_FAILED = 0x01;
export const TXSTAT_NO_CHANNEL = 0x20;
export const SOFTRST = 0x2a;
export const SOFTRST_ALL = 0x07;
export const SOFTRST_POWER = 0x04;
export const TXSTBL = 0x2e;
export const INTSTAT = 0x31;
export const INTCON = 0x32;
/** Bits of INTSTAT; in INTCON a 1 masks. */
export const SENT = 0x01;
export const RECEIVED = 0x08;
export const SLPACK = 0x35;
export const SLPACK_SLEEP = 0x80;
export const RFCTL = 0x36;
export const RFCTL_RESET = 0x04;
export const BBREG1 = 0x39;
export const BBREG1_DEAF = 0x04;
export const BBREG2 = 0x3a;
export const BBREG6 = 0x3e;
export const CCAEDTH = 0x3f;

// Long addresses.
export const TX_FIFO = 0x000;
export const RFCON0 = 0x200;
export const RFCON1 = 0x201;
export const RFCON2 = 0x202;
export const RFCON3 = 0x203;
export const RFCON6 = 0x206;
export const RFCON7 = 0x207;
export const RFCON8 = 0x208;
export const RFSTATE = 0x20f;
/** RFSTATE bits 7:5: the synthesiser calibrates. */
export const RFSTATE_MASK = 0xe0;
export const RFSTATE_CALIBRATING = 0x60;
export const SLPCON1 = 0x220;
export const RX_FIFO = 0x300;
