// SPDX-License-Identifier: Apache-2.0
// A board with NodeMCU: the board interface (firmware/board.ts) over a processor (#mcu), a radio (#radio) and flash (#storage).
// NodeMCU calls us, one callback after another; each reads the clock first and sets the alarm last, once, however often the
// role moved it.

import * as definition from '#definition';
import * as mcu from '#mcu';
import * as radio from '#radio';
import { makeWords } from '../../crypto-core/tables.ts';
import { goOnSleeping, millis, readClock, sleepFor, startClock } from './clock.ts';
import { startConsole } from './console.ts';
import { nothing, onAlarm, onCommand, onPosted, onStart, setHandlers } from './handlers.ts';
import { setTimer, startTimers } from './timers.ts';

export { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../firmware/board.ts';
export { randomWord, readSensor, retainedRead, retainedWrite } from '#mcu';
export { radioFilter, radioSend, radioChannel } from '#radio';
export { millis, seconds, woken } from './clock.ts';
export { consoleWrite } from './console.ts';
export { rxFrame, rxLine, txFrame } from './frames.ts';
export { storageRead, storageWrite } from './records.ts';
export { report } from './report.ts';

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
const state = makeWords(3);

/** Names the role's handlers (firmware/board.ts, Role), starts the hardware, and then the role. */
export function attach(
  start: () => void,
  receive: (length: number, lqi: number) => void,
  sent: (status: number) => void,
  alarm: () => void,
  posted: () => void,
  command: (length: number) => void,
): void {
  if (goOnSleeping()) return;
  setHandlers(start, receive, sent, alarm, posted, command);
  mcu.startPins();
  startTimers(alarmTask, radioTask);
  startConsole(commandTask);
  radio.radioStart();
  mcu.watchInterrupt(radio.INTERRUPT_LEVEL, interruptTask);
  mcu.defer(startTask);
}

function startTask(): void {
  startClock();
  onStart();
  setAlarmNow();
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

function postedTask(): void {
  readClock();
  onPosted();
  setAlarmNow();
}

function commandTask(length: number): void {
  readClock();
  onCommand(length);
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

export function setAlarm(delay: number): void {
  state[ALARM] = delay > LONGEST_ALARM ? LONGEST_ALARM : delay < 1 ? 1 : delay;
  state[ALARM_MOVED] = 1;
}

export function post(): void {
  mcu.defer(postedTask);
}

/** The radio sleeps, too. What comes until the processor stops finds no role. */
export function sleep(length: number): void {
  setHandlers(nothing, nothing, nothing, nothing, nothing, nothing);
  radio.radioSleep();
  sleepFor(length < 1 ? 1 : length);
}

/** Key material leaves a board by no debug image of ours. */
export function keylogWanted(): boolean {
  return false;
}
