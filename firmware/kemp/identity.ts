// SPDX-License-Identifier: Apache-2.0
// Who this mote is: the identity record in memory, and the REQUEST counter, which is stored ahead of its use.

import { radioChannel, radioFilter, report, storageRead, storageWrite } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';
import { EVENT_BAD_RECORD } from '../events.ts';
import * as records from '../records.ts';

/** The identity record (records.ts IDENTITY_*). */
export const me = makeWords(records.IDENTITY_WORDS);

/** ctr and how far it may rise before it is stored again. */
const counter = makeWords(2);
const NEXT = 0;
const STORED = 1;
/** Values reserved by one write to flash: a reboot loses at most these, a year of hourly runs writes 550 times. */
const RESERVE = 16;

/** Loads the identity and opens the radio's filter for it. @returns false if there is no valid record: reported. */
export function loadIdentity(): boolean {
  const found = storageRead(records.RECORD_IDENTITY, me, 0, records.IDENTITY_WORDS);
  if (!found || me[records.IDENTITY_VERSION] !== records.RECORDS_VERSION) {
    const version = found ? me[records.IDENTITY_VERSION] : 0;
    report(EVENT_BAD_RECORD, records.RECORD_IDENTITY, records.RECORDS_VERSION, version, 0, 0);
    return false;
  }
  if (storageRead(records.RECORD_COUNTER, counter, STORED, records.COUNTER_WORDS)) counter[NEXT] = counter[STORED];
  radioFilter(
    me[records.IDENTITY_PAN],
    me[records.IDENTITY_SHORT],
    me[records.IDENTITY_EUI],
    me[records.IDENTITY_EUI + 1],
  );
  radioChannel(me[records.IDENTITY_CHANNEL]);
  return true;
}

/** Whether there is an identity to run with. */
export function isProvisioned(): boolean {
  return me[records.IDENTITY_VERSION] === records.RECORDS_VERSION;
}

/** The next value of the one monotonic counter of all REQUESTs, never given twice, across reboots too. */
export function nextCounter(): number {
  const value = counter[NEXT] + 1;
  counter[NEXT] = value;
  if (value >= counter[STORED]) {
    counter[STORED] = value + RESERVE;
    storageWrite(records.RECORD_COUNTER, counter, STORED, records.COUNTER_WORDS);
  }
  return value;
}

/** Values that are stored and not given yet. */
export function counterLeft(): number {
  return counter[STORED] - counter[NEXT];
}

/** Goes on where a sleep began: what was stored ahead then is still to be had. @param left what counterLeft() said */
export function resumeCounter(left: number): void {
  if (left <= RESERVE && left <= counter[STORED]) counter[NEXT] = counter[STORED] - left;
}

/** T of protocol.md "Timers": 100 ms + T_aes (100 + 40 hops). @returns milliseconds. */
export function runTimeout(hops: number): number {
  return 100 + me[records.IDENTITY_AES_MS] * (100 + 40 * hops);
}
