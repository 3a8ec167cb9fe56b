// SPDX-License-Identifier: Apache-2.0
// Every refusal is counted by its reason, reported, and otherwise silent: an answer would tell a stranger what to try next.

import { report } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';
import { EVENT_REFUSED } from '../events.ts';
import { endTask, task, TASK_TYPE } from './task.ts';

export const REASONS = 100;
/** How often each reason of refusals.ts occurred. */
export const refusals = makeWords(REASONS);

/** Counts and reports one refusal. @param reason a number of refusals.ts. */
export function refuse(reason: number): void {
  refusals[reason] = (refusals[reason] + 1) & 0x7fffffff;
  report(EVENT_REFUSED, reason, task[TASK_TYPE], 0, 0, 0);
}

/** Refuses what the running task is about, and ends the task. */
export function drop(reason: number): void {
  refuse(reason);
  endTask();
}
