// SPDX-License-Identifier: Apache-2.0
// The router that this mote's data goes to, and at a router, how far the base station is.

import { report, seconds } from '#board';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_ATTACH, EVENT_DETACH, EVENT_RANK, MODE_RETURN } from '../events.ts';
import { copyAddress, names } from '../link/address.ts';
import { nothing } from '../link/task.ts';
import { KEY_USED, keys, trustedWith, NO_KEY, UNCONFIRMED } from './keys.ts';
import { MAX_HOPS } from './layout.ts';

export const parent = makeWords(5);
export const PARENT_ADDRESS = 0;
const PARENT_STATE = 3;
const PARENT_RANK = 4;

/** Rank of a node that has no way to the base station. */
export const NO_RANK = 255;
parent[PARENT_RANK] = NO_RANK;

let onReturn = nothing;
let onRise = nothing;

/** @param next called when this mote goes back to a key that it held: nobody else tells B. */
export function watchReturns(next: () => void): void {
  onReturn = next;
}

/** @param next called when the parent says that it is farther from B than before: it may hang below this node by now. */
export function watchRises(next: () => void): void {
  onRise = next;
}

/** The live key with the parent, or NO_KEY: detached, or the key has ended or is in doubt. */
export function parentKey(): number {
  return parent[PARENT_STATE] === 1 ? trustedWith(parent, PARENT_ADDRESS, UNCONFIRMED) : NO_KEY;
}

/** True if `address` names the parent. */
export function isParent(table: Words, at: number): boolean {
  return parent[PARENT_STATE] === 1 && names(table, at, parent, PARENT_ADDRESS);
}

/** Sends data through the peer of `key` from now on. @param rank the parent's own. @param mode as in EVENT_ATTACH. */
export function attachTo(key: number, rank: number, mode: number): void {
  copyAddress(keys, key, parent, PARENT_ADDRESS);
  parent[PARENT_STATE] = 1;
  // The key in use is the last one to make room for another.
  keys[key + KEY_USED] = seconds();
  report(EVENT_ATTACH, keys[key + 1], mode, 0, 0, 0);
  if (mode === MODE_RETURN) onReturn();
  setParentRank(rank);
}

/** Forgets the parent; the key with it stays. */
export function detach(): void {
  if (parent[PARENT_STATE] === 1) report(EVENT_DETACH, parent[PARENT_ADDRESS + 1], 0, 0, 0, 0);
  parent[PARENT_STATE] = 0;
}

/** @returns hops to the base station from here; NO_RANK if there is no way, or one too long: a loop counts up to that. */
export function rank(): number {
  return parentKey() === NO_KEY || parent[PARENT_RANK] >= MAX_HOPS ? NO_RANK : parent[PARENT_RANK] + 1;
}

/** The parent says in its ADVERT that it is `value` hops from the base station. */
export function noteParentRank(value: number): void {
  const rises = value > parent[PARENT_RANK];
  setParentRank(value);
  if (rises) onRise();
}

/** The parent is `value` hops from the base station. */
export function setParentRank(value: number): void {
  if (parent[PARENT_RANK] !== value) report(EVENT_RANK, value + 1, 0, 0, 0, 0);
  parent[PARENT_RANK] = value;
}

/** What the parent, of today or the last one, said of its distance; 0 if nothing. */
export function parentRank(): number {
  return parent[PARENT_RANK] === NO_RANK ? 0 : parent[PARENT_RANK];
}
