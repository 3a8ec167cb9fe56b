// SPDX-License-Identifier: Apache-2.0
// This router's group key, for its broadcasts: handed to each neighbour in its NOTICE, and in GROUP, a link-secured frame, when
// it has changed (protocol.md "Group key"). Any neighbour could forge a broadcast under it; pairwise and broadcast counters are
// apart.

import { randomWord, seconds, SENT_OK } from '#board';
import { putWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { body, rx, RX_KEY, RX_LENGTH } from '../link/receive.ts';
import { drop } from '../link/refuse.ts';
import { endTask } from '../link/task.ts';
import { setTimer, TIMER_GROUP } from '../link/timers.ts';
import { message, sendMessage, txStatus } from '../link/transmit.ts';
import { REFUSED_KMP_LENGTH } from '../refusals.ts';
import * as key from './keys.ts';
import { GROUP, GROUP_COUNTER_AT, GROUP_INDEX_AT, GROUP_KEY_AT, GROUP_OCTETS, head } from './layout.ts';

/** Key (4 words), its index, the counter of the next broadcast; when it was made (s). */
export const group = makeWords(8);
export const GROUP_KEY = 0;
export const GROUP_INDEX = 4;
export const GROUP_COUNTER = 5;
const GROUP_MADE = 6;
/** The key that is being told of it. */
const TELLING = 7;

/** Departures change the group key at most once in this time, seconds (T_group); a revocation does at once. */
const T_GROUP = 3600;
/** How often those are looked for who know an old group key and have been heard again, ms. */
const LOOK_MS = 4000;
const LAST_INDEX = 255;

/** Draws the first group key. */
export function startGroup(): void {
  draw();
  setTimer(TIMER_GROUP, LOOK_MS);
}

function draw(): void {
  for (let i = 0; i < 4; i++) group[GROUP_KEY + i] = randomWord();
  group[GROUP_INDEX] = group[GROUP_INDEX] === LAST_INDEX ? 1 : group[GROUP_INDEX] + 1;
  group[GROUP_COUNTER] = 0;
  group[GROUP_MADE] = seconds();
  for (let known = 0; known < key.KEYS_END; known += key.NEXT_KEY) {
    if (key.isServed(known)) key.keys[known + key.KEY_TELL_TRIED] = 0;
  }
}

/** A neighbour was revoked: a new group key for all others, at once. */
export function changeGroup(): void {
  draw();
  setTimer(TIMER_GROUP, 0);
}

/** A neighbour's key has ended: a new group key, if the last is old enough. */
export function noteDeparture(): void {
  if (seconds() - group[GROUP_MADE] >= T_GROUP) changeGroup();
}

/** TIMER_GROUP: tells the next neighbour that has not been told; ends the task. */
export function groupTask(): void {
  let one = key.NO_KEY;
  for (let known = 0; known < key.LIVE_END; known += key.NEXT_KEY) {
    const serves = key.isLive(known) && key.isServed(known);
    if (serves && key.groupIndexOf(known) !== group[GROUP_INDEX] && isThere(known)) one = known;
  }
  setTimer(TIMER_GROUP, LOOK_MS);
  if (one === key.NO_KEY) {
    endTask();
    return;
  }
  group[TELLING] = one;
  message[0] = head(GROUP, 0);
  for (let i = 0; i < 4; i++) putWord(message, GROUP_KEY_AT + 4 * i, group[GROUP_KEY + i]);
  message[GROUP_INDEX_AT] = group[GROUP_INDEX];
  putWord(message, GROUP_COUNTER_AT, group[GROUP_COUNTER]);
  sendMessage(GROUP_OCTETS, key.keys, one, one, onSent);
}

/** Not yet tried since the change, or heard since the last try: who has moved on or sleeps is told when it is back. */
function isThere(known: number): boolean {
  const tried = key.keys[known + key.KEY_TELL_TRIED];
  return tried === 0 || key.keys[known + key.KEY_USED] > tried;
}

/** An acknowledgement is a chip's, not a promise; whoever shows an old index is told again. */
function onSent(): void {
  const told = group[TELLING];
  if (txStatus === SENT_OK) key.setGroupIndex(told, group[GROUP_INDEX]);
  else key.keys[told + key.KEY_TELL_TRIED] = seconds();
  setTimer(TIMER_GROUP, 0);
  endTask();
}

/** GROUP of a router, under the link key; ends the task. */
export function onGroup(): void {
  if (rx[RX_LENGTH] !== GROUP_OCTETS) {
    drop(REFUSED_KMP_LENGTH);
    return;
  }
  const from = rx[RX_KEY];
  if (!key.isServed(from)) key.setGroupIndex(from, body[GROUP_INDEX_AT]);
  endTask();
}
