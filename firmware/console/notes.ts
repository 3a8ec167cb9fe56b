// SPDX-License-Identifier: Apache-2.0
// What happens while nobody asks: lines that begin with "~", where the level of `log` wants them. They wait in a short queue, since
// the turn that they come from has no time for them.

import { consoleText } from '#board';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { MODE_CENTRALISED, MODE_RETURN } from '../events.ts';
import { endRow } from './input.ts';
import { putAddress, writeNumber } from './print.ts';

/** Levels of `log`. */
export const LOG_NONE = 0;
export const LOG_EVENTS = 1;
export const LOG_REFUSALS = 2;

export const NOTE_KEY_GONE = 1;
export const NOTE_DOWN = 2;
export const NOTE_READING = 3;
export const NOTE_ATTACHED = 4;
export const NOTE_LOST = 5;
export const NOTE_REVOKED = 6;
export const NOTE_REFUSED = 7;

const NOTES = 4;
const NOTE_WORDS = 4;
const notes = makeWords(NOTES * NOTE_WORDS);
const WHAT = 0;
const PEER = 1;
const NUMBER = 3;

export const log = makeWords(3);
export const LEVEL = 0;
const COUNT = 1;
/** Notes that found no room since the last one that did. */
const MISSED = 2;

/**
 * Notes what has happened, for the console. @param what NOTE_... @param table and at: whom it is about, by EUI-64.
 * @param number what else there is to say of it
 */
export function note(what: number, table: Words, at: number, number: number): void {
  if (log[LEVEL] < (what === NOTE_REFUSED ? LOG_REFUSALS : LOG_EVENTS)) return;
  if (log[COUNT] === NOTES) {
    log[MISSED] += 1;
    return;
  }
  const to = log[COUNT] * NOTE_WORDS;
  notes[to + WHAT] = what;
  notes[to + PEER] = table[at];
  notes[to + PEER + 1] = table[at + 1];
  notes[to + NUMBER] = number;
  log[COUNT] += 1;
}

export function noteWaits(): boolean {
  return log[COUNT] > 0;
}

/** Prints the oldest note. */
export function showNote(): void {
  const what = notes[WHAT];
  const number = notes[NUMBER];
  if (what === NOTE_KEY_GONE) consoleText('~ key gone ');
  else if (what === NOTE_DOWN) consoleText('~ data from ');
  else if (what === NOTE_READING) consoleText('~ reading from ');
  else if (what === NOTE_LOST) consoleText('~ lost ');
  else if (what === NOTE_REVOKED) consoleText('~ revoked ');
  else if (what === NOTE_REFUSED) consoleText('~ refused reason=');
  else if (number === MODE_CENTRALISED) consoleText('~ joined ');
  else if (number === MODE_RETURN) consoleText('~ returned to ');
  else consoleText('~ handed over to ');
  if (what === NOTE_REFUSED) writeNumber(number);
  else putAddress('', notes, PEER, 16);
  if (what <= NOTE_READING) {
    if (what === NOTE_KEY_GONE) consoleText(' index=');
    else consoleText(' octets=');
    writeNumber(number);
  }
  if (log[MISSED] > 0 && log[COUNT] === NOTES) {
    consoleText(' missed=');
    writeNumber(log[MISSED]);
    log[MISSED] = 0;
  }
  endRow();
  log[COUNT] -= 1;
  for (let i = 0; i < NOTE_WORDS * (NOTES - 1); i++) notes[i] = notes[i + NOTE_WORDS];
}
