// SPDX-License-Identifier: Apache-2.0
// The log's files in SPIFFS, by NodeMCU's module `file`. Looking through a whole log takes a good part of the half second after
// which the watchdog bites, so it is told at each opening.

import type { Handle } from '../nodemcu/modules.ts';
import type { File, Tmr } from './nodemcu.ts';

declare const file: File;
declare const tmr: Tmr;

/** As board-defs/storage.ts, all of these. */
export function openToRead(log: number): Handle {
  tmr.wdclr();
  if (log === 0) return file.open('kemp.a', 'r');
  return file.open('kemp.b', 'r');
}

export function openToWrite(log: number): Handle {
  tmr.wdclr();
  if (log === 0) return file.open('kemp.a', 'w');
  return file.open('kemp.b', 'w');
}

export function openToAppend(log: number): Handle {
  tmr.wdclr();
  if (log === 0) return file.open('kemp.a', 'a');
  return file.open('kemp.b', 'a');
}
