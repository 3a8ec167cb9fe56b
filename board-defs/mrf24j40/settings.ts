// SPDX-License-Identifier: Apache-2.0
// What an MRF24J40 is set to, in an order of its own: written at start, and looked at one by one while it runs, since a
// brown-out leaves no other trace.

import { TX_POWER_DBM } from '#definition';
import { div, makeWords } from '../../crypto-core/tables.ts';
import * as reg from './registers.ts';
import { readLong, readShort, writeLong, writeShort } from './access.ts';

/** PAN and short address in one word, EUI-64 as two big-endian words, channel, transmission power in dBm. */
export const tuned = makeWords(5);
export const ADDRESSES = 0;
export const EUI_HIGH = 1;
export const EUI_LOW = 2;
export const CHANNEL = 3;
export const POWER = 4;
tuned[POWER] = TX_POWER_DBM;

/** What data sheet table 3-2 asks for. */
export function writeInitialValues(): void {
  writeShort(reg.PACON2, 0x98);
  writeShort(reg.TXSTBL, 0x95);
  writeLong(reg.RFCON1, 0x01);
  writeLong(reg.RFCON2, 0x80);
  writeLong(reg.RFCON6, 0x90);
  writeLong(reg.RFCON7, 0x80);
  writeLong(reg.RFCON8, 0x10);
  writeLong(reg.SLPCON1, 0x21);
  writeShort(reg.BBREG2, 0x80); // CCA by energy
  writeShort(reg.CCAEDTH, 0x60); // -69 dBm
  writeShort(reg.BBREG6, 0x40); // RSSI behind each frame
  writePower();
}

export function writePower(): void {
  writeLong(reg.RFCON3, powerCode());
}

/** RFCON3: bits 7:6 take 10 dB each, bits 5:3 take 0, 0.5, 1.2, 1.9, 2.8, 3.7, 4.9 or 6.3 dB. */
function powerCode(): number {
  const below = tuned[POWER] < 0 ? -tuned[POWER] : 0;
  const tens = div(below, 10);
  const rest = below - 10 * tens;
  if (rest > 6) return tens < 3 ? (tens + 1) * 64 : 0xf8;
  if (rest > 4) return tens * 64 + 56;
  return tens * 64 + (rest === 0 ? 0 : rest === 1 ? 16 : 8 * (rest + 2));
}

export function writeAddresses(): void {
  for (let i = 0; i < 12; i++) writeShort(reg.PANIDL + i, addressOctet(i));
}

/** Octet i of PANIDL to EADR7, which lie one behind the other: each field with its low octet first. */
function addressOctet(i: number): number {
  const word = i < 4 ? tuned[ADDRESSES] : i < 8 ? tuned[EUI_LOW] : tuned[EUI_HIGH];
  return (word >> ((i & 3) * 8)) & 255;
}

export function channelCode(): number {
  return (tuned[CHANNEL] - 11) * 16 + 3;
}

/** Settings that holds() knows. */
export const SETTINGS = 16;

/** Does the radio still hold setting i? */
export function holds(i: number): boolean {
  if (i < 12) return readShort(reg.PANIDL + i) === addressOctet(i);
  if (i === 12) return readShort(reg.RXMCR) === 0;
  if (i === 13) return readShort(reg.TXMCR) === 0x1c;
  if (i === 14) return readShort(reg.PACON2) === 0x98;
  return readLong(reg.RFCON0) === channelCode();
}
