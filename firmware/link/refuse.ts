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
/** How often each reason of refusals.ts occurred; those behind the gap close up. */
const refusals = makeWords(REASONS - GAP);

function placeOf(reason: number): number {
  return reason < GAP ? reason : reason - GAP;
}

/** How often a reason occurred. @param reason below REASONS */
export function refusalCount(reason: number): number {
  return reason >= GAP && reason < 2 * GAP ? 0 : refusals[placeOf(reason)];
}

/** Counts and reports one refusal. @param reason a number of refusals.ts. */
export function refuse(reason: number): void {
  const place = placeOf(reason);
  refusals[place] = (refusals[place] + 1) & 0x7fffffff;
  report(EVENT_REFUSED, reason, task[TASK_TYPE], 0, 0, 0);
  note(NOTE_REFUSED, task, 0, reason);
}

/** Refuses what the running task is about, and ends the task. */
export function drop(reason: number): void {
  refuse(reason);
  endTask();
}
