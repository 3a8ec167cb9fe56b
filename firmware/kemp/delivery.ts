// SPDX-License-Identifier: Apache-2.0
// Readings that have arrived at the base station.

import { report } from '#board';
import { makeWords } from '../../crypto-core/tables.ts';
import { EVENT_DATA_DELIVERED } from '../events.ts';
import { copyAddress, getAddress } from '../link/address.ts';
import { body, rx, RX_KEY } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { NODE_EUI } from '../records.ts';
import { REFUSED_DATA, REFUSED_UNKNOWN_NODE } from '../refusals.ts';
import * as key from './keys.ts';
import { DATA_READING, DATA_RELAYED_SHORT } from './layout.ts';
import { isWhole } from './readings.ts';
import { findNode, NO_NODE, nodes } from './registry.ts';

const origin = makeWords(3);

/** The data payload in `body`; ends the task. */
export function onReading(): void {
  if (isWhole()) {
    let at = 1;
    if (body[0] === DATA_READING) copyAddress(key.keys, rx[RX_KEY], origin, 0);
    else at = getAddress(body, 1, body[0] === DATA_RELAYED_SHORT ? 2 : 8, origin, 0);
    const node = findNode(origin, 0);
    if (node === NO_NODE) refuse(REFUSED_UNKNOWN_NODE);
    else report(EVENT_DATA_DELIVERED, nodes[node + NODE_EUI + 1], body[at] * 256 + body[at + 1], 0, 0, 0);
  } else {
    refuse(REFUSED_DATA);
  }
  endTask();
}
