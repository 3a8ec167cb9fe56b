// SPDX-License-Identifier: Apache-2.0
// '#lines' of a mote: those of a node, and sleep.

import { consoleText } from '#board';
import { sleepFor } from '../../app/calls.ts';
import * as answer from '../answers.ts';
import { SLEEP } from '../commands.ts';
import { NOUN, readNumber, says } from '../input.ts';
import { nodeCommand, nodeHelp, NODE_LINES, nodeLine } from './node.ts';

export { changeChannel, parentKeyOf, stateLine } from './node.ts';

export function roleCommand(): number {
  return says(NOUN, 'sleep') ? SLEEP : nodeCommand();
}

export function roleLine(which: number, bare: boolean, next: number): number {
  if (which !== SLEEP) return nodeLine(which, bare, next);
  const length = readNumber();
  if (length <= 0) return answer.INVALID_ARGUMENT;
  sleepFor(length);
  return answer.DONE;
}

/** Lines of help. */
export const ROLE_LINES = 1 + NODE_LINES;

export function roleHelp(next: number): void {
  if (next === 0) consoleText('sleep SECONDS: deep sleep, as soon as nothing is under way');
  else nodeHelp(next - 1);
}
