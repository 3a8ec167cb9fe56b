// SPDX-License-Identifier: Apache-2.0
// What the self-test reads of a board's definition, and compares with what it measures.

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { inRepository } from '../root.ts';

const schema = z.object({
  aes: z.enum(['fast', 'compact', 'flash', 'native']),
  hardware: z.object({
    mcu: z.enum(['esp8266', 'esp32']),
    radio: z.enum(['mrf24j40', 'at86rf233']),
    pins: z.object({
      clock: z.int(),
      mosi: z.int(),
      miso: z.int(),
      select: z.int(),
      interrupt: z.int(),
      reset: z.int(),
    }),
    spiMegahertz: z.number(),
    maxPsdu: z.int(),
    version2: z.enum(['yes', 'no', 'unknown']),
    aesMillis: z.number(),
  }),
});

export type Definition = z.infer<typeof schema>;

/** @param board one of twinBoards(). */
export function readDefinition(board: string): Definition {
  return schema.parse(JSON.parse(readFileSync(inRepository('board-defs', `${board}.json`), 'utf8')));
}

/** @returns a pin as boards have it printed. */
export function pinName({ hardware }: Definition, pin: keyof Definition['hardware']['pins']): string {
  return `${hardware.mcu === 'esp8266' ? 'D' : 'GPIO'}${hardware.pins[pin]}`;
}
