// SPDX-License-Identifier: Apache-2.0
// What a network is run by and what a node is called: the fields that a network file and a scenario have in common.

import { z } from 'zod';

function hex(digits: number): z.ZodString {
  return z.string().regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `expected ${digits} hex digits`);
}

export const eui64 = z
  .string()
  .regex(/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){7}$/, 'expected eight octets in hex such as "AC:DE:48:00:00:00:00:01"');

/** 0xFFFE and 0xFFFF are no addresses of anybody (IEEE 802.15.4 7.2.2.9). */
export const short = hex(4).refine(
  (text) => parseInt(text, 16) < 0xfffe,
  'expected a short address from "0000" to "FFFD"',
);

export const key = hex(32);
export const channel = z.int().min(11).max(26);
export const role = z.enum(['mote', 'router', 'base']);
export const zones = z
  .array(z.int().min(0).max(31))
  .default([])
  .describe('a node is served by routers that share one; none: by all');

/** What goes into every identity record (firmware/records.ts). */
export const networkTerms = {
  aesMs: z.number().min(0.01).max(100).default(5).describe('milliseconds of one AES block on the board'),
  pan: hex(4)
    .refine((text) => parseInt(text, 16) < 0xffff, 'expected a PAN from "0000" to "FFFE"')
    .default('ABCD'),
  channel: channel.default(26),
  scanChannels: z.array(channel).default([]).describe('where else nodes look for a router'),
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
};

export type NetworkTerms = z.output<z.ZodObject<typeof networkTerms>>;
export type Role = z.output<typeof role>;
