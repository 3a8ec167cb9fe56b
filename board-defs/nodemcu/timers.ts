// SPDX-License-Identifier: Apache-2.0
// The two timers of a board: the alarm, and the radio's own for what cannot wait for a look (radio.ts).

import type { Timer, Timers } from './modules.ts';

declare const tmr: Timers;

const alarmTimer = tmr.create();
const radioTimer = tmr.create();

/** Names what the two timers call. Once. */
export function startTimers(alarm: () => void, radio: () => void): void {
  alarmTimer.register(alarmTimer, 1000, tmr.ALARM_SEMI, alarm);
  radioTimer.register(radioTimer, 1000, tmr.ALARM_SEMI, radio);
}

/** The alarm, `delay` ms from now (1 to 6,000,000), in place of the one before. */
export function setTimer(delay: number): void {
  restart(alarmTimer, delay);
}

/** The radio's, likewise. */
export function setRadioTimer(delay: number): void {
  restart(radioTimer, delay);
}

export function stopRadioTimer(): void {
  radioTimer.stop(radioTimer);
}

function restart(timer: Timer, delay: number): void {
  timer.stop(timer);
  timer.interval(timer, delay);
  timer.start(timer);
}
