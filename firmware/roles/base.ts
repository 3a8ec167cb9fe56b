// SPDX-License-Identifier: Apache-2.0
// The base station: the key centre, and a router of rank 0 for the nodes in its own earshot.

import { advertTask, onSolicit, startAdvert } from '../kemp/advert.ts';
import { loadAnswers } from '../kemp/answers.ts';
import { onCentralRequest } from '../kemp/centre.ts';
import { onReading } from '../kemp/delivery.ts';
import { onEcho, probeTask } from '../kemp/echo.ts';
import { changeGroup, groupTask, noteDeparture, startGroup } from '../kemp/group.ts';
import { onAdvert } from '../kemp/hear.ts';
import { NO_KEY, watchDepartures } from '../kemp/keys.ts';
import * as layout from '../kemp/layout.ts';
import { loadRegistry, VIA_BASE } from '../kemp/registry.ts';
import { onRefresh } from '../kemp/refresh.ts';
import { latestEpoch, revokeTask, startRevoke, watchOwnDeletions } from '../kemp/revoke.ts';
import { downTask } from '../kemp/send-down.ts';
import { onCommit, onStranger } from '../kemp/visited.ts';
import { noteOwn, onAttached, onRevoked, onRoute, onUp } from '../kemp/whereabouts.ts';
import { MODE_CENTRALISED, MODE_REFRESH } from '../events.ts';
import { attachReceive, body, rx, RX_KEY, RX_LENGTH, sender } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { beginTask, endTask, task, TASK_TYPE } from '../link/task.ts';
import { TIMER_ADVERT, TIMER_DOWN, TIMER_GROUP, TIMER_PROBE, TIMER_REVOKE } from '../link/timers.ts';
import { REFUSED_KMP_LENGTH, REFUSED_NOT_SECURED } from '../refusals.ts';
import { startConsole, startRole, sweepTask } from './common.ts';
import { notForRole } from './node.ts';

export { typed } from '../console/input.ts';
export { receive } from '../link/receive.ts';
export { onPosted as posted, wake as alarm } from '../link/task.ts';
export { sent } from '../link/transmit.ts';

/** See board.ts, Role. Loading what is in flash is B's first task; a registry that cannot be read leaves it with its console alone. */
export function start(): void {
  beginTask(0, 0);
  startConsole();
  loadRegistry(onRegistry);
}

function onRegistry(): void {
  loadAnswers(onLoaded);
}

function onLoaded(): void {
  if (!startRole(onTimer)) {
    endTask();
    return;
  }
  attachReceive(onMessage, onReading, onStranger, onCommit, onCommit, noteOwn);
  startGroup();
  watchOwnDeletions(changeGroup);
  watchDepartures(noteDeparture);
  startAdvert();
  startRevoke();
}

function onTimer(id: number): void {
  if (id === TIMER_ADVERT) advertTask(0, latestEpoch());
  else if (id === TIMER_PROBE) probeTask();
  else if (id === TIMER_REVOKE) revokeTask();
  else if (id === TIMER_GROUP) groupTask();
  else if (id === TIMER_DOWN) downTask();
  else sweepTask();
}

function onMessage(): void {
  const type = task[TASK_TYPE];
  const plain = rx[RX_KEY] === NO_KEY;
  if (type === layout.ADVERT && plain) onAdvert();
  else if (type === layout.SOLICIT && plain) onSolicit();
  else if (type === layout.ECHO && !plain) onEcho();
  else if (type === layout.REQUEST && plain) onRequest();
  else if (type === layout.ATTACHED && plain) onAttached(sender, 0, VIA_BASE);
  else if (type === layout.ROUTE && plain) onRoute(sender, 0, VIA_BASE);
  else if (type === layout.REVOKED && plain) onRevoked(sender, 0, VIA_BASE);
  else if (type !== layout.UP) notForRole();
  else if (plain) drop(REFUSED_NOT_SECURED);
  else onUp();
}

function onRequest(): void {
  const mode = body[0] & 3;
  if (mode === MODE_REFRESH && rx[RX_LENGTH] === 2 + layout.TAIL_OCTETS) onRefresh();
  else if (mode !== MODE_CENTRALISED) notForRole();
  else if (rx[RX_LENGTH] < 1 + 2 + layout.TAIL_OCTETS) drop(REFUSED_KMP_LENGTH);
  else onCentralRequest(sender, 0, VIA_BASE);
}
