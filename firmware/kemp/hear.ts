// SPDX-License-Identifier: Apache-2.0
// An ADVERT is heard.

import { body, rx, RX_LENGTH, RX_LQI, sender } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { REFUSED_KMP_LENGTH } from '../refusals.ts';
import { CANDIDATE_RANK, candidates, takeAdvert } from './candidates.ts';
import { ADVERT_ROUTERS } from './layout.ts';
import { isParent, setParentRank } from './parent.ts';

/** Handles the ADVERT in `body`; ends the task. */
export function onAdvert(): void {
  if (rx[RX_LENGTH] < ADVERT_ROUTERS) {
    refuse(REFUSED_KMP_LENGTH);
  } else {
    const heard = takeAdvert(body, 0, rx[RX_LENGTH], sender, 0, rx[RX_LQI]);
    if (isParent(candidates, heard)) setParentRank(candidates[heard + CANDIDATE_RANK]);
  }
  endTask();
}
