// SPDX-License-Identifier: Apache-2.0
// An ADVERT is heard. One that tells of another incarnation says that its router has restarted and may have lost its keys:
// a hint like all else in it, so the key with that router is not dropped but doubted.

import { getWord } from '../../crypto-core/index.ts';
import { body, rx, RX_LENGTH, RX_LQI, sender } from '../link/receive.ts';
import { refuse } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { IDENTITY_EUI } from '../records.ts';
import { REFUSED_KMP_LENGTH, REFUSED_OWN_NAME } from '../refusals.ts';
import { CANDIDATE_INCARNATION, CANDIDATE_RANK, candidates, NO_CANDIDATE, takeAdvert } from './candidates.ts';
import { doubt } from './echo.ts';
import { keyWith, LIVE, NO_KEY } from './keys.ts';
import { me } from './identity.ts';
import { ADVERT_EUI, ADVERT_INCARNATION, ADVERT_ROUTERS } from './layout.ts';
import { isParent, setParentRank } from './parent.ts';

/** Handles the ADVERT in `body`; ends the task. */
export function onAdvert(): void {
  if (rx[RX_LENGTH] < ADVERT_ROUTERS) {
    refuse(REFUSED_KMP_LENGTH);
  } else if (getWord(body, ADVERT_EUI) === me[IDENTITY_EUI] && getWord(body, ADVERT_EUI + 4) === me[IDENTITY_EUI + 1]) {
    refuse(REFUSED_OWN_NAME);
  } else {
    const heard = takeAdvert(body, 0, rx[RX_LENGTH], sender, 0, rx[RX_LQI]);
    if (heard === NO_CANDIDATE) {
      endTask();
      return;
    }
    if (isParent(candidates, heard)) setParentRank(candidates[heard + CANDIDATE_RANK]);
    if (candidates[heard + CANDIDATE_INCARNATION] !== body[ADVERT_INCARNATION]) {
      candidates[heard + CANDIDATE_INCARNATION] = body[ADVERT_INCARNATION];
      const doubtful = keyWith(candidates, heard, LIVE);
      if (doubtful !== NO_KEY) doubt(doubtful);
    }
  }
  endTask();
}
