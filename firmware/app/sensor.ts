// SPDX-License-Identifier: Apache-2.0
// The example of docs/application.md: reads a sensor and reports it when it has changed; the base station sets by how much.

import { makeBytes, makeWords, type Bytes } from '../../crypto-core/tables.ts';
import { readSensor, send } from './calls.ts';

const CHANNEL = 0;
/** Reports: 1, value 2; settings: 2, threshold 2. Numbers are big-endian. */
const REPORT = 1;
const SETTING = 2;

const report = makeBytes(3);
const state = makeWords(2);
const REPORTED = 0;
const THRESHOLD = 1;
state[REPORTED] = -1;
state[THRESHOLD] = 1;

export function onSample(): void {
  const value = readSensor(CHANNEL) & 0xffff;
  const change = value > state[REPORTED] ? value - state[REPORTED] : state[REPORTED] - value;
  if (state[REPORTED] >= 0 && change < state[THRESHOLD]) return;
  report[0] = REPORT;
  report[1] = value >>> 8;
  report[2] = value & 255;
  if (send(report, 0, 3)) state[REPORTED] = value;
}

/** A new threshold: the very next sample is reported, which tells that it has arrived. */
export function onDownlink(bytes: Bytes, at: number, length: number): void {
  if (length !== 3 || bytes[at] !== SETTING) return;
  state[THRESHOLD] = bytes[at + 1] * 256 + bytes[at + 2];
  state[REPORTED] = -1;
}
