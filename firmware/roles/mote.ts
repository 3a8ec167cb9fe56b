// SPDX-License-Identifier: Apache-2.0
// The mote: a node that moves, joins, hands over, sends readings and sleeps.

import { OPTION_TELL_RETURNS, IDENTITY_OPTIONS } from '../records.ts';
import { onAck } from '../kemp/attached.ts';
import { onConfirmed } from '../kemp/confirm.ts';
import { startDecide } from '../kemp/decide.ts';
import { isDown, onDown } from '../kemp/downlink.ts';
import { me } from '../kemp/identity.ts';
import { ACK } from '../kemp/layout.ts';
import { NO_KEY } from '../kemp/keys.ts';
import { watchReturns } from '../kemp/parent.ts';
import { startReadings } from '../kemp/readings.ts';
import { routeTask, startRoute } from '../kemp/routed.ts';
import { resume, sleepTask } from '../kemp/sleep.ts';
import { attachReceive, rx, RX_KEY } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { endTask, nothing, task, TASK_TYPE } from '../link/task.ts';
import { TIMER_ROUTE, TIMER_SLEEP } from '../link/timers.ts';
import { REFUSED_NOT_FOR_ROLE } from '../refusals.ts';
import { startRole } from './common.ts';
import { nodeMessage, nodeTimer } from './node.ts';

export { typed } from '../console/input.ts';
export { receive } from '../link/receive.ts';
export { onPosted as posted, wake as alarm } from '../link/task.ts';
export { sent } from '../link/transmit.ts';

/** See board.ts, Role. */
export function start(): void {
  if (!startRole(onTimer)) return;
  attachReceive(onMessage, onData, endTask, onConfirmed, onConfirmed, nothing);
  if ((me[IDENTITY_OPTIONS] & OPTION_TELL_RETURNS) !== 0) watchReturns(startRoute);
  startDecide(false);
  startReadings();
  resume();
}

function onTimer(id: number): void {
  if (id === TIMER_SLEEP) sleepTask();
  else if (id === TIMER_ROUTE) routeTask();
  else nodeTimer(id);
}

function onMessage(): void {
  if (task[TASK_TYPE] === ACK && rx[RX_KEY] === NO_KEY) onAck();
  else nodeMessage();
}

/** A mote takes no readings of others. */
function onData(): void {
  if (isDown()) onDown();
  else drop(REFUSED_NOT_FOR_ROLE);
}
