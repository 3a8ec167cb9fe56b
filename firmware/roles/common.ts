// SPDX-License-Identifier: Apache-2.0
// What every role does alike: begin, choose the next task, forget keys whose time is up, and show its console.

import { millis } from '#board';
import { loadIdentity, me } from '../kemp/identity.ts';
import { loadMarks } from '../kemp/marks.ts';
import { sweepKeys } from '../kemp/keys.ts';
import { LINE_BEGUN } from '../console/answers.ts';
import { consoleWaits, showLine } from '../console/console.ts';
import { noteWaits, showNote } from '../console/notes.ts';
import { receiveTask } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { attachTasks, beginTask, endTask, wake } from '../link/task.ts';
import { setTimer, takeDueTimer, TIMER_SWEEP } from '../link/timers.ts';
import { startTransmit } from '../link/transmit.ts';
import { useOui } from '../mac/mpx.ts';
import { reassemblyExpire } from '../mac/reassembly.ts';
import { IDENTITY_OUI } from '../records.ts';
import { REFUSED_FRAGMENT_LATE } from '../refusals.ts';

/** Keys and reassembly are looked over this often, ms. */
const SWEEP_MS = 1000;

let onTimer = ignore;

function ignore(timer: number): void {
  if (timer === TIMER_SWEEP) endTask();
}

/**
 * Loads the identity and begins to take tasks. @param timer handles a due timer and ends the task. @returns false: no identity; then
 * the radio stays deaf, and there are no tasks but the console's.
 */
export function startRole(timer: (id: number) => void): boolean {
  startConsole();
  if (!loadIdentity()) return false;
  loadMarks();
  useOui(me[IDENTITY_OUI]);
  startTransmit();
  onTimer = timer;
  setTimer(TIMER_SWEEP, SWEEP_MS);
  return true;
}

/** Lets the console have its turns: without it nothing is answered. */
export function startConsole(): void {
  attachTasks(choose);
  wake();
}

/** Received frames first, then timers, then the console. */
function choose(): void {
  if (receiveTask()) return;
  const timer = takeDueTimer();
  if (timer >= 0) {
    beginTask(0, 0);
    onTimer(timer);
  } else if (consoleWaits()) {
    beginTask(0, 0);
    if (showLine() !== LINE_BEGUN) endTask();
  } else if (noteWaits()) {
    beginTask(0, 0);
    showNote();
    endTask();
  }
}

/** TIMER_SWEEP; ends the task. */
export function sweepTask(): void {
  setTimer(TIMER_SWEEP, SWEEP_MS);
  sweepKeys();
  sweepReassembly();
  endTask();
}

/** Counts the messages whose fragments did not come in time. */
function sweepReassembly(): void {
  for (let late = reassemblyExpire(millis()); late > 0; late--) refuse(REFUSED_FRAGMENT_LATE);
}
