// SPDX-License-Identifier: Apache-2.0
// Lines for the base station's console: `revoke <node>`, `revoke <node> compromised`, `enrol <node>`, `down <node> <hex octets>`; a
// node is named by its short address (4 hex digits) or its EUI-64 (16).

import { rxLine } from '#board';
import { getWord } from '../../crypto-core/index.ts';
import { makeWords } from '../../crypto-core/tables.ts';
import { REVOKE_COMPROMISED, REVOKE_REMOVED } from '../events.ts';
import { PAYLOAD_OCTETS } from '../app/calls.ts';
import { findNode, NO_NODE } from '../kemp/registry.ts';
import { enrol, revoke } from '../kemp/revoke.ts';
import { downIsFree, startDown, waiting } from '../kemp/send-down.ts';
import { NO_SHORT } from '../records.ts';
import { endTask } from '../link/task.ts';
import { endLine, LINE_BEGUN, LINE_DONE, LINE_OTHER, LINE_REFUSED } from './console.ts';

const REVO = 0x7265766f; // "revo"
const KE = 0x6b6520; // "ke "
const ENRO = 0x656e726f; // "enro"
const L = 0x6c20; // "l "
const DOWN = 0x646f776e; // "down"
const DOWN_FROM = 5;
const SPACE = 32;
const COMPROMISED = 12; // octets of " compromised"
const COM = 0x20636f6d; // " com"

const named = makeWords(3);

/** Answers a line, if it is one of these. @returns LINE_OTHER if not. */
export function registryLine(length: number): number {
  if (length >= 11 && getWord(rxLine, 0) === REVO && getWord(rxLine, 3) === ((REVO & 255) << 24) + KE) {
    return revokeLine(length);
  }
  if (length >= 10 && getWord(rxLine, 0) === ENRO && rxLine[4] * 256 + rxLine[5] === L) {
    if (!readNode(6, length)) return LINE_REFUSED;
    const node = findNode(named, 0);
    return node !== NO_NODE && enrol(node) ? LINE_DONE : LINE_REFUSED;
  }
  if (length > DOWN_FROM && getWord(rxLine, 0) === DOWN && rxLine[4] === SPACE) return downLine(length);
  return LINE_OTHER;
}

/** Data for a node, in hex. */
function downLine(length: number): number {
  let end = DOWN_FROM;
  while (end < length && rxLine[end] !== SPACE) end++;
  const octets = (length - end - 1) >> 1;
  const whole = length - end - 1 === 2 * octets && octets >= 1 && octets <= PAYLOAD_OCTETS;
  if (!whole || !downIsFree() || !readNode(DOWN_FROM, end)) return LINE_REFUSED;
  for (let i = 0; i < octets; i++) {
    const high = digitOf(rxLine[end + 1 + 2 * i]);
    const low = digitOf(rxLine[end + 2 + 2 * i]);
    if (high < 0 || low < 0) return LINE_REFUSED;
    waiting[i] = 16 * high + low;
  }
  const node = findNode(named, 0);
  return node !== NO_NODE && startDown(node, octets) ? LINE_DONE : LINE_REFUSED;
}

function revokeLine(length: number): number {
  let end = length;
  let kind = REVOKE_REMOVED;
  if (length > 7 + COMPROMISED && getWord(rxLine, length - COMPROMISED) === COM) {
    end = length - COMPROMISED;
    kind = REVOKE_COMPROMISED;
  }
  if (!readNode(7, end)) return LINE_REFUSED;
  const node = findNode(named, 0);
  if (node === NO_NODE) return LINE_REFUSED;
  revoke(node, kind, onRevoked);
  return LINE_BEGUN;
}

function onRevoked(): void {
  endLine(LINE_DONE);
  endTask();
}

/** Reads the node named by rxLine[from..to-1]. */
function readNode(from: number, to: number): boolean {
  if (to - from !== 4 && to - from !== 16) return false;
  named[0] = 0;
  named[1] = 0;
  named[2] = NO_SHORT;
  for (let at = from; at < to; at++) {
    const digit = digitOf(rxLine[at]);
    if (digit < 0) return false;
    if (to - from === 4) {
      named[2] = ((at === from ? 0 : named[2]) * 16 + digit) & 0xffff;
    } else {
      const word = at - from < 8 ? 0 : 1;
      named[word] = (named[word] << 4) | digit;
    }
  }
  return true;
}

function digitOf(octet: number): number {
  if (octet >= 48 && octet <= 57) return octet - 48;
  const letter = octet & 0xdf;
  return letter >= 65 && letter <= 70 ? letter - 55 : -1;
}
