// SPDX-License-Identifier: Apache-2.0
// The codecs of firmware/mac under a load of their own, in the mote dialect: each batch makes thousands of cases from a seed
// and folds all that comes out into one number. The same numbers must come out of V8 and of every Lua (engines.test.ts).

import { randomWord, seed } from '../../board-defs/bench/random.ts';
import { JOB_RUNNING, step } from '../../crypto-core/index.ts';
import { makeBytes, makeWords } from '../../crypto-core/tables.ts';
import { buildHeader } from '../../firmware/mac/build-header.ts';
import { fcsMatches, fcsUpdate, putFcs } from '../../firmware/mac/fcs.ts';
import { fragmentCount, fragmentLength, fragmentStart, mpxRoom } from '../../firmware/mac/fragment.ts';
import * as mhr from '../../firmware/mac/header.ts';
import {
  findMpx,
  MPX_CONTENT_AT,
  MPX_CONTENT_LENGTH,
  MPX_WORDS,
  putMpxFragment,
  putMpxFull,
} from '../../firmware/mac/mpx.ts';
import { parseHeader } from '../../firmware/mac/parse-header.ts';
import { queueLqi, queuePut, queueTake } from '../../firmware/mac/queue.ts';
import { reassemble, reassemblyExpire } from '../../firmware/mac/reassembly.ts';
import { openFrameBegin, sealFrameBegin } from '../../firmware/mac/security.ts';
import { BODY_LENGTH } from '../../firmware/room/router.ts';

const frame = makeBytes(128);
const body = makeBytes(BODY_LENGTH);
const sent = makeBytes(BODY_LENGTH);
const header = makeWords(mhr.HEADER_WORDS);
const parsed = makeWords(mhr.HEADER_WORDS);
const mpx = makeWords(MPX_WORDS);
const key = makeWords(4);
/** [0]: all results so far. [1]: how many cases were accepted, so that the tests can see that some are. */
const sum = makeWords(2);

function random(limit: number): number {
  return (randomWord() & 0x7fffffff) % limit;
}

function fold(value: number): void {
  const mixed = sum[0] ^ value;
  sum[0] = (((mixed << 5) | (mixed >>> 27)) + 0x3c6ef35f) | 0;
}

function foldBytes(length: number): void {
  for (let i = 0; i < length; i++) fold(frame[i]);
}

/** A batch depends on nothing that came before it: no message is under way and the queue is empty. */
function start(first: number, second: number): void {
  seed(first, second, 0x2545f491, 0x4f6cdd1d);
  reassemblyExpire(0);
  reassemblyExpire(0x40000000);
  let left = queueTake(frame);
  while (left > 0) left = queueTake(frame);
  sum[0] = 0;
  sum[1] = 0;
}

/** @returns how many of the batch's cases were accepted. */
export function accepted(): number {
  return sum[1];
}

/** A header of any kind, now and then one that no receiver takes. */
function makeHeader(): void {
  const version = random(3);
  header[mhr.FRAME_TYPE] = random(4);
  header[mhr.FRAME_VERSION] = version;
  header[mhr.FRAME_PENDING] = random(2);
  header[mhr.ACK_REQUEST] = random(2);
  header[mhr.PAN_COMPRESSION] = random(2);
  header[mhr.IE_PRESENT] = version === 2 ? random(2) : 0;
  header[mhr.PAYLOAD_IES] = header[mhr.IE_PRESENT] === 1 ? random(2) : 0;
  header[mhr.SEQUENCE] = version === 2 && random(4) === 0 ? mhr.ABSENT : random(256);
  makeAddress(mhr.DST_MODE);
  makeAddress(mhr.SRC_MODE);
  header[mhr.LEVEL] = random(8);
  header[mhr.KEY_MODE] = random(4);
  header[mhr.COUNTER] = random(8) === 0 ? randomWord() : randomWord() & 0x7fffffff;
  header[mhr.KEY_INDEX] = random(256);
  header[mhr.KEY_SOURCE_HIGH] = randomWord();
  header[mhr.KEY_SOURCE_LOW] = randomWord();
}

function makeAddress(at: number): void {
  const mode = random(3);
  header[at + mhr.ADDRESS_MODE] = mode === 0 ? 0 : mode + 1;
  header[at + mhr.ADDRESS_PAN] = random(0x10000);
  header[at + mhr.ADDRESS_SHORT] = random(16) === 0 ? mhr.BROADCAST : random(0x10000);
  header[at + mhr.ADDRESS_HIGH] = randomWord();
  header[at + mhr.ADDRESS_LOW] = randomWord();
}

/** Parses the frame and, where it can have one, its MPX IE. @returns 0 if both are there. */
function inspect(length: number): number {
  const refusal = parseHeader(frame, length, parsed);
  fold(refusal);
  if (refusal !== 0) return refusal;
  for (let i = 0; i < mhr.HEADER_WORDS; i++) fold(parsed[i]);
  const found = findMpx(frame, parsed[mhr.HEADER_LENGTH], parsed[mhr.PAYLOAD_END], mpx);
  fold(found);
  if (found !== 0) return found;
  for (let i = 0; i < MPX_WORDS; i++) fold(mpx[i]);
  return 0;
}

/** Headers of every kind: built, and parsed again. */
export function headers(first: number, second: number, count: number): number {
  start(first, second);
  for (let n = 0; n < count; n++) {
    makeHeader();
    const end = buildHeader(frame, header);
    foldBytes(end);
    const length = mhr.frameLength(header, end + random(3));
    const refusal = parseHeader(frame, length, parsed);
    fold(refusal);
    if (refusal === 0) {
      for (let i = 0; i < mhr.HEADER_WORDS; i++) fold(parsed[i]);
      sum[1] += 1;
    }
  }
  return sum[0];
}

/** Random octets, and sound MPX frames with up to three octets changed. */
export function hostile(first: number, second: number, count: number): number {
  start(first, second);
  for (let n = 0; n < count; n++) {
    const length = 4 + random(124);
    for (let i = 0; i < length; i++) frame[i] = random(256);
    if (random(4) !== 0) {
      makeHeader();
      header[mhr.FRAME_VERSION] = 2;
      header[mhr.IE_PRESENT] = 1;
      header[mhr.PAYLOAD_IES] = 1;
      const at = buildHeader(frame, header);
      const room = length - at - mhr.micLength(header[mhr.LEVEL]) - 2;
      if (room >= 13) {
        if (random(2) === 0) putMpxFull(frame, at, room - 7);
        else putMpxFragment(frame, at, random(32), random(3), 3, random(300), random(room - 12) + 1);
      }
      for (let i = random(4); i > 0; i--) frame[random(length)] = random(256);
    }
    if (inspect(length) === 0) {
      sum[1] += 1;
      fold(reassemble(parsed, frame, mpx, n * 50, body));
    }
  }
  return sum[0];
}

/** Bodies cut into fragments for small and large frames; some are lost, some repeated. */
export function fragments(first: number, second: number, count: number): number {
  start(first, second);
  for (let n = 0; n < count; n++) {
    const length = 1 + random(BODY_LENGTH);
    const fault = random(8);
    for (let i = 0; i < length; i++) sent[i] = random(256);
    makeHeader();
    header[mhr.FRAME_VERSION] = 2;
    header[mhr.IE_PRESENT] = 1;
    header[mhr.PAYLOAD_IES] = 1;
    const at = buildHeader(frame, header);
    const room = mpxRoom(random(2) === 0 ? 127 : 80, at, mhr.micLength(header[mhr.LEVEL]));
    const pieces = fragmentCount(length, room);
    fold(pieces);
    for (let i = 0; i < pieces; i++) {
      if (fault !== 0 || random(3) !== 0) deliver(at, n & 31, i, pieces, length, room, n * 100);
      if (fault === 1) deliver(at, n & 31, i, pieces, length, room, n * 100);
    }
  }
  return sum[0];
}

function deliver(at: number, id: number, i: number, pieces: number, length: number, room: number, now: number): void {
  let from = 0;
  let slice = length;
  let to = 0;
  if (pieces === 1) {
    to = putMpxFull(frame, at, length);
  } else {
    from = fragmentStart(i, room);
    slice = fragmentLength(i, length, room);
    to = putMpxFragment(frame, at, id, i, pieces, length, slice);
  }
  for (let k = 0; k < slice; k++) frame[to + k] = sent[from + k];
  const refusal = findMpx(frame, at, to + slice, mpx);
  fold(refusal);
  fold(mpx[MPX_CONTENT_AT] * 256 + mpx[MPX_CONTENT_LENGTH]);
  const result = refusal === 0 ? reassemble(header, frame, mpx, now, body) : 0;
  fold(result);
  if (result > 0) {
    sum[1] += 1;
    for (let k = 0; k < result; k++) fold(body[k]);
  }
}

/** Frames through the queue; each FCS in two steps. */
export function queued(first: number, second: number, count: number): number {
  start(first, second);
  for (let n = 0; n < count; n++) {
    const length = 3 + random(125);
    if (random(2) === 0) {
      for (let i = 0; i < length; i++) frame[i] = random(256);
      const cut = random(length - 1);
      putFcs(frame, length - 2, fcsUpdate(fcsUpdate(0, frame, 0, cut), frame, cut, length - 2));
      if (queuePut(frame, length, randomWord())) sum[1] += 1;
    } else {
      const taken = queueTake(frame);
      fold(taken);
      foldBytes(taken);
      if (taken > 0) fold(fcsMatches(fcsUpdate(0, frame, 0, taken - 2), frame, taken) ? queueLqi() : 0);
    }
    fold(sum[1]);
  }
  return sum[0];
}

/** Frames sealed, some of them changed, and opened. */
export function sealed(first: number, second: number, count: number): number {
  start(first, second);
  for (let n = 0; n < count; n++) {
    makeHeader();
    header[mhr.LEVEL] = 1 + random(7);
    for (let i = 0; i < 4; i++) key[i] = randomWord();
    const at = buildHeader(frame, header);
    const end = at + random(127 - 18 - at);
    for (let i = at; i < end; i++) frame[i] = random(16);
    const high = randomWord();
    const refusal = sealFrameBegin(frame, header, end, key, 0, high, n);
    fold(refusal);
    if (refusal === 0) {
      finish();
      const length = mhr.frameLength(header, end) - 2;
      foldBytes(length);
      if (random(4) === 0) frame[random(length)] = random(256);
      header[mhr.PAYLOAD_END] = end;
      fold(openFrameBegin(frame, header, key, 0, high, n));
      finish();
      foldBytes(length);
    }
  }
  return sum[0];
}

function finish(): void {
  let outcome = step(2);
  while (outcome === JOB_RUNNING) outcome = step(2);
  fold(outcome);
  sum[1] += outcome;
}
