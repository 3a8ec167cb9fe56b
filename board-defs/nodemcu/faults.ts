// SPDX-License-Identifier: Apache-2.0
// What a radio did wrong, counted by kind and reported. The driver has recovered when it counts.

import { makeWords } from '../../crypto-core/tables.ts';
import { EVENT_RADIO_FAULT } from '../../firmware/events.ts';
import { report } from './report.ts';

export {
  RADIO_INTERRUPT_LOST,
  RADIO_LENGTH,
  RADIO_PLL,
  RADIO_REGISTERS,
  RADIO_SENDING_STUCK,
} from '../../firmware/events.ts';

const KINDS = 6;
const counts = makeWords(KINDS);

/** Counts and reports a fault. @param kind RADIO_... of firmware/events.ts. */
export function countFault(kind: number): void {
  counts[kind] = (counts[kind] + 1) & 0x7fffffff;
  report(EVENT_RADIO_FAULT, kind, counts[kind], 0, 0, 0);
}
