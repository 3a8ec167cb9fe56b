// SPDX-License-Identifier: Apache-2.0
// Long commands are cut into turns, as firmware is: none takes more than some milliseconds.

import { defer } from '#mcu';
import { readClock } from '../clock.ts';
import { nothing } from '../handlers.ts';

let next: () => void = nothing;

/** Calls `run` in a turn of its own. One at a time. */
export function goOn(run: () => void): void {
  next = run;
  defer(turn);
}

function turn(): void {
  readClock();
  next();
}
