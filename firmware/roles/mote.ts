// SPDX-License-Identifier: Apache-2.0
// The mote: a node that moves, joins, hands over and sends readings.

import { onConfirmed } from '../kemp/confirm.ts';
import { startDecide } from '../kemp/decide.ts';
import { startReadings } from '../kemp/readings.ts';
import { attachReceive } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { REFUSED_NOT_FOR_ROLE } from '../refusals.ts';
import { startRole } from './common.ts';
import { nodeMessage, nodeTimer } from './node.ts';

export { command } from './common.ts';
export { receive } from '../link/receive.ts';
export { onPosted as posted, wake as alarm } from '../link/task.ts';
export { sent } from '../link/transmit.ts';

/** See board.ts, Role. */
export function start(): void {
  if (!startRole(nodeTimer)) return;
  attachReceive(nodeMessage, noData, endTask, onConfirmed, onConfirmed);
  startDecide(false);
  startReadings();
}

/** A mote takes no data from others. */
function noData(): void {
  refuse(REFUSED_NOT_FOR_ROLE);
  endTask();
}
