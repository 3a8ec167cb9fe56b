// SPDX-License-Identifier: Apache-2.0
// REVOKE at a node that shares a key with the one revoked. When the handler has returned, no frame under such a key is
// accepted; marks are in flash before REVOKED goes (protocol.md "Revocation").

import { getWord, putWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { REVOKE_CHAIN, REVOKE_COMPROMISED, REVOKE_REMOVED } from '../events.ts';
import { names, put8 } from '../link/address.ts';
import { body, rx, RX_LENGTH } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { endTask, goOn, jobOk, nothing } from '../link/task.ts';
import { message } from '../link/transmit.ts';
import { IDENTITY_BASE_EUI, IDENTITY_EUI, NO_SHORT } from '../records.ts';
import * as refusal from '../refusals.ts';
import { me } from './identity.ts';
import * as key from './keys.ts';
import * as layout from './layout.ts';
import { mark, noteEpoch } from './marks.ts';
import { parentKey } from './parent.ts';
import { beginUp, sendUp } from './relay.ts';
import { openBody, sealBody, sealTerms, takeSequence } from './sealed.ts';
import { hasSession, session, SESSION_INDEX, SESSION_SEAL, SESSION_SEQ_IN, SESSION_SEQ_OUT } from './session.ts';

/** The one revoked: address, epoch; and how (REVOKE_...). */
const told = makeWords(5);
const EPOCH = 3;
const KIND = 4;

let onDeletion = nothing;

/** @param next called when keys were deleted by a REVOKE: a router changes its group key. */
export function watchDeletions(next: () => void): void {
  onDeletion = next;
}

/** Handles the REVOKE in `body`; ends the task. */
export function onRevoke(): void {
  if (rx[RX_LENGTH] !== layout.REVOKE_OCTETS) {
    drop(refusal.REFUSED_KMP_LENGTH);
  } else if (!hasSession() || body[layout.REVOKE_INDEX] !== session[SESSION_INDEX]) {
    drop(refusal.REFUSED_NO_SESSION);
  } else {
    const seq = getWord(body, layout.REVOKE_SEQ);
    sealTerms(body, 0, layout.REVOKE_SEALED, seq, me, IDENTITY_BASE_EUI, me, IDENTITY_EUI);
    openBody(session, SESSION_SEAL, body, layout.REVOKE_SEALED, layout.REVOKE_INNER, onOpened);
  }
}

function onOpened(): void {
  const seq = getWord(body, layout.REVOKE_SEQ);
  if (!jobOk || !takeSequence(seq, session, SESSION_SEQ_IN)) {
    drop(jobOk ? refusal.REFUSED_SEQUENCE : refusal.REFUSED_TAG);
    return;
  }
  told[0] = getWord(body, layout.REVOKE_SEALED);
  told[1] = getWord(body, layout.REVOKE_SEALED + 4);
  told[2] = NO_SHORT;
  told[EPOCH] = body[layout.REVOKE_SEALED + 8] * 256 + body[layout.REVOKE_SEALED + 9];
  const kind = body[0] & 3;
  told[KIND] = kind;
  noteEpoch(told[EPOCH]);
  if (kind === REVOKE_REMOVED || kind === REVOKE_COMPROMISED) mark(told, 0, told[EPOCH]);
  goOn(letGo);
}

function letGo(): void {
  if (dropKeysOf(told[KIND])) onDeletion();
  if (parentKey() === key.NO_KEY) endTask();
  else goOn(sealRevoked);
}

/** @returns whether there were any. A chain that is told of to the node itself is that of all keys that it asked for. */
function dropKeysOf(kind: number): boolean {
  const keys = key.keys;
  const mine = names(told, 0, me, IDENTITY_EUI);
  let any = false;
  for (let one = 0; one < key.KEYS_END; one += key.NEXT_KEY) {
    if (!key.isFree(one)) {
      const theirs = (mine && !key.isServed(one)) || (!mine && names(told, 0, keys, one));
      const own = theirs && (kind !== REVOKE_CHAIN || key.depthOf(one) > 0);
      if (own || (kind === REVOKE_COMPROMISED && names(told, 0, keys, one + key.KEY_AUTHORITY))) {
        key.dropKey(one);
        any = true;
      }
    }
  }
  return any;
}

function sealRevoked(): void {
  const at = beginUp(layout.REVOKE_OCTETS);
  const seq = session[SESSION_SEQ_OUT];
  session[SESSION_SEQ_OUT] = seq + 1;
  message[at] = layout.head(layout.REVOKED, told[KIND]);
  message[at + layout.REVOKE_INDEX] = session[SESSION_INDEX];
  putWord(message, at + layout.REVOKE_SEQ, seq);
  put8(message, at + layout.REVOKE_SEALED, told, 0);
  message[at + layout.REVOKE_SEALED + 8] = told[EPOCH] >>> 8;
  message[at + layout.REVOKE_SEALED + 9] = told[EPOCH] & 255;
  sealTerms(message, at, layout.REVOKE_SEALED, seq, me, IDENTITY_EUI, me, IDENTITY_BASE_EUI);
  sealBody(session, SESSION_SEAL, message, at + layout.REVOKE_SEALED, layout.REVOKE_INNER, sendUp);
}
