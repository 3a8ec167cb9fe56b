// SPDX-License-Identifier: Apache-2.0
// Every refusal is counted by its reason, reported, and otherwise silent: an answer would tell a stranger what to try next.

import { report } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';
import { EVENT_REFUSED } from '../events.ts';
import { endTask, task, TASK_TYPE } from './task.ts';
import { note, NOTE_REFUSED } from '../console/notes.ts';

export const REASONS = 100;
/** Numbers that name none, between those of the MAC and those of KEMP. */
const GAP = 32;
/** How often each reason of refusals.ts occurred, two a word; those behind the gap close up. */
const PLACES = REASONS - GAP;
const refusals = makeWords(PLACES >>> 1);
/** A count goes no further. */
const MOST = 0xffff;

function countAt(place: number): number {
  const two = refusals[place >>> 1];
  return (place & 1) === 0 ? two & MOST : two >>> 16;
}

/** How often a reason occurred, 65535 at most. @param reason a number of refusals.ts */
export function refusalCount(reason: number): number {
  return countAt(reason < GAP ? reason : reason - GAP);
}

/** @returns the first reason that occurred, of those from `from` on; or REASONS. */
export function nextRefused(from: number): number {
  let place = from < GAP ? from : from < 2 * GAP ? GAP : from - GAP;
  while (place < PLACES && countAt(place) === 0) place += refusals[place >>> 1] === 0 ? 2 - (place & 1) : 1;
  return place < GAP ? place : place + GAP;
}

/** Counts and reports one refusal. @param reason a number of refusals.ts. */
export function refuse(reason: number): void {
  const place = reason < GAP ? reason : reason - GAP;
  const one = (place & 1) === 0 ? 1 : 0x10000;
  if (countAt(place) < MOST) refusals[place >>> 1] = (refusals[place >>> 1] + one) | 0;
  report(EVENT_REFUSED, reason, task[TASK_TYPE], 0, 0, 0);
  note(NOTE_REFUSED, task, 0, reason);
}

/** Refuses what the running task is about, and ends the task. */
export function drop(reason: number): void {
  refuse(reason);
  endTask();
}
