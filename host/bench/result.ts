// SPDX-License-Identifier: Apache-2.0
// What --json writes, and what runBench returns: the closed schema is its documentation.

import { z } from 'zod';
import { VM_NAMES } from '../vm/open.ts';
import { MODES, MOVES } from './names.ts';

const count = z.int().min(0);
const milliseconds = z.number().min(0).describe('milliseconds, of the simulation clock where it is a moment');
const mode = z.enum(MODES).describe('how the key came about');
const name = z.string().describe('name of a mote');

const neighbor = z.strictObject({
  name,
  mode,
  depth: count.describe('introductions since the base station made a key of this chain'),
  keyIndex: z.int(),
});

const mote = z.strictObject({
  name,
  eui64: z.string(),
  role: z.enum(['mote', 'router', 'base']),
  image: z.string().describe('path of the program, relative to the repository'),
  on: z.boolean().describe('powered at the end'),
  rank: z.int().nullable().describe('hops to the base station, by who is attached to whom'),
  joined: z.boolean().describe('holds at least one key at the end'),
  neighbors: z.array(neighbor).describe('keys held at the end'),
});

const blocks = z
  .strictObject({ node: count, authority: count, router: count, relays: count })
  .describe(
    "AES blocks of each party up to the key; where the authority is the router, all of them are the authority's",
  );

const run = z.strictObject({
  mote: name,
  authority: name,
  router: name.describe('the first one asked for'),
  routers: z.int().min(1).describe('how many were asked for'),
  mode,
  ctr: z.int(),
  hops: z.int().nullable().describe('from the mote to the base station through the router'),
  depth: count.nullable(),
  frames: count.describe('frames up to the key: repeated messages count, retries of the MAC do not'),
  octets: count.describe('MPDU octets of these frames, FCS included'),
  kempOctets: count.describe('of these, KEMP bodies: without the headers of MAC, security, IE and KMP'),
  retries: count.describe('transmissions beyond the first of these frames'),
  airMs: milliseconds.describe('time on air of these frames with retries and acknowledgements'),
  budgetFrames: count.nullable().describe('null where the profile sets no budget'),
  budgetOctets: count.nullable(),
  aesBlocks: blocks,
  afterKey: z
    .strictObject({ frames: count, octets: count, aesBlocks: count })
    .describe('CONFIRM, ATTACHED and whatever else followed, of all parties'),
  startMs: milliseconds,
  keyMs: milliseconds.nullable().describe('when the mote had proved the key'),
  outcome: z.enum(['established', 'rejected', 'timeout', 'open']).describe('open: cut short by power or by the end'),
});

const handover = z.strictObject({
  mote: name,
  atMs: milliseconds,
  from: name,
  to: name,
  mode: z.enum(MOVES).describe('return: to a key that it still held, without a frame'),
  detachedMs: milliseconds.describe('without any router'),
  gapMs: milliseconds.nullable().describe('from the last reading delivered before to the first one after'),
  lost: count.describe('readings sent in that gap and never delivered'),
});

const revocation = z.strictObject({
  node: name,
  kind: z.enum(['removed', 'compromised', 'chain']),
  atMs: milliseconds,
  keysGone: count.describe('keys with it that were deleted since'),
  lastKeyMs: milliseconds.nullable().describe('from the command to the last of them'),
  refusedMs: milliseconds
    .nullable()
    .describe('from the command to the first refusal of a revoked node or an unknown key'),
});

const adversary = z.strictObject({
  sent: z.record(z.string(), count).describe('frames, by act'),
  withheld: z.record(z.string(), count).describe('frames kept from their receivers, by act'),
  keysGained: z.array(z.string()).describe('keys that not both ends know of'),
  keysLost: z.array(z.string()).describe('keys that an honest pair had, and has no more'),
  forgedReadings: z.array(z.string()).describe('readings delivered that nobody sent'),
  serviceMs: z
    .record(name, milliseconds.nullable())
    .describe('from the last act to the first reading sent after it that was delivered; null: none was'),
});

const microAmpereHours = z.number().min(0);
const energy = z
  .strictObject({
    awakeMs: milliseconds,
    asleepMs: milliseconds.describe('in deep sleep'),
    sendingMs: milliseconds.describe('of the time awake, retries, acknowledgements and turning to them included'),
    processorMicroAmpereHours: microAmpereHours,
    radioMicroAmpereHours: microAmpereHours,
    meanMilliAmperes: z.number().min(0).describe('while it had power'),
    alwaysOnMicroAmpereHours: microAmpereHours.describe(
      'what it would have taken if it had listened instead of sleeping',
    ),
  })
  .describe('charge by the data sheets (bench/energy-book.ts)');

const readings = z.strictObject({ sent: count, delivered: count });

export const resultSchema = z.strictObject({
  schema: z.literal(1),
  scenario: z.string(),
  seed: z.int(),
  vm: z.enum(VM_NAMES),
  durationMs: milliseconds,
  motes: z.array(mote),
  runs: z.array(run).describe('every key establishment begun, by its start'),
  handovers: z.array(handover),
  data: readings.extend({ byMote: z.record(name, readings) }),
  revocations: z.array(revocation),
  energy: z.record(name, energy),
  refusals: z.record(z.string(), count).describe('by reason'),
  adversary: adversary.optional().describe('only where the scenario has one'),
});

export type Result = z.output<typeof resultSchema>;
export type RunResult = Result['runs'][number];
export type HandoverResult = Result['handovers'][number];
export type EnergyResult = Result['energy'][string];
export type AdversaryResult = NonNullable<Result['adversary']>;
