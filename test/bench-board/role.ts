// SPDX-License-Identifier: Apache-2.0
// A role that uses every function of the board interface, each from another handler: what the bench board's tests run.

import * as board from '#board';
import { cmacBegin, JOB_RUNNING, step } from '../../crypto-core/index.ts';
import { makeBytes, makeWords } from '../../crypto-core/tables.ts';

const words = makeWords(64);
const message = makeBytes(16);

export function start(): void {
  board.radioFilter(0x4321, 0x0001, 0x01020304, -2);
  board.radioChannel(15);
  board.setAlarm(250);
  board.report(1, board.maxPsdu(), board.keylogWanted() ? 1 : 0, board.STEP_BLOCKS, board.millis(), board.seconds());
  const stored = board.storageRead(7, words, 0, 3);
  board.report(2, stored ? 1 : 0, words[0], words[1], words[2], 0);
}

export function receive(length: number, lqi: number): void {
  for (let i = 0; i < length; i++) board.txFrame[i] = board.rxFrame[length - 1 - i];
  board.report(3, length, lqi, 0, 0, 0);
  board.radioSend(length);
}

export function sent(status: number): void {
  const known = status === board.SENT_OK || status === board.SENT_NO_ACK || status === board.SENT_NO_CHANNEL;
  board.report(4, status, known ? 1 : 0, 0, 0, 0);
}

export function alarm(): void {
  cmacBegin(words, 0, message, 0, 16);
  let outcome = step(board.STEP_BLOCKS);
  while (outcome === JOB_RUNNING) outcome = step(board.STEP_BLOCKS);
  board.post();
}

export function posted(): void {
  for (let i = 0; i < 3; i++) words[i] = board.randomWord();
  board.storageWrite(7, words, 0, 3);
}

/** "Z": keeps two words and sleeps for 30 s, "W": tells what it kept, and its sensor. "S": two frames at once; "L": a frame too long; "R": a record too large; "O": too much to say; "T": text, memory, another power, and a restart; else the octet comes back. */
export function typed(letter: number): void {
  if (letter === 0x53) {
    board.radioSend(10);
    board.radioSend(10);
  } else if (letter === 0x4c) {
    board.radioSend(board.maxPsdu() + 1);
  } else if (letter === 0x52) {
    board.storageWrite(8, words, 0, 65);
  } else if (letter === 0x5a) {
    board.retainedWrite(0, -7);
    board.retainedWrite(127, 9);
    board.sleep(30);
  } else if (letter === 0x57) {
    board.report(5, board.woken() ? 1 : 0, board.retainedRead(0), board.retainedRead(127), board.readSensor(1), 0);
  } else if (letter === 0x4f) {
    for (let i = 0; i < 300; i++) board.consoleWrite(letter);
  } else if (letter === 0x54) {
    board.consoleText('pow');
    board.wantKeylog(true);
    const set = board.setRadioPower(-5);
    const refused = board.setRadioPower(50);
    board.report(6, set ? 1 : 0, refused ? 1 : 0, board.radioPower(), board.freeHeap(), board.keylogWanted() ? 1 : 0);
    board.restart(true);
  } else {
    board.consoleWrite(letter);
  }
}
