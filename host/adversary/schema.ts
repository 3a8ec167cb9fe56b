// SPDX-License-Identifier: Apache-2.0
// The adversary of a scenario: where it stands, what it does and when, and what it must not achieve.

import { z } from 'zod';
import { moteName, point, probability, seconds } from '../scenario/fields.ts';
import { PLAIN_TYPES } from './frame.ts';

const types = Object.keys(PLAIN_TYPES) as [keyof typeof PLAIN_TYPES];
/** Which frames an act is about. */
const what = z.enum(['any', 'secured', 'plain', ...types]).default('any');
const perSecond = z.number().min(0.01).max(500).describe('frames of this act in a second');

const time = { at: seconds.describe('seconds'), until: seconds.describe('seconds') };
/** Frames that it keeps from their receivers, by whom they are from or for. */
const taken = {
  ...time,
  what,
  probability: probability.default(1),
  from: moteName.optional(),
  to: moteName.optional(),
};

export const FLOODS = ['request', 'solicit', 'advert', 'reject', 'notice', 'secured', 'fragment'] as const;

export const actSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('replay'), ...time, what, perSecond }).describe('frames heard before, as they were'),
  z.strictObject({ do: z.literal('mutate'), ...time, what, perSecond }).describe('frames heard before, changed'),
  z
    .strictObject({ do: z.literal('reflect'), ...time, what, probability: probability.default(1) })
    .describe('what it hears goes back to its sender, in the name of its receiver'),
  z.strictObject({ do: z.literal('drop'), ...taken }).describe('keeps frames from their receivers'),
  z
    .strictObject({ do: z.literal('reorder'), ...taken, delayMs: z.int().min(1).max(60_000).default(2000) })
    .describe('keeps frames from their receivers, acknowledges them, and brings them later'),
  z
    .strictObject({ do: z.literal('forge-ack'), ...taken })
    .describe('keeps frames from their receivers and acknowledges them'),
  z
    .strictObject({ do: z.literal('forge-reject'), ...time, probability: probability.default(1) })
    .describe('answers what it hears with REJECT in the name of the receiver, of every reason, with a MAC and without'),
  z
    .strictObject({ do: z.literal('flood'), ...time, of: z.enum(FLOODS), perSecond, to: moteName.optional() })
    .describe('frames of its own making, in names of the network and in others'),
  z
    .strictObject({ do: z.literal('clone'), ...time, mote: moteName, knowsKey: z.boolean().default(false) })
    .describe('a second mote of that EUI-64 beside it, with the same image, and with its long-term key if it knows it'),
  z
    .strictObject({ do: z.literal('captured'), ...time, mote: moteName, withhold: probability.default(0) })
    .describe(
      'a mote with its real keys, restarted with all its limits lifted; it keeps to itself a share of what it should send',
    ),
]);

export const MUST_NOT = ['gain-key', 'lose-key', 'forge-reading'] as const;

export const adversarySchema = z.strictObject({
  position: point.describe('metres'),
  txPowerDbm: z.number().min(-40).max(30).optional().describe("default: the motes'"),
  acts: z.array(actSchema).min(1),
  mustNot: z
    .array(z.enum(MUST_NOT))
    .default([...MUST_NOT])
    .describe('what it must not achieve'),
  // The protocol's timers: 16 s until a false router counts as silent, 15 ADVERTs of 5 s at most until a loop that it made has
  // counted itself out, 8 s of back-off before a join.
  serviceWithinSeconds: seconds
    .default(100)
    .describe('time after the last act until readings of every honest mote arrive again'),
});

export type Act = z.output<typeof actSchema>;
export type AdversarySpec = z.output<typeof adversarySchema>;
