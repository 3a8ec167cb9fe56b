// SPDX-License-Identifier: Apache-2.0
// One task at a time. A received frame, a due timer or a console line starts a task; the task owns the frame buffers and the
// crypto engine until endTask(), across as many crypto steps and transmissions as it needs. Whatever arrives meanwhile waits
// in its queue. So no protocol state changes under a task's feet but by the clock: what a step finds after a job is looked
// up again, since a key may have ended by then.

import { post, report, STEP_BLOCKS } from '#board';
import { blocks, JOB_DONE, JOB_RUNNING, prepareKey, step } from '../../crypto-core/index.ts';
import { EVENT_WORK } from '../events.ts';
import { makeWords } from '../../crypto-core/tables.ts';

/** What the running task is about, for the reports: message type, cause (see EVENT_FRAME), run. */
export const task = makeWords(5);
export const TASK_TYPE = 0;
export const TASK_CAUSE = 1;
export const TASK_NODE = 2;
export const TASK_CTR = 3;
const TASK_BLOCKS = 4;

let busy = false;
let posted = false;

/** What the running task does with its next turn: it waits for something else, a crypto step, or `taskNext`. */
const WAITS = 0;
const IN_JOB = 1;
const GOES_ON = 2;
let turn = WAITS;

/** Whether the job that ended last succeeded; false only for an open whose MIC or tag did not match. */
export let jobOk = false;

let chooseTask = nothing;
let taskNext = nothing;

/** What to do next where there is nothing to do yet. */
export function nothing(): void {}

/** @param choose starts the next task, if there is one, by beginTask(). */
export function attachTasks(choose: () => void): void {
  chooseTask = choose;
}

/** Asks for a turn of onPosted(); any event that may start a task calls it. */
export function wake(): void {
  if (!posted) {
    posted = true;
    post();
  }
}

/** The board's answer to post(): one crypto step, the next part of the running task, or the start of another one. */
export function onPosted(): void {
  posted = false;
  if (turn === IN_JOB) {
    if (!prepareKey()) {
      const state = step(STEP_BLOCKS);
      if (state !== JOB_RUNNING) {
        jobOk = state === JOB_DONE;
        turn = GOES_ON;
      }
    }
    wake();
  } else if (turn === GOES_ON) {
    turn = WAITS;
    taskNext();
  } else if (!busy) {
    chooseTask();
  }
}

/** @param type KEMP message type, 0 for data and everything else. @param cause number of the received frame, or 0. */
export function beginTask(type: number, cause: number): void {
  busy = true;
  task[TASK_TYPE] = type;
  task[TASK_CAUSE] = cause;
  task[TASK_NODE] = 0;
  task[TASK_CTR] = 0;
  task[TASK_BLOCKS] = blocks();
}

/** Names the run that this task serves, once it is known. */
export function nameRun(nodeLow: number, ctr: number): void {
  task[TASK_NODE] = nodeLow;
  task[TASK_CTR] = ctr;
}

/** Ends the running task; the next one starts at the board's leisure. */
export function endTask(): void {
  const spent = (blocks() - task[TASK_BLOCKS]) & 0x7fffffff;
  if (spent > 0) {
    report(EVENT_WORK, task[TASK_TYPE], spent, task[TASK_CAUSE], task[TASK_NODE], task[TASK_CTR]);
  }
  busy = false;
  wake();
}

/** Runs the job just begun, a few blocks a turn. @param next called in a turn of its own when it is over; jobOk tells how. */
export function runJob(next: () => void): void {
  turn = IN_JOB;
  taskNext = next;
  wake();
}

/** Goes on in another turn: no part of a task takes more than a few milliseconds (docs/architecture.md). */
export function goOn(next: () => void): void {
  turn = GOES_ON;
  taskNext = next;
  wake();
}
