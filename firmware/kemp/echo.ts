// SPDX-License-Identifier: Apache-2.0
// ECHO: is the peer of a key still the one that holds it? Asked under the link key, twice, where there is reason to doubt: an
// ADVERT with another incarnation, a session restored from sleep. Any frame under the key is an answer; without one nothing is
// built on the key any more, and the node looks for another way. It is not deleted: anyone can forge an ADVERT in the name of a
// router that is out of earshot (protocol.md "Discovery").

import { body, rx, RX_KEY, RX_LENGTH } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { inMillis, remaining, setTimer, TIMER_GROUP, TIMER_PROBE } from '../link/timers.ts';
import { message, sendMessage } from '../link/transmit.ts';
import { REFUSED_KMP_LENGTH } from '../refusals.ts';
import { runTimeout } from './identity.ts';
import * as key from './keys.ts';
import { ECHO, ECHO_ASK, ECHO_INDEX, ECHO_OCTETS, ECHO_REPLY, head } from './layout.ts';

const PROBES = 2;

/** Doubts a key: the first ECHO goes out as soon as the board is free. */
export function doubt(doubted: number): void {
  const probes = key.probesOf(doubted);
  if (probes === 0 || probes === key.DOUBTED) {
    key.setProbes(doubted, 1);
    key.keys[doubted + key.KEY_PROBE_DUE] = inMillis(0);
    setTimer(TIMER_PROBE, 0);
  }
}

/** TIMER_PROBE: asks again, or gives the key that did not answer no more trust; ends the task. */
export function probeTask(): void {
  let due = key.NO_KEY;
  let soonest = 0x3fffffff;
  for (let one = 0; one < key.LIVE_END; one += key.NEXT_KEY) {
    if (key.isAsked(one)) {
      const left = remaining(key.keys[one + key.KEY_PROBE_DUE]);
      if (left <= 0) due = one;
      else if (left < soonest) soonest = left;
    }
  }
  if (due === key.NO_KEY) {
    if (soonest < 0x3fffffff) setTimer(TIMER_PROBE, soonest);
    endTask();
    return;
  }
  const wait = runTimeout(1);
  setTimer(TIMER_PROBE, soonest < wait ? soonest : wait);
  const probes = key.probesOf(due);
  if (probes > PROBES) {
    key.setProbes(due, key.DOUBTED);
    endTask();
  } else {
    key.setProbes(due, probes + 1);
    key.keys[due + key.KEY_PROBE_DUE] = inMillis(wait);
    sendEcho(due, ECHO_ASK);
  }
}

/** Sends ECHO under a key; ends the task. @param mode ECHO_ASK or ECHO_REPLY */
export function sendEcho(link: number, mode: number): void {
  message[0] = head(ECHO, mode);
  message[ECHO_INDEX] = key.isServed(link) ? 0 : key.groupIndexOf(link);
  sendMessage(ECHO_OCTETS, key.keys, link, link, endTask);
}

/** The ECHO in `body`, under a link key; ends the task. That it opened has answered our own doubt, if there was one. */
export function onEcho(): void {
  if (rx[RX_LENGTH] !== ECHO_OCTETS) {
    drop(REFUSED_KMP_LENGTH);
  } else {
    if (key.isServed(rx[RX_KEY])) {
      // Who slept through a change of the group key shows an old index, and is told again at once (group.ts).
      key.setGroupIndex(rx[RX_KEY], body[ECHO_INDEX]);
      key.keys[rx[RX_KEY] + key.KEY_TELL_TRIED] = 0;
      setTimer(TIMER_GROUP, 0);
    }
    if ((body[0] & 3) === ECHO_ASK) sendEcho(rx[RX_KEY], ECHO_REPLY);
    else endTask();
  }
}
