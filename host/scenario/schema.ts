// SPDX-License-Identifier: Apache-2.0
// What a scenario file says: who is where, how the radio behaves, when power and loss change. No event names a handover or
// a join: those must follow from what the motes hear.

import { z } from 'zod';
import { adversarySchema } from '../adversary/schema.ts';
import { metres, moteName, point, probability, seconds } from './fields.ts';

function hex(digits: number): z.ZodString {
  return z.string().regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `expected ${digits} hex digits`);
}

const eui64 = z
  .string()
  .regex(/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){7}$/, 'expected eight octets in hex such as "AC:DE:48:00:00:00:00:01"');

/** 0xFFFE and 0xFFFF are no addresses of anybody (IEEE 802.15.4 7.2.2.9). */
const short = hex(4).refine((text) => parseInt(text, 16) < 0xfffe, 'expected a short address from "0000" to "FFFD"');

const channel = z.int().min(11).max(26);

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
  role: z.enum(['mote', 'router', 'base']),
  short: short.optional().describe('short address; without one the mote is spoken to by EUI-64'),
  key: hex(32).optional().describe('K_N; without one it is derived from the seed'),
  position: point.describe('metres'),
  waypoints: z.array(waypoint).default([]).describe('walks in straight lines, by rising time, then stays'),
  zones: z
    .array(z.int().min(0).max(31))
    .default([])
    .describe('a node is served by routers that share one; none: by all'),
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
  aesMs: z.number().min(0.01).max(100).default(5).describe('milliseconds of one AES block on the board'),
  pan: hex(4)
    .refine((text) => parseInt(text, 16) < 0xffff, 'expected a PAN from "0000" to "FFFE"')
    .default('ABCD'),
  channel: channel.default(26),
  scanChannels: z.array(channel).default([]).describe('where else nodes look for a router'),
  radio: radio.prefault({}),
  maxPsdu: z.int().min(64).max(127).default(127),
  depthLimit: z.int().min(1).max(15).default(8).describe('introductions in a row without the base station'),
  lifeMinutes: z.int().min(1).max(65_535).default(1440).describe('life of a key from the base station'),
  refreshMinutes: z.int().min(1).max(65_535).default(360).describe('age at which a key is refreshed'),
  sessionMinutes: z.int().min(0).max(65_535).default(0).describe('age at which a session is renewed; 0: never'),
  provisionalMinutes: z.int().min(1).max(65_535).default(60).describe('life of a key of which B has not heard'),
  hysteresis: z.int().min(0).max(255).default(10).describe('a router is left only for one better by this much LQI'),
  leaveBelow: z.int().min(0).max(255).default(48).describe('and only when its own LQI is below this'),
  dataPeriodMs: z.int().min(0).max(3_600_000).default(2000).describe('time between two readings; 0 sends none'),
  sealData: z.boolean().default(false).describe('seal data between motes and the base station end to end'),
  tellReturns: z.boolean().default(false).describe('motes tell the base station when they go back to a router'),
  motes: z.array(mote).min(2),
  schedule: z.array(change).default([]),
  adversary: adversarySchema.optional().describe('who means harm'),
});

export type Scenario = z.output<typeof scenarioSchema>;
/** As it stands in a file: whatever has a default may be left out. */
export type ScenarioFile = z.input<typeof scenarioSchema>;
export type ScenarioMote = Scenario['motes'][number];
