// SPDX-License-Identifier: Apache-2.0
// What is wrong with the log, for the console: a line in words for whoever reads it, a report for whoever watches.

import * as events from '../../firmware/events.ts';
import { consoleText } from './console.ts';
import { report } from './report.ts';

/** One of the files is not whole. @param reason STORAGE_... of events.ts. @param at octets that were good. @param mended by the other */
export function tellLogFault(log: number, reason: number, at: number, mended: boolean): void {
  report(events.EVENT_STORAGE_FAULT, log, reason, at, mended ? 1 : 0, 0);
  if (log === 0) consoleText('~ storage: kemp.a ');
  else consoleText('~ storage: kemp.b ');
  if (reason === events.STORAGE_MISSING) consoleText('is missing');
  else if (reason === events.STORAGE_TRUNCATED) consoleText('is cut short');
  else if (reason === events.STORAGE_DAMAGED) consoleText('is damaged');
  else if (reason === events.STORAGE_FOREIGN) consoleText('is no file of ours');
  else if (reason === events.STORAGE_VERSION) consoleText('is of another version');
  else if (reason === events.STORAGE_ROLE) consoleText('is of another role');
  else if (reason === events.STORAGE_BEHIND) consoleText('lacks what was written last');
  else consoleText('cannot be written');
  if (mended) consoleText(': made anew from the other one\n');
  else consoleText('\n');
}

/** Neither file is whole: nothing is read, and nothing written over what is there. */
export function tellLost(): void {
  consoleText('~ storage: no whole copy is left: provision this mote again\n');
}
