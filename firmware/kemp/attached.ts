// SPDX-License-Identifier: Apache-2.0
// ATTACHED: R tells the base station whom it serves and who made the key, sealed under its session and off the critical path,
// again and again until B's ACK names the ctr (protocol.md "ATTACHED").

import { getWord, putWord } from '../../crypto-core/index.ts';
import { handleOf, putHandle } from '../link/address.ts';
import { body, rx, RX_LENGTH } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { endTask, goOn, jobOk, nameRun } from '../link/task.ts';
import { inMillis, remaining, setTimer, TIMER_ATTACHED } from '../link/timers.ts';
import { message } from '../link/transmit.ts';
import { IDENTITY_BASE_EUI, IDENTITY_EUI } from '../records.ts';
import * as refusal from '../refusals.ts';
import { me, runTimeout } from './identity.ts';
import * as key from './keys.ts';
import * as layout from './layout.ts';
import { parentKey, rank } from './parent.ts';
import { beginUp, sendUp } from './relay.ts';
import { routeKnown } from './routed.ts';
import { openBody, sealAlso, sealBody, sealTerms, takeSequence } from './sealed.ts';
import { hasSession, session, SESSION_INDEX, SESSION_SEAL, SESSION_SEQ_IN, SESSION_SEQ_OUT } from './session.ts';

/** Longest pause between two repeats, ms, and the delay of the first: CONFIRM's answer goes before it. */
const LONGEST_MS = 60000;
const FIRST_MS = 50;
/** What triesOf() a key gives that B knows of, or need not. */
const DONE = key.NO_TRIES;
/** Repeats after which each pause is the longest; none is counted behind them. */
const MANY_TRIES = 7;

let told = key.NO_KEY;

/** A key was committed: B is to be told. */
export function startAttached(committed: number): void {
  key.setTries(committed, 0);
  key.keys[committed + key.KEY_DUE] = inMillis(FIRST_MS);
  setTimer(TIMER_ATTACHED, FIRST_MS);
}

/** TIMER_ATTACHED: tells B of the first key that is due; ends the task. */
export function attachedTask(): void {
  told = key.NO_KEY;
  let soonest = LONGEST_MS;
  for (let one = 0; one < key.LIVE_END; one += key.NEXT_KEY) {
    if (waits(one)) {
      const left = remaining(key.keys[one + key.KEY_DUE]);
      if (left <= 0) told = one;
      else if (left < soonest) soonest = left;
    }
  }
  setTimer(TIMER_ATTACHED, soonest);
  if (told === key.NO_KEY) {
    endTask();
    return;
  }
  const tries = key.triesOf(told);
  let pause = tries === MANY_TRIES ? LONGEST_MS : runTimeout(rank()) << tries;
  if (pause > LONGEST_MS) pause = LONGEST_MS;
  if (tries < MANY_TRIES) key.setTries(told, tries + 1);
  key.keys[told + key.KEY_DUE] = inMillis(pause);
  if (pause < soonest) setTimer(TIMER_ATTACHED, pause);
  if (hasSession() && parentKey() !== key.NO_KEY) goOn(sealAttached);
  else endTask();
}

function waits(one: number): boolean {
  return key.isLive(one) && key.isServed(one) && key.triesOf(one) !== DONE;
}

function sealAttached(): void {
  nameRun(key.keys[told + 1], key.keys[told + key.KEY_CTR]);
  const start = beginUp(layout.ATTACHED_SEALED + layout.ATTACHED_INNER + layout.TAG_OCTETS);
  const keys = key.keys;
  const seq = session[SESSION_SEQ_OUT];
  session[SESSION_SEQ_OUT] = seq + 1;
  message[start] = layout.head(layout.ATTACHED, key.modeOf(told));
  message[start + layout.ATTACHED_INDEX] = session[SESSION_INDEX];
  putHandle(message, start + layout.ATTACHED_NODE, handleOf(keys, told));
  putHandle(message, start + layout.ATTACHED_AUTHORITY, handleOf(keys, told + key.KEY_AUTHORITY));
  putWord(message, start + layout.ATTACHED_SEQ, seq);
  putWord(message, start + layout.ATTACHED_SEALED, keys[told + key.KEY_CTR]);
  message[start + layout.ATTACHED_SEALED + 4] = key.depthOf(told);
  sealTerms(message, start, layout.ATTACHED_SEALED, seq, me, IDENTITY_EUI, me, IDENTITY_BASE_EUI);
  sealAlso(keys, told);
  sealAlso(keys, told + key.KEY_AUTHORITY);
  sealBody(session, SESSION_SEAL, message, start + layout.ATTACHED_SEALED, layout.ATTACHED_INNER, sendUp);
}

/** Handles B's ACK in `body`; ends the task. */
export function onAck(): void {
  if (rx[RX_LENGTH] !== layout.ACK_SEALED + layout.ACK_INNER + layout.TAG_OCTETS) {
    drop(refusal.REFUSED_KMP_LENGTH);
  } else if (!hasSession() || body[layout.ACK_INDEX] !== session[SESSION_INDEX]) {
    drop(refusal.REFUSED_NO_SESSION);
  } else {
    sealTerms(body, 0, layout.ACK_SEALED, getWord(body, layout.ACK_SEQ), me, IDENTITY_BASE_EUI, me, IDENTITY_EUI);
    openBody(session, SESSION_SEAL, body, layout.ACK_SEALED, layout.ACK_INNER, onAckOpened);
  }
}

function onAckOpened(): void {
  const seq = getWord(body, layout.ACK_SEQ);
  if (!jobOk) {
    drop(refusal.REFUSED_TAG);
    return;
  }
  if (!takeSequence(seq, session, SESSION_SEQ_IN)) {
    drop(refusal.REFUSED_SEQUENCE);
    return;
  }
  const handle = body[layout.ACK_SEALED] * 256 + body[layout.ACK_SEALED + 1];
  const ctr = getWord(body, layout.ACK_SEALED + 2);
  if (ctr === 0 && handle === handleOf(me, IDENTITY_EUI)) routeKnown();
  for (let one = 0; one < key.LIVE_END; one += key.NEXT_KEY) {
    if (waits(one) && key.keys[one + key.KEY_CTR] === ctr && handleOf(key.keys, one) === handle) {
      key.setTries(one, DONE);
      key.keys[one + key.KEY_EXPIRES] = key.keys[one + key.KEY_FULL_EXPIRES];
      nameRun(key.keys[one + 1], ctr);
    }
  }
  endTask();
}
