// SPDX-License-Identifier: Apache-2.0
// What a scenario file says: who is where, how the radio behaves, when power and loss change. No event names a handover or
// a join: those must follow from what the motes hear.

import { z } from 'zod';
import { adversarySchema } from '../adversary/schema.ts';
import { channel, eui64, key, networkTerms, role, short, zones } from '../provision/fields.ts';
import { metres, moteName, point, probability, seconds } from './fields.ts';

const radio = z.strictObject({
  txPowerDbm: z.number().min(-40).max(30).default(0),
  pathLossExponent: z.number().min(1).max(8).default(3).describe('2 in free space, 3 to 4 indoors'),
  referenceLossDb: z.number().min(0).max(120).default(40).describe('path loss at 1 m'),
  sensitivityDbm: z.number().min(-120).max(-40).default(-95).describe('weakest frame received, and CCA threshold'),
  lossProbability: probability.default(0).describe('share of frames lost on every link beside collisions'),
});

const waypoint = z.strictObject({ at: seconds.describe('seconds'), x: metres, y: metres });

const mote = z.strictObject({
  name: moteName,
  eui64,
  role,
  short: short.optional().describe('short address; without one the mote is spoken to by EUI-64'),
  key: key.optional().describe('K_N; without one it is derived from the seed'),
  position: point.describe('metres'),
  waypoints: z.array(waypoint).default([]).describe('walks in straight lines, by rising time, then stays'),
  zones,
  channel: channel.optional().describe('in place of that of the network: where it looks for a router first'),
  onAtSeconds: seconds.default(0),
  offAtSeconds: seconds.optional(),
});

const change = z.union(
  [
    z.strictObject({ at: seconds, power: z.enum(['on', 'off']), mote: moteName }),
    z.strictObject({ at: seconds, reset: moteName }),
    z.strictObject({ at: seconds, console: z.string().min(1).max(255), mote: moteName }),
    z.strictObject({ at: seconds, lossProbability: probability, between: z.tuple([moteName, moteName]).optional() }),
  ],
  'expected { at, power: "on" or "off", mote }, { at, reset: a mote }, { at, console: a line, mote } or { at, lossProbability, between: [two motes] or nothing }',
);

export const scenarioSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  seed: z.int().min(0).max(0xffffffff),
  durationSeconds: z.number().min(1).max(100_000),
  ...networkTerms,
  radio: radio.prefault({}),
  maxPsdu: z.int().min(64).max(127).default(127),
  motes: z.array(mote).min(2),
  schedule: z.array(change).default([]),
  adversary: adversarySchema.optional().describe('who means harm'),
});

export type Scenario = z.output<typeof scenarioSchema>;
/** As it stands in a file: whatever has a default may be left out. */
export type ScenarioFile = z.input<typeof scenarioSchema>;
export type ScenarioMote = Scenario['motes'][number];
