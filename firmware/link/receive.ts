// SPDX-License-Identifier: Apache-2.0
// The way in: queue, FCS, MHR, link security, reassembly, and then the role. What is checked, in this order: length, known
// key, MIC, then replay; only then is the counter committed (protocol.md "Data"). Plain frames carry KMP messages at most.

import { maxPsdu, millis, rxFrame, seconds } from '#board';
import { body, frame } from '#room';
import { makeWords } from '../../crypto-core/tables.ts';
import { FCS_LENGTH, fcsMatches, fcsPart } from '../mac/fcs.ts';
import * as mhr from '../mac/header.ts';
import { findMpx, MPX_WORDS } from '../mac/mpx.ts';
import { parseHeader } from '../mac/parse-header.ts';
import { queueLqi, queuePut, queueTake } from '../mac/queue.ts';
import { reassemble } from '../mac/reassembly.ts';
import { openFrameBegin } from '../mac/security.ts';
import { NO_SHORT } from '../records.ts';
import * as refusal from '../refusals.ts';
import { VERSION } from '../kemp/layout.ts';
import * as key from '../kemp/keys.ts';
import { drop, refuse } from './refuse.ts';
import { beginTask, endTask, goOn, jobOk, runJob, task, TASK_TYPE, wake } from './task.ts';
import { header, LAST_COUNTER, sendData } from './transmit.ts';

/** Security level of all link frames, and key id mode (protocol.md "Data"). */
const LINK_LEVEL = 6;
const LINK_KEY_MODE = 1;

/** What the role handles now: a KMP message, or the payload of a data frame, from body[0] on. */
export { body } from '#room';
export const rx = makeWords(7);
export const RX_LENGTH = 0;
/** The key that opened the frame, or NO_KEY if it came in plain. */
export const RX_KEY = 1;
export const RX_LQI = 2;
const RX_CAUSE = 3;
const RX_FRAME_LENGTH = 4;
/** FCS so far, and octets that it covers (fcsPart). */
const RX_SUM = 5;
const RX_SUMMED = 6;
/** Who sent the frame, as its MHR names it (address.ts). */
export const sender = makeWords(3);

const mpx = makeWords(MPX_WORDS);

let onMessage = endTask;
let onData = endTask;
let onStranger = endTask;
let onTentative = keep;
let onUnconfirmed = keep;
let onCommitted = answerFirst;

function keep(used: number): number {
  return used;
}

/**
 * @param message handles the KMP message in body and ends the task. @param data does so for the payload of a data frame.
 * @param stranger ends the task of a secured frame whose key is not known here.
 * @param tentative commits a key at its first use and returns where it is now, or NO_KEY. @param unconfirmed likewise at N.
 * @param committed called in the turn after `tentative`, with that key in rx[RX_KEY]; goes on in answerFirst().
 */
export function attachReceive(
  message: () => void,
  data: () => void,
  stranger: () => void,
  tentative: (used: number) => number,
  unconfirmed: (used: number) => number,
  committed: () => void,
): void {
  onMessage = message;
  onData = data;
  onStranger = stranger;
  onTentative = tentative;
  onUnconfirmed = unconfirmed;
  onCommitted = committed;
}

/** A frame of `length` octets lies in rxFrame: it waits in the queue until its turn, with its number beside its quality. */
export function receive(length: number, lqi: number): void {
  rx[RX_CAUSE] = (rx[RX_CAUSE] + 1) & 0x3fffff;
  if (length <= maxPsdu() && queuePut(rxFrame, length, rx[RX_CAUSE] * 256 + lqi)) wake();
  else refuse(refusal.REFUSED_QUEUE);
}

/** Frames that the radio has handed over, since start: 22 bits. */
export function framesReceived(): number {
  return rx[RX_CAUSE];
}

/** Starts the task of the oldest frame that waits. @returns false if there is none. */
export function receiveTask(): boolean {
  const length = queueTake(frame);
  if (length === 0) return false;
  beginTask(0, queueLqi() >>> 8);
  rx[RX_FRAME_LENGTH] = length;
  rx[RX_LQI] = queueLqi() & 255;
  rx[RX_KEY] = key.NO_KEY;
  rx[RX_SUM] = 0;
  rx[RX_SUMMED] = 0;
  if (length < FCS_LENGTH) drop(refusal.REFUSED_TOO_SHORT);
  else goOn(checkSum);
  return true;
}

function checkSum(): void {
  const length = rx[RX_FRAME_LENGTH];
  if (!fcsPart(frame, length - FCS_LENGTH, rx, RX_SUM)) goOn(checkSum);
  else if (fcsMatches(rx[RX_SUM], frame, length)) goOn(open);
  else drop(refusal.REFUSED_FCS);
}

function open(): void {
  const reason = inspect();
  if (reason !== refusal.ACCEPTED) drop(reason);
  else if (header[mhr.LEVEL] === 0) deliver();
  else unlock();
}

/** The MHR; sets `sender`. @returns the refusal. */
function inspect(): number {
  const reason = parseHeader(frame, rx[RX_FRAME_LENGTH], header);
  if (reason !== refusal.ACCEPTED) return reason;
  if (header[mhr.FRAME_TYPE] !== mhr.FRAME_DATA) return refusal.REFUSED_FRAME_TYPE;
  if (header[mhr.SRC_MODE] === mhr.MODE_NONE) return refusal.REFUSED_ADDRESS_MODE;
  sender[0] = header[mhr.SRC_HIGH];
  sender[1] = header[mhr.SRC_LOW];
  sender[2] = header[mhr.SRC_MODE] === mhr.MODE_SHORT ? header[mhr.SRC_SHORT] : NO_SHORT;
  if (header[mhr.LEVEL] === 0) return header[mhr.PAYLOAD_IES] === 0 ? refusal.REFUSED_PLAIN_DATA : refusal.ACCEPTED;
  if (header[mhr.LEVEL] !== LINK_LEVEL || header[mhr.KEY_MODE] !== LINK_KEY_MODE) return refusal.REFUSED_WEAK_LEVEL;
  return header[mhr.COUNTER] < LAST_COUNTER ? refusal.ACCEPTED : refusal.REFUSED_COUNTER_ENDED;
}

function unlock(): void {
  const found = key.findKey(sender, 0, header[mhr.KEY_INDEX]);
  if (found === key.NO_KEY) {
    refuse(refusal.REFUSED_UNKNOWN_KEY);
    onStranger();
    return;
  }
  rx[RX_KEY] = found;
  openFrameBegin(frame, header, key.keys, found + key.KEY_LINK, key.keys[found], key.keys[found + 1]);
  runJob(opened);
}

function opened(): void {
  const used = key.findKey(sender, 0, header[mhr.KEY_INDEX]);
  const counter = header[mhr.COUNTER];
  if (!jobOk) {
    drop(refusal.REFUSED_MIC);
  } else if (used !== rx[RX_KEY]) {
    drop(refusal.REFUSED_UNKNOWN_KEY);
  } else if (counter < key.keys[used + key.KEY_RX]) {
    drop(counter === key.keys[used + key.KEY_RX] - 1 ? refusal.REFUSED_DUPLICATE : refusal.REFUSED_REPLAY);
  } else {
    key.keys[used + key.KEY_RX] = counter + 1;
    key.keys[used + key.KEY_USED] = seconds();
    key.setProbes(used, 0);
    if (!key.isLive(used)) goOn(prove);
    else if (asksForAnswer(used)) sendData(0, used, endTask);
    else deliver();
  }
}

/** The first frame under a key. */
function prove(): void {
  const tentative = key.stateOf(rx[RX_KEY]) === key.TENTATIVE;
  const used = tentative ? onTentative(rx[RX_KEY]) : onUnconfirmed(rx[RX_KEY]);
  rx[RX_KEY] = used;
  if (used === key.NO_KEY) drop(refusal.REFUSED_TABLE_FULL);
  else if (tentative) goOn(onCommitted);
  else deliver();
}

/** R's first frame under a key that it has just committed, whatever the frame that proved it holds. */
export function answerFirst(): void {
  sendData(0, rx[RX_KEY], isEmpty() ? endTask : answered);
}

/** The frame that was answered is still there; its header has made room for that of the answer. */
function answered(): void {
  parseHeader(frame, rx[RX_FRAME_LENGTH], header);
  goOn(deliver);
}

/** CONFIRM, the first secured frame or an empty one, asks R for its first frame under the key; N never answers one. */
function asksForAnswer(used: number): boolean {
  return key.isServed(used) && isEmpty();
}

function isEmpty(): boolean {
  return header[mhr.PAYLOAD_IES] === 0 && header[mhr.PAYLOAD_END] === header[mhr.HEADER_LENGTH];
}

function deliver(): void {
  const at = header[mhr.HEADER_LENGTH];
  const end = header[mhr.PAYLOAD_END];
  if (header[mhr.PAYLOAD_IES] === 1) {
    deliverMessage(at, end);
  } else if (end === at) {
    endTask();
  } else {
    for (let i = at; i < end; i++) body[i - at] = frame[i];
    rx[RX_LENGTH] = end - at;
    onData();
  }
}

function deliverMessage(at: number, end: number): void {
  const reason = findMpx(frame, at, end, mpx);
  const length = reason === refusal.ACCEPTED ? reassemble(header, frame, mpx, millis(), body) : -reason;
  if (length < 0) {
    drop(-length);
  } else if (length === 0) {
    // An empty message, or a fragment of one that is not complete yet.
    endTask();
  } else if (((body[0] >>> 2) & 3) !== VERSION) {
    drop(refusal.REFUSED_KMP_VERSION);
  } else {
    rx[RX_LENGTH] = length;
    task[TASK_TYPE] = body[0] >>> 4;
    goOn(onMessage);
  }
}
