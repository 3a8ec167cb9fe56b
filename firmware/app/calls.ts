// SPDX-License-Identifier: Apache-2.0
// What an application may call from its hooks (docs/application.md).

import { makeBytes, makeWords, type Bytes } from '../../crypto-core/tables.ts';
import { setTimer, TIMER_SLEEP } from '../link/timers.ts';

export { randomWord, readSensor, seconds } from '#board';

/** Most octets of one send(): they fit a frame of 127 octets with any addresses, sealed too. */
export const PAYLOAD_OCTETS = 64;

export const outgoing = makeBytes(PAYLOAD_OCTETS);
const state = makeWords(2);
/** Octets that wait in `outgoing`; 0: none. */
const LENGTH = 0;
const SLEEP = 1;

/**
 * Sends bytes[at..at+length-1] to the base station once the hook has returned: link-secured hop by hop, sealed end to end where
 * provisioning says so, and handed to the radio three times at most.
 * @param length 1 to PAYLOAD_OCTETS @returns false: another length, or this hook has sent before
 */
export function send(bytes: Bytes, at: number, length: number): boolean {
  if (length < 1 || length > PAYLOAD_OCTETS || state[LENGTH] > 0) return false;
  for (let i = 0; i < length; i++) outgoing[i] = bytes[at + i];
  state[LENGTH] = length;
  return true;
}

/**
 * Lets a mote fall into deep sleep as soon as no key establishment is under way and what was sent is out. A router does not sleep.
 * @param length seconds, 1 or more
 */
export function sleepFor(length: number): void {
  state[SLEEP] = length;
  setTimer(TIMER_SLEEP, 0);
}

/** The console's part of send(): whether outgoing[] may be filled, and that it is, with so many octets. */
export function outgoingIsFree(): boolean {
  return state[LENGTH] === 0;
}

export function setOutgoing(length: number): void {
  state[LENGTH] = length;
}

/** Takes what waits. @returns its octets, 0 if there is nothing */
export function takeOutgoing(): number {
  const length = state[LENGTH];
  state[LENGTH] = 0;
  return length;
}

/** Seconds of the sleep that was asked for. */
export function sleepAsked(): number {
  return state[SLEEP];
}
