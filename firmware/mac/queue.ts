// SPDX-License-Identifier: Apache-2.0
// Frames received and not yet looked at: the radio hands one over in its own task, while a long job may be running. First
// in, first out; when all places are taken the newest frame is dropped, since its sender will repeat it.

import { makeWords, type Bytes } from '../../crypto-core/tables.ts';
import { packOctets, unpackOctets } from './packed.ts';

/** Frames held. */
export const QUEUE_FRAMES = 3;
/** Octets of the largest frame (aMaxPhyPacketSize), and its words when packed. */
const LARGEST = 127;
const FRAME_WORDS = 32;

const LENGTH = 0;
const QUALITY = 1;
const FRAME = 2;
const ENTRY_WORDS = FRAME + FRAME_WORDS;
const entries = makeWords(QUEUE_FRAMES * ENTRY_WORDS);

const OLDEST = 0;
const COUNT = 1;
const TAKEN_QUALITY = 2;
const state = makeWords(3);

/**
 * Copies a frame into the queue.
 * @param length octets, FCS included
 * @param lqi link quality; any word, which queueLqi gives back with the frame
 * @returns false if the frame was dropped: the queue is full, or the length is none that a radio can receive
 */
export function queuePut(frame: Bytes, length: number, lqi: number): boolean {
  if (state[COUNT] === QUEUE_FRAMES || length < 1 || length > LARGEST) {
    return false;
  }
  const entry = ((state[OLDEST] + state[COUNT]) % QUEUE_FRAMES) * ENTRY_WORDS;
  entries[entry + LENGTH] = length;
  entries[entry + QUALITY] = lqi;
  packOctets(entries, entry + FRAME, 0, frame, 0, length);
  state[COUNT] += 1;
  return true;
}

/**
 * Takes the oldest frame out.
 * @param frame 127 octets at least
 * @returns its octets, FCS included; 0 if the queue is empty
 */
export function queueTake(frame: Bytes): number {
  if (state[COUNT] === 0) return 0;
  const entry = state[OLDEST] * ENTRY_WORDS;
  unpackOctets(entries, entry + FRAME, entries[entry + LENGTH], frame, 0);
  state[TAKEN_QUALITY] = entries[entry + QUALITY];
  state[OLDEST] = (state[OLDEST] + 1) % QUEUE_FRAMES;
  state[COUNT] -= 1;
  return entries[entry + LENGTH];
}

/** @returns the word that queuePut was given with the frame that queueTake gave last. */
export function queueLqi(): number {
  return state[TAKEN_QUALITY];
}
