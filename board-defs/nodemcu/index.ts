// SPDX-License-Identifier: Apache-2.0
// A board with NodeMCU: the board interface (firmware/board.ts) over a processor (#mcu), a radio (#radio) and flash (#storage).
// NodeMCU calls us, one callback after another; each reads the clock first and sets the alarm last, once, however often the
// role moved it.

import * as definition from '#definition';
import * as mcu from '#mcu';
import * as radio from '#radio';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_UNSEEDED } from '../../firmware/events.ts';
import { goOnSleeping, millis, readClock, sleepFor, startClock, woken } from './clock.ts';
import { consoleText, startConsole } from './console.ts';
import { keepRandom, resumeRandom, seedRandom } from './entropy.ts';
import { removeLogs } from './files.ts';
import { nothing, onAlarm, onPosted, onStart, setHandlers, setInterruptHandler } from './handlers.ts';
import { openLogs, writeRecord } from './log.ts';
import type { System } from './modules.ts';
import { report } from './report.ts';
import { setTimer, startTimers } from './timers.ts';

export { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../firmware/board.ts';
export { readSensor } from '#mcu';
export { radioChannel, radioFilter, radioPower, setRadioPower } from '#radio';
export { millis, seconds, woken } from './clock.ts';
export { consoleText, consoleWrite } from './console.ts';
export { randomWord } from './entropy.ts';
export { rxFrame, txFrame } from './frames.ts';
export { storageRead } from './log.ts';
export { report } from './report.ts';
export { retainedRead, retainedWrite } from './retained.ts';

declare const node: System;

export const STEP_BLOCKS = definition.STEP_BLOCKS;

/** The radio is looked at when an alarm comes, which costs no turn of its own; so one comes every second. The role sets its
 * alarm again when it comes early ... */
const LONGEST_ALARM = 1000;
/** ... but not while it waits for the radio: an alarm then comes after this many ms. */
const NEXT_LOOK_MS = 1500;
/** ... and not more often than this, ms. */
const LOOK_MS = 250;

const ALARM = 0;
const ALARM_MOVED = 1;
const LOOKED_AT = 2;
/** 1: records cannot be stored, so nothing is sent any more. */
const STOPPED = 3;
const STARTED = 4;
/** 1 where link keys are reported. */
const KEYLOG = 5;
/** 1: random numbers are fit for keys. */
const SEEDED = 6;
const state = makeWords(7);
/** Where they are not, noise is looked for again after this many ms. */
const SEED_AGAIN_MS = 10000;

/** Names the role's handlers (firmware/board.ts, Role), starts the hardware, and then the role. */
export function attach(
  start: () => void,
  receive: (length: number, lqi: number) => void,
  sent: (status: number) => void,
  alarm: () => void,
  posted: () => void,
  typed: (octet: number) => void,
): void {
  if (goOnSleeping()) return;
  openLogs();
  setHandlers(start, receive, sent, alarm, posted);
  mcu.startPins();
  startTimers(alarmTask, radioTask);
  startConsole(typed);
  setInterruptHandler(interruptTask);
  radio.radioStart();
  if (woken()) resumeRandom();
  state[SEEDED] = woken() || seedRandom() ? 1 : 0;
  mcu.watchInterrupt(radio.INTERRUPT_LEVEL, interruptTask);
  mcu.defer(postedTask);
}

function interruptTask(): void {
  readClock();
  radio.radioInterrupt();
  setAlarmNow();
}

function radioTask(): void {
  readClock();
  radio.radioTimer();
  setAlarmNow();
}

function alarmTask(): void {
  if (state[SEEDED] === 0) {
    state[SEEDED] = seedRandom() ? 1 : 0;
    mcu.defer(postedTask);
    return;
  }
  readClock();
  radio.radioPending();
  if (((millis() - state[LOOKED_AT]) & 0x7fffffff) >= LOOK_MS) {
    state[LOOKED_AT] = millis();
    radio.radioLook();
  }
  state[ALARM] = NEXT_LOOK_MS;
  state[ALARM_MOVED] = 1;
  onAlarm();
  setAlarmNow();
}

/** The first one is the start, unless random numbers might be known: then there is none, and no key is established. */
function postedTask(): void {
  if (state[SEEDED] === 0) {
    report(EVENT_UNSEEDED, 0, 0, 0, 0, 0);
    consoleText('~ random: no seed and no noise, so no keys; provision a seed\n');
    setTimer(SEED_AGAIN_MS);
    return;
  }
  if (state[STARTED] === 0) {
    state[STARTED] = 1;
    startClock();
    onStart();
  } else {
    readClock();
    onPosted();
  }
  setAlarmNow();
}

function setAlarmNow(): void {
  if (state[ALARM_MOVED] === 0) return;
  state[ALARM_MOVED] = 0;
  setTimer(state[ALARM]);
}

// The rest of the board interface; firmware/board.ts says what each does.

export function maxPsdu(): number {
  return definition.MAX_PSDU;
}

export function radioSend(length: number): void {
  if (state[STOPPED] === 0) radio.radioSend(length);
}

/** A mote that cannot store would use counters again after its next start: it stops. */
export function storageWrite(record: number, words: Words, at: number, count: number): void {
  if (writeRecord(record, words, at, count)) return;
  state[STOPPED] = 1;
  setHandlers(nothing, nothing, nothing, nothing, nothing);
}

export function setAlarm(delay: number): void {
  state[ALARM] = delay > LONGEST_ALARM ? LONGEST_ALARM : delay < 1 ? 1 : delay;
  state[ALARM_MOVED] = 1;
}

export function post(): void {
  mcu.defer(postedTask);
}

/** The radio sleeps, too. What comes until the processor stops finds no role. */
export function sleep(length: number): void {
  setHandlers(nothing, nothing, nothing, nothing, nothing);
  radio.radioSleep();
  keepRandom();
  sleepFor(length < 1 ? 1 : length);
}

export function restart(erase: boolean): void {
  if (erase) removeLogs();
  node.restart();
}

export function freeHeap(): number {
  return node.heap();
}

/** Key material leaves a board by debug images alone. */
export function keylogWanted(): boolean {
  return definition.DEBUG && state[KEYLOG] === 1;
}

export function wantKeylog(wanted: boolean): void {
  state[KEYLOG] = wanted ? 1 : 0;
}
