// SPDX-License-Identifier: Apache-2.0
// An ADVERT is heard. One that tells of another incarnation says that its router has restarted and may have lost its keys:
// a hint like all else in it, so the key with that router is not dropped but doubted.

import { getWord } from '../../crypto-core/index.ts';
import { body, rx, RX_LENGTH, RX_LQI, sender } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { IDENTITY_EUI } from '../records.ts';
import { REFUSED_KMP_LENGTH, REFUSED_OWN_NAME } from '../refusals.ts';
import * as candidate from './candidates.ts';
import { doubt } from './echo.ts';
import { keyWith, LIVE, NO_KEY } from './keys.ts';
import { me } from './identity.ts';
import { ADVERT_EUI, ADVERT_INCARNATION, ADVERT_ROUTERS } from './layout.ts';
import { isParent, noteParentRank } from './parent.ts';

let from = candidate.NO_CANDIDATE;

/** Handles the ADVERT in `body`; ends the task. */
export function onAdvert(): void {
  if (rx[RX_LENGTH] < ADVERT_ROUTERS) {
    drop(REFUSED_KMP_LENGTH);
  } else if (getWord(body, ADVERT_EUI) === me[IDENTITY_EUI] && getWord(body, ADVERT_EUI + 4) === me[IDENTITY_EUI + 1]) {
    drop(REFUSED_OWN_NAME);
  } else {
    from = candidate.findAdvertiser(body, 0);
    if (from === candidate.NO_CANDIDATE) candidate.findPlace(onPlace);
    else take();
  }
}

/** There is a place for a newcomer, or none: it is not listened to then. */
function onPlace(): void {
  from = candidate.placeFound;
  if (from === candidate.NO_CANDIDATE) {
    endTask();
  } else {
    candidate.newCandidate(from, body, 0);
    take();
  }
}

function take(): void {
  const table = candidate.candidates;
  candidate.takeAdvert(from, body, 0, rx[RX_LENGTH], sender, 0, rx[RX_LQI]);
  if (isParent(table, from)) noteParentRank(candidate.rankOf(from));
  if (!candidate.isSameIncarnation(from, body[ADVERT_INCARNATION])) {
    const doubtful = keyWith(table, from, LIVE);
    if (doubtful !== NO_KEY) doubt(doubtful);
  }
  endTask();
}
