// SPDX-License-Identifier: Apache-2.0
// N's part in a role: what a mote and a router do alike to get their keys.

import { confirmTask } from '../kemp/confirm.ts';
import { decideTask, runTask } from '../kemp/decide.ts';
import { onEcho, probeTask } from '../kemp/echo.ts';
import { onGroup } from '../kemp/group.ts';
import { onAdvert } from '../kemp/hear.ts';
import { NO_KEY } from '../kemp/keys.ts';
import { ADVERT, ECHO, GROUP, NOTICE, REJECT, REVOKE } from '../kemp/layout.ts';
import { onNotice } from '../kemp/notice.ts';
import { readingTask } from '../kemp/readings.ts';
import { onRevoke } from '../kemp/revoked.ts';
import { onReject } from '../kemp/rejected.ts';
import { rx, RX_KEY } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask, task, TASK_TYPE } from '../link/task.ts';
import { TIMER_CONFIRM, TIMER_DATA, TIMER_DECIDE, TIMER_PROBE, TIMER_RUN } from '../link/timers.ts';
import { REFUSED_KMP_TYPE, REFUSED_NOT_FOR_ROLE } from '../refusals.ts';
import { sweepTask } from './common.ts';

/** Handles a due timer of N; ends the task. */
export function nodeTimer(id: number): void {
  if (id === TIMER_RUN) runTask();
  else if (id === TIMER_CONFIRM) confirmTask();
  else if (id === TIMER_DECIDE) decideTask();
  else if (id === TIMER_DATA) readingTask();
  else if (id === TIMER_PROBE) probeTask();
  else sweepTask();
}

/** Handles a message to N, all of which come in plain but ECHO and GROUP; ends the task. */
export function nodeMessage(): void {
  const type = task[TASK_TYPE];
  const plain = rx[RX_KEY] === NO_KEY;
  if (!plain && type === ECHO) onEcho();
  else if (!plain && type === GROUP) onGroup();
  else if (!plain) notForRole();
  else if (type === ADVERT) onAdvert();
  else if (type === NOTICE) onNotice();
  else if (type === REJECT) onReject();
  else if (type === REVOKE) onRevoke();
  else notForRole();
}

/** A message that this role does not take; ends the task. */
export function notForRole(): void {
  refuse(task[TASK_TYPE] === 0 ? REFUSED_KMP_TYPE : REFUSED_NOT_FOR_ROLE);
  endTask();
}
