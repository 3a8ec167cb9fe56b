// SPDX-License-Identifier: Apache-2.0
// The way out: a KMP message (in MPX, in fragments if it must) or a data payload, in plain or under a link key, one frame at
// a time. The caller writes `message`, names the receiver, and goes on in `next`, where txStatus tells how it went.

import { maxPsdu, radioSend, randomWord, report, SENT_OK, txFrame } from '#board';
import { message } from '#room';
import { makeWords, type Words } from '../../crypto-core/tables.ts';
import { EVENT_FRAME } from '../events.ts';
import * as key from '../kemp/keys.ts';
import { me } from '../kemp/identity.ts';
import { FCS_LENGTH, fcsPart, putFcs } from '../mac/fcs.ts';
import { fragmentCount, fragmentLength, fragmentStart, mpxRoom } from '../mac/fragment.ts';
import * as mhr from '../mac/header.ts';
import { buildHeader } from '../mac/build-header.ts';
import { putMpxFragment, putMpxFull } from '../mac/mpx.ts';
import { sealFrameBegin } from '../mac/security.ts';
import { IDENTITY_EUI, IDENTITY_PAN, IDENTITY_SHORT, NO_SHORT } from '../records.ts';
import { goOn, nothing, runJob, task, TASK_CAUSE, TASK_CTR, TASK_NODE } from './task.ts';

/** The key ended before the frame was sealed, or there is no way to the receiver. */
const SENT_NO_KEY = 3;
/** The payload fits no frame: data is never cut into fragments. */
const SENT_TOO_LONG = 4;
/** Counters end below 2^31-1, behind which none could be counted: the key must be replaced. */
export const LAST_COUNTER = 0x7fffffff;

/** What to send next: a KMP body from its head octet on, or a data payload. At a router it lies where `body` does: who answers has read. */
export { message } from '#room';
/** How the last transmission ended: SENT_OK, SENT_NO_ACK, SENT_NO_CHANNEL (board.ts), SENT_NO_KEY or SENT_TOO_LONG. */
export let txStatus = SENT_OK;

/** MHR of the frame that is looked at or made. */
export const header = makeWords(mhr.HEADER_WORDS);
const tx = makeWords(12);
const TX_LENGTH = 0;
/** Link key, or NO_KEY for a plain frame. */
const TX_KEY = 1;
/** 1: a KMP message; 0: data. */
const TX_KMP = 2;
const TX_FRAGMENT = 3;
const TX_FRAGMENTS = 4;
const TX_TRANSACTION = 5;
const TX_FRAME_LENGTH = 6;
const TX_SEQUENCE = 7;
/** FCS so far, and octets that it covers (fcsPart). */
const TX_SUM = 8;
const TX_SUMMED = 9;
/** Frames handed to the radio, and those that did not arrive, since start. */
const TX_FRAMES = 10;
const TX_FAILED = 11;

let sentNext = nothing;

/** Begins at a random sequence number (IEEE 802.15.4 8.4.3.1, macDsn). */
export function startTransmit(): void {
  tx[TX_SEQUENCE] = randomWord() & 255;
  tx[TX_TRANSACTION] = randomWord() & 31;
}

/** Sends the KMP message message[0..length-1]. @param link key to secure it with, or NO_KEY: in plain. */
export function sendMessage(length: number, to: Words, toAt: number, link: number, next: () => void): void {
  setDestination(to, toAt);
  tx[TX_KMP] = 1;
  begin(length, link, next);
}

/** Sends the KMP message message[0..length-1] to everyone in earshot, in plain. */
export function broadcastMessage(length: number, next: () => void): void {
  header[mhr.ACK_REQUEST] = 0;
  header[mhr.PAN_COMPRESSION] = 1;
  header[mhr.DST_MODE] = mhr.MODE_SHORT;
  header[mhr.DST_SHORT] = mhr.BROADCAST;
  setSource(me[IDENTITY_SHORT] === NO_SHORT ? mhr.MODE_EXTENDED : mhr.MODE_SHORT);
  tx[TX_KMP] = 1;
  begin(length, key.NO_KEY, next);
}

/** Sends message[0..length-1] as secured data to the peer of a key; empty, it is a CONFIRM or the answer to one. */
export function sendData(length: number, link: number, next: () => void): void {
  setDestination(key.keys, link);
  tx[TX_KMP] = 0;
  begin(length, link, next);
}

/** Two EUI-64s go without PAN-ID compression, as the radios' 2006 filters want it; two short addresses with it. */
function setDestination(to: Words, at: number): void {
  const short = to[at + 2] !== NO_SHORT && me[IDENTITY_SHORT] !== NO_SHORT;
  const mode = short ? mhr.MODE_SHORT : mhr.MODE_EXTENDED;
  header[mhr.ACK_REQUEST] = 1;
  header[mhr.PAN_COMPRESSION] = short ? 1 : 0;
  header[mhr.DST_MODE] = mode;
  header[mhr.DST_SHORT] = to[at + 2];
  header[mhr.DST_HIGH] = to[at];
  header[mhr.DST_LOW] = to[at + 1];
  setSource(mode);
}

function setSource(mode: number): void {
  header[mhr.FRAME_TYPE] = mhr.FRAME_DATA;
  header[mhr.FRAME_VERSION] = 2;
  header[mhr.DST_PAN] = me[IDENTITY_PAN];
  header[mhr.SRC_PAN] = me[IDENTITY_PAN];
  header[mhr.SRC_MODE] = mode;
  header[mhr.SRC_SHORT] = me[IDENTITY_SHORT];
  header[mhr.SRC_HIGH] = me[IDENTITY_EUI];
  header[mhr.SRC_LOW] = me[IDENTITY_EUI + 1];
}

function begin(length: number, link: number, next: () => void): void {
  sentNext = next;
  tx[TX_LENGTH] = length;
  tx[TX_KEY] = link;
  tx[TX_FRAGMENT] = 0;
  tx[TX_FRAGMENTS] = 0;
  header[mhr.IE_PRESENT] = tx[TX_KMP];
  header[mhr.PAYLOAD_IES] = tx[TX_KMP];
  header[mhr.LEVEL] = link === key.NO_KEY ? 0 : 6;
  header[mhr.KEY_MODE] = 1;
  goOn(sendNextFrame);
}

/** Builds the frame of the next fragment, or of the whole message, and seals it. */
function sendNextFrame(): void {
  const link = tx[TX_KEY];
  if (link !== key.NO_KEY) {
    if (!key.keyAlive(link) || key.keys[link + key.KEY_TX] >= LAST_COUNTER) {
      finish(SENT_NO_KEY);
      return;
    }
    header[mhr.KEY_INDEX] = key.indexOf(link);
    header[mhr.COUNTER] = key.keys[link + key.KEY_TX];
    key.keys[link + key.KEY_TX] += 1;
  }
  tx[TX_SEQUENCE] = (tx[TX_SEQUENCE] + 1) & 255;
  header[mhr.SEQUENCE] = tx[TX_SEQUENCE];
  header[mhr.FRAME_PENDING] = 0;
  const start = buildHeader(txFrame, header);
  const room = mpxRoom(maxPsdu(), start, mhr.micLength(header[mhr.LEVEL]));
  const frames = fragmentCount(tx[TX_LENGTH], room);
  if ((tx[TX_KMP] === 0 && tx[TX_LENGTH] > room) || (tx[TX_KMP] === 1 && frames === 0)) {
    finish(SENT_TOO_LONG);
    return;
  }
  const end = putPayload(start, room);
  tx[TX_FRAME_LENGTH] = mhr.frameLength(header, end);
  tx[TX_SUM] = 0;
  tx[TX_SUMMED] = 0;
  if (link === key.NO_KEY) {
    goOn(transmit);
  } else {
    sealFrameBegin(txFrame, header, end, key.keys, link + key.KEY_LINK, me[IDENTITY_EUI], me[IDENTITY_EUI + 1]);
    runJob(transmit);
  }
}

/** @param room for the payload. @returns where it ends. */
function putPayload(at: number, room: number): number {
  const length = tx[TX_LENGTH];
  if (tx[TX_KMP] === 0) return copySlice(0, length, at);
  const count = fragmentCount(length, room);
  if (count === 1) return copySlice(0, length, putMpxFull(txFrame, at, length));
  const fragment = tx[TX_FRAGMENT];
  if (fragment === 0) tx[TX_TRANSACTION] = (tx[TX_TRANSACTION] + 1) & 31;
  tx[TX_FRAGMENTS] = count;
  const slice = fragmentLength(fragment, length, room);
  const to = putMpxFragment(txFrame, at, tx[TX_TRANSACTION], fragment, count, length, slice);
  return copySlice(fragmentStart(fragment, room), slice, to);
}

function copySlice(from: number, length: number, to: number): number {
  for (let i = 0; i < length; i++) txFrame[to + i] = message[from + i];
  return to + length;
}

function transmit(): void {
  const length = tx[TX_FRAME_LENGTH];
  const end = length - FCS_LENGTH;
  if (!fcsPart(txFrame, end, tx, TX_SUM)) {
    goOn(transmit);
    return;
  }
  putFcs(txFrame, end, tx[TX_SUM]);
  const type = tx[TX_KMP] === 1 ? message[0] >>> 4 : 0;
  report(EVENT_FRAME, type, length, task[TASK_CAUSE], task[TASK_NODE], task[TASK_CTR]);
  radioSend(length);
}

/** The board's word on the frame given to it last. */
export function sent(status: number): void {
  tx[TX_FRAMES] = (tx[TX_FRAMES] + 1) & 0x7fffffff;
  if (status !== SENT_OK) tx[TX_FAILED] += 1;
  tx[TX_FRAGMENT] += 1;
  if (status === SENT_OK && tx[TX_FRAGMENT] < tx[TX_FRAGMENTS]) sendNextFrame();
  else finish(status);
}

/** Frames that have left, and those of them that were not acknowledged or found no free channel. */
export function framesSent(): number {
  return tx[TX_FRAMES];
}

export function framesFailed(): number {
  return tx[TX_FAILED];
}

function finish(status: number): void {
  txStatus = status;
  sentNext();
}

/** Nobody is there to send to: goes on like after a transmission that failed. */
export function sendNothing(next: () => void): void {
  sentNext = next;
  finish(SENT_NO_KEY);
}
