// SPDX-License-Identifier: Apache-2.0
// What every role does alike: begin, choose the next task, forget keys whose time is up, and show its console.

import { millis } from '#board';
import { loadIdentity, me } from '../kemp/identity.ts';
import { loadMarks } from '../kemp/marks.ts';
import { sweepKeys } from '../kemp/keys.ts';
import { LINE_BEGUN, LINE_ROW, showLine, startLine } from '../console/console.ts';
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
/** Octets of the console line that waits, or -1. */
let line = -1;

function ignore(timer: number): void {
  if (timer === TIMER_SWEEP) endTask();
}

/** Loads the identity and begins to take tasks. @param timer handles a due timer and ends the task. @returns false: no identity. */
export function startRole(timer: (id: number) => void): boolean {
  if (!loadIdentity()) return false;
  loadMarks();
  useOui(me[IDENTITY_OUI]);
  startTransmit();
  onTimer = timer;
  attachTasks(choose);
  setTimer(TIMER_SWEEP, SWEEP_MS);
  wake();
  return true;
}

/** Received frames first, then timers, then the console. */
function choose(): void {
  if (receiveTask()) return;
  const timer = takeDueTimer();
  if (timer >= 0) {
    beginTask(0, 0);
    onTimer(timer);
  } else if (line >= 0) {
    beginTask(0, 0);
    const shown = showLine(line);
    if (shown !== LINE_ROW) line = -1;
    if (shown !== LINE_BEGUN) endTask();
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

/** A console line of `length` octets lies in rxLine. */
export function command(length: number): void {
  line = length;
  startLine();
  wake();
}
