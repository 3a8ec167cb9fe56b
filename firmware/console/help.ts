// SPDX-License-Identifier: Apache-2.0
// What `help` says. docs/console.md is where it is written; a test holds the images to that page.

import { consoleText } from '#board';
/** Lines that all roles have. */
export const HELP_LINES = 16;

/** @param next from 0 on, below HELP_LINES */
export function helpLine(next: number): void {
  if (next === 0) consoleText('help: this list');
  else if (next === 1) consoleText('version: version, board and role of the image');
  else if (next === 2) consoleText('state: whether the mote has joined, and where');
  else if (next === 3) consoleText('role: mote, router or base');
  else if (next === 4) consoleText('neighbors: routers in earshot');
  else if (next === 5) consoleText('keys: keys held: index, depth, seconds left, next frame counter');
  else if (next === 6) consoleText('counters: frames, AES blocks, seconds since start');
  else if (next === 7) consoleText('refusals: what was refused, by reason');
  else if (next === 8) consoleText('ping [NODE]: ask a neighbor under its key; without a node the router of today');
  else if (next === 9) consoleText('channel [11..26]: channel, or another one until the next start');
  else if (next === 10) consoleText('power [DBM]: transmission power, or another one until the next start');
  else if (next === 11) consoleText('log [none|events|refusals]: which lines with ~ come unasked');
  else if (next === 12) consoleText('echo [on|off]: whether what is typed is shown');
  else if (next === 13) consoleText('heap: octets of memory that are free, 0 where unknown');
  else if (next === 14) consoleText('reboot: start again');
  else consoleText('factoryreset confirm: forget all records, then start again');
}
