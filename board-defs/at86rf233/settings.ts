// SPDX-License-Identifier: Apache-2.0
// What an AT86RF233 is set to, in an order of its own: written at start, and looked at one by one while it runs, since a
// brown-out leaves no other trace.

import { TX_POWER_DBM } from '#definition';
import { makeWords } from '../../crypto-core/tables.ts';
import { read, write } from './access.ts';
import * as reg from './registers.ts';

/** Short address and PAN in one word, EUI-64 as two big-endian words, channel, transmission power in dBm. */
export const tuned = makeWords(5);
export const ADDRESSES = 0;
export const EUI_HIGH = 1;
export const EUI_LOW = 2;
export const CHANNEL = 3;
export const POWER = 4;
tuned[POWER] = TX_POWER_DBM;

export const POWER_SETTING = 2;
export const CHANNEL_SETTING = 3;
const FIRST_ADDRESS = 8;
/** Settings in all: eight of their own and twelve octets of addresses. */
export const SETTINGS = FIRST_ADDRESS + 12;

function registerOf(i: number): number {
  if (i >= FIRST_ADDRESS) return reg.SHORT_ADDR_0 + i - FIRST_ADDRESS;
  if (i === 0) return reg.TRX_CTRL_1;
  if (i === 1) return reg.TRX_CTRL_2;
  if (i === POWER_SETTING) return reg.PHY_TX_PWR;
  if (i === CHANNEL_SETTING) return reg.PHY_CC_CCA;
  if (i === 4) return reg.XAH_CTRL_0;
  if (i === 5) return reg.CSMA_BE;
  return i === 6 ? reg.CSMA_SEED_0 : reg.CSMA_SEED_1;
}

/** The chip's back-offs differ from node to node as their EUI-64s do. */
function valueOf(i: number): number {
  if (i >= FIRST_ADDRESS) return addressOctet(i - FIRST_ADDRESS);
  if (i === 0) return reg.TRX_CTRL_1_AUTO_CRC;
  if (i === 1) return reg.TRX_CTRL_2_SAFE;
  if (i === POWER_SETTING) return powerCode();
  if (i === CHANNEL_SETTING) return reg.PHY_CC_CCA_ENERGY + tuned[CHANNEL];
  if (i === 4) return reg.XAH_CTRL_0_RETRIES;
  if (i === 5) return reg.CSMA_BE_3_TO_5;
  return i === 6 ? tuned[EUI_LOW] & 255 : reg.CSMA_SEED_1_ANY_VERSION + ((tuned[EUI_LOW] >> 8) & 7);
}

/** Octet i of SHORT_ADDR_0 to IEEE_ADDR_7, which lie one behind the other: each field with its low octet first. */
function addressOctet(i: number): number {
  const word = i < 4 ? tuned[ADDRESSES] : i < 8 ? tuned[EUI_LOW] : tuned[EUI_HIGH];
  return (word >> ((i & 3) * 8)) & 255;
}

/** PHY_TX_PWR: 4, 3.7, 3.4, 3, 2.5, 2, 1, 0, -1, -2, -3, -4, -6, -8, -12, -17 dBm. */
function powerCode(): number {
  const dbm = tuned[POWER];
  if (dbm > 3) return 0;
  if (dbm > 2) return 3;
  if (dbm > 1) return 5;
  if (dbm > -5) return 7 - dbm;
  if (dbm > -7) return 12;
  if (dbm > -10) return 13;
  return dbm > -15 ? 14 : 15;
}

export function writeSetting(i: number): void {
  write(registerOf(i), valueOf(i));
}

export function writeSettings(): void {
  for (let i = 0; i < SETTINGS; i++) writeSetting(i);
}

/** Does the radio still hold setting i? */
export function holds(i: number): boolean {
  return read(registerOf(i)) === valueOf(i);
}

/** Writes the addresses again, and what depends on them. */
export function writeAddresses(): void {
  for (let i = 6; i < SETTINGS; i++) writeSetting(i);
}
