// SPDX-License-Identifier: Apache-2.0
// The router: a node that also serves others. It visits them (R), introduces them (A), and relays to the base station and back.

import { advertTask, onSolicit, sayFarewell, startAdvert } from '../kemp/advert.ts';
import { attachedTask, onAck, startAttached } from '../kemp/attached.ts';
import { onConfirmed } from '../kemp/confirm.ts';
import { watchDeletions } from '../kemp/revoked.ts';
import { startDecide } from '../kemp/decide.ts';
import { isDown, onDown } from '../kemp/downlink.ts';
import { changeGroup, groupTask, noteDeparture, startGroup } from '../kemp/group.ts';
import { asksIntroduction, onForward, onIntroduce } from '../kemp/introduce.ts';
import { modeOf, NO_KEY, watchDepartures } from '../kemp/keys.ts';
import * as layout from '../kemp/layout.ts';
import { toldEpoch } from '../kemp/marks.ts';
import { rank, watchReturns, watchRises } from '../kemp/parent.ts';
import { relayReading, startReadings } from '../kemp/readings.ts';
import { relayDown, relayRequest, relayUp } from '../kemp/relay.ts';
import { onRefresh } from '../kemp/refresh.ts';
import { watchRemoval } from '../kemp/removed.ts';
import { proveRoute, routeTask, startRoute } from '../kemp/routed.ts';
import { onApproval, onCommit, onStranger } from '../kemp/visited.ts';
import { MODE_CENTRALISED, MODE_REACTIVE, MODE_REFRESH } from '../events.ts';
import { answerFirst, attachReceive, body, rx, RX_KEY, RX_LENGTH } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { task, TASK_TYPE } from '../link/task.ts';
import { TIMER_ADVERT, TIMER_ATTACHED, TIMER_GROUP, TIMER_ROUTE } from '../link/timers.ts';
import { REFUSED_KMP_LENGTH, REFUSED_NOT_SECURED } from '../refusals.ts';
import { startRole } from './common.ts';
import { nodeMessage, nodeTimer, notForRole } from './node.ts';

export { typed } from '../console/input.ts';
export { receive } from '../link/receive.ts';
export { onPosted as posted, wake as alarm } from '../link/task.ts';
export { sent } from '../link/transmit.ts';

/** See board.ts, Role. */
export function start(): void {
  if (!startRole(onTimer)) return;
  attachReceive(onMessage, onData, onStranger, onCommit, onConfirmed, onCommitted);
  startGroup();
  watchDeletions(changeGroup);
  watchDepartures(noteDeparture);
  watchReturns(startRoute);
  watchRises(proveRoute);
  watchRemoval(sayFarewell);
  startDecide(true);
  startReadings();
  startAdvert();
}

function onCommitted(): void {
  if (modeOf(rx[RX_KEY]) !== MODE_REFRESH) startAttached(rx[RX_KEY]);
  answerFirst();
}

function onData(): void {
  if (isDown()) onDown();
  else relayReading();
}

function onTimer(id: number): void {
  if (id === TIMER_ADVERT) advertTask(rank(), toldEpoch());
  else if (id === TIMER_ATTACHED) attachedTask();
  else if (id === TIMER_ROUTE) routeTask();
  else if (id === TIMER_GROUP) groupTask();
  else nodeTimer(id);
}

function onMessage(): void {
  const type = task[TASK_TYPE];
  const plain = rx[RX_KEY] === NO_KEY;
  if (type === layout.REQUEST) onRequest();
  else if (type === layout.APPROVAL) onApproval();
  else if (type === layout.ACK) onAck();
  else if (type === layout.SOLICIT && plain) onSolicit();
  else if (type !== layout.UP && type !== layout.DOWN) nodeMessage();
  else if (plain) drop(REFUSED_NOT_SECURED);
  else if (type === layout.UP) relayUp();
  else relayDown();
}

function onRequest(): void {
  const list = rx[RX_LENGTH] - 1 - layout.TAIL_OCTETS;
  const mode = body[0] & 3;
  if (mode === MODE_REFRESH && list === 1 && rx[RX_KEY] === NO_KEY) onRefresh();
  else if (list < 2 || list > 8 * layout.MAX_ROUTERS) drop(REFUSED_KMP_LENGTH);
  else if (mode === MODE_CENTRALISED && rx[RX_KEY] === NO_KEY) relayRequest();
  else if (mode === MODE_CENTRALISED || (list !== 2 && list !== 8)) drop(REFUSED_KMP_LENGTH);
  else if (asksIntroduction()) onIntroduce();
  else if (mode === MODE_REACTIVE) onForward();
  else notForRole();
}
