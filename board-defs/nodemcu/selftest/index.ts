// SPDX-License-Identifier: Apache-2.0
// The self-test's image: what a user runs on new boards before anything else (docs/porting.md). It measures and says what it
// found; `kemp selftest` asks and judges. It stores nothing.

import { MAX_PSDU, STEP_BLOCKS } from '#definition';
import * as mcu from '#mcu';
import * as radio from '#radio';
import { startClock } from '../clock.ts';
import { nothing, setHandlers, setInterruptHandler } from '../handlers.ts';
import type { System } from '../modules.ts';
import { startTimers } from '../timers.ts';
import { beginAes } from './aes.ts';
import { nextWords } from './entropy.ts';
import {
  alarmTask,
  beginFrames,
  frameCame,
  frameLeft,
  interruptTask,
  listen,
  radioTask,
  tellHeard,
  tune,
} from './frames.ts';
import { done, endRow, has, INVALID_ARGUMENT, letter, put, refuse, startLines, UNKNOWN_COMMAND } from './lines.ts';
import { beginSpi } from './spi.ts';

export { blocks } from './aes.ts';

declare const node: System;

/** Of the answers, for who reads them. */
const VERSION = 1;

/** Starts the hardware, and listens to the console. */
export function start(): void {
  setHandlers(nothing, frameCame, frameLeft, nothing, nothing);
  setInterruptHandler(interruptTask);
  mcu.startPins();
  startTimers(alarmTask, radioTask);
  startClock();
  radio.radioStart();
  startLines(answer);
}

function answer(): void {
  const first = letter();
  if (first === 115) run(1, beginSpi);
  else if (first === 97) run(1, beginAes);
  else if (first === 101) run(1, nextWords);
  else if (first === 116) run(5, tune);
  else if (first === 102) run(6, beginFrames);
  else if (first === 108) run(1, listen);
  else if (first === 104) run(0, tellHeard);
  else if (first === 118) run(0, tellVersion);
  else if (first === 114) run(0, reboot);
  else refuse(UNKNOWN_COMMAND);
}

function run(count: number, command: () => void): void {
  if (has(count)) command();
  else refuse(INVALID_ARGUMENT);
}

function tellVersion(): void {
  put('selftest', VERSION);
  put('step', STEP_BLOCKS);
  put('psdu', MAX_PSDU);
  endRow();
  done();
}

function reboot(): void {
  done();
  node.restart();
}
