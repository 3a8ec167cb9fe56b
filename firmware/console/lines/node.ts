// SPDX-License-Identifier: Apache-2.0
// What a mote and a router answer alike: where they are, and what they can be asked to do now.

import { consoleText } from '#board';
import { outgoing, PAYLOAD_OCTETS, outgoingIsFree, setOutgoing } from '../../app/calls.ts';
import { findCandidate, NO_CANDIDATE } from '../../kemp/candidates.ts';
import { tune, wantRefresh, wantRouter } from '../../kemp/decide.ts';
import * as key from '../../kemp/keys.ts';
import { parent, PARENT_ADDRESS, parentKey } from '../../kemp/parent.ts';
import { canSend } from '../../kemp/readings.ts';
import { runOpen } from '../../kemp/run.ts';
import { setTimer, TIMER_DATA } from '../../link/timers.ts';
import * as answer from '../answers.ts';
import * as command from '../commands.ts';
import { readHex } from '../hex.ts';
import * as input from '../input.ts';
import { put, putAddress } from '../print.ts';

export { parentKey as parentKeyOf } from '../../kemp/parent.ts';
export { tune as changeChannel };

/** Where a mote with an identity is. */
export function stateLine(): void {
  if (parentKey() !== key.NO_KEY) {
    put('state', 'joined', 0);
    putAddress('parent', parent, PARENT_ADDRESS, 16);
  } else if (runOpen()) {
    put('state', 'joining', 0);
  } else {
    put('state', 'looking', 0);
  }
}

export function nodeCommand(): number {
  if (input.says(input.NOUN, 'handover')) return command.HANDOVER;
  if (input.says(input.NOUN, 'refresh')) return command.REFRESH;
  return input.says(input.NOUN, 'send') ? command.SEND : command.NONE;
}

export function nodeLine(which: number, bare: boolean, next: number): number {
  if (which === command.HANDOVER) {
    if (!bare && !input.readNode()) return answer.INVALID_ARGUMENT;
    const target = bare ? NO_CANDIDATE : findCandidate(input.named, 0);
    if (!bare && target === NO_CANDIDATE) return answer.UNKNOWN_NODE;
    if (parentKey() === key.NO_KEY || runOpen()) return answer.REFUSED;
    wantRouter(target);
    return answer.DONE;
  }
  if (which === command.REFRESH) {
    if (!bare) return answer.INVALID_ARGUMENT;
    if (parentKey() === key.NO_KEY || runOpen()) return answer.REFUSED;
    wantRefresh();
    return answer.DONE;
  }
  if (next === 0 && (!canSend() || !outgoingIsFree())) return answer.REFUSED;
  const octets = readHex(outgoing, PAYLOAD_OCTETS);
  if (octets <= 0) return octets === 0 ? answer.INVALID_ARGUMENT : answer.LINE_MORE;
  setOutgoing(octets);
  setTimer(TIMER_DATA, 0);
  return answer.DONE;
}

/** Lines of help. */
export const NODE_LINES = 3;

export function nodeHelp(next: number): void {
  if (next === 0) consoleText('handover [NODE]: go to the best other router in earshot, or to this one');
  else if (next === 1) consoleText('refresh: get a new key with the router of today');
  else if (next === 2) consoleText('send HEX: send up to 64 octets to the base station');
}
