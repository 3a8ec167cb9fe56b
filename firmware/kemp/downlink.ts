// SPDX-License-Identifier: Apache-2.0
// Data of the base station at the node that it is for. It comes down under a key that this node has asked for itself: whom it
// serves does not send it anything from above (protocol.md "Data").

import { report } from '#board';
import { onDownlink } from '#app';
import { getWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { EVENT_DOWN } from '../events.ts';
import { body, rx, RX_KEY, RX_LENGTH } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { jobOk } from '../link/task.ts';
import { IDENTITY_BASE_EUI, IDENTITY_EUI } from '../records.ts';
import * as refusal from '../refusals.ts';
import { me } from './identity.ts';
import { isServed } from './keys.ts';
import * as layout from './layout.ts';
import { flush, sealsData } from './readings.ts';
import { openBody, sealTerms, takeSequence } from './sealed.ts';
import { hasSession, session, SESSION_DATA, SESSION_DATA_IN, SESSION_INDEX } from './session.ts';
import { note, NOTE_DOWN } from '../console/notes.ts';

/** Number of the data taken last, where nothing else tells a repeat; -1 before the first. */
const last = makeWords(1);
last[0] = -1;

/** Whether the data payload in `body` is for this node, and not a reading for the base station. */
export function isDown(): boolean {
  return (body[0] & 0xf7) === layout.DATA_DOWN;
}

/** The data payload in `body`; ends the task. */
export function onDown(): void {
  const sealed = body[0] === layout.DATA_DOWN + layout.DATA_SEALED;
  const least = sealed ? layout.DATA_SEALED_HEAD + layout.TAG_OCTETS : layout.DATA_CLEAR_HEAD;
  if (rx[RX_LENGTH] < least || isServed(rx[RX_KEY]) || (sealsData() && !sealed)) {
    drop(refusal.REFUSED_DATA);
  } else if (sealed) {
    open();
  } else {
    const number = body[1] * 256 + body[2];
    if (number === last[0]) {
      drop(refusal.REFUSED_DUPLICATE);
      return;
    }
    last[0] = number;
    hand(number, layout.DATA_CLEAR_HEAD, rx[RX_LENGTH] - layout.DATA_CLEAR_HEAD);
  }
}

function open(): void {
  if (!hasSession() || body[1] !== session[SESSION_INDEX]) {
    drop(refusal.REFUSED_NO_SESSION);
    return;
  }
  const inner = rx[RX_LENGTH] - layout.DATA_SEALED_HEAD - layout.TAG_OCTETS;
  sealTerms(body, 0, layout.DATA_SEALED_HEAD, getWord(body, 2), me, IDENTITY_BASE_EUI, me, IDENTITY_EUI);
  openBody(session, SESSION_DATA, body, layout.DATA_SEALED_HEAD, inner, onOpened);
}

function onOpened(): void {
  if (!jobOk) {
    drop(refusal.REFUSED_TAG);
  } else if (!takeSequence(getWord(body, 2), session, SESSION_DATA_IN)) {
    drop(refusal.REFUSED_SEQUENCE);
  } else {
    const inner = rx[RX_LENGTH] - layout.DATA_SEALED_HEAD - layout.TAG_OCTETS;
    hand(body[4] * 256 + body[5], layout.DATA_SEALED_HEAD, inner);
  }
}

/** To the application, and its answer, if it has one, on its way; ends the task. */
function hand(number: number, at: number, length: number): void {
  for (let i = length; i < 4; i++) body[at + i] = 0;
  report(EVENT_DOWN, number, length, getWord(body, at), 0, 0);
  note(NOTE_DOWN, me, IDENTITY_BASE_EUI, length);
  onDownlink(body, at, length);
  flush();
}
