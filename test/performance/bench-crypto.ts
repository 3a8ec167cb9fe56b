#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// npm run bench:crypto [-- --write]: what crypto-core costs and how it stands beside others (docs/performance.md).
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { PROFILE_NAMES } from '../../compiler/profiles.ts';
import { has } from '../tools.ts';
import { countProfile } from './counted.ts';
import { COUNTED_ON } from './measure.ts';
import { writePart } from './page.ts';
import { forPage, forTerminal, type Figures } from './table.ts';
import { luaTimes, peerTimes } from './timed.ts';

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of at least 1.');
  return value;
}

const command = new Command('bench:crypto')
  .description('what crypto-core costs, counted and timed, by Lua and by the way AES is done, and beside others on V8')
  .option('--write', 'write the tables into docs/performance.md; needs every Lua machine of the tests')
  .option('--rounds <n>', 'how often each thing is timed', atLeastOne, 11)
  .option('--milliseconds <n>', 'how long one timing lasts at least', atLeastOne, 20)
  .allowExcessArguments(false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

const { write, rounds, milliseconds } = command.parse().opts<{ write?: true; rounds: number; milliseconds: number }>();

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const show = (figures: Figures): void => void process.stdout.write(`${forTerminal(figures)}\n`);

const missing = PROFILE_NAMES.map((profile) => COUNTED_ON[profile]).filter((vm) => !has(vm));
if (write && missing.length > 0) command.error(`--write: expected all Lua machines, ${missing.join(', ')} missing`);

const counted: Figures[] = [];
for (const profile of PROFILE_NAMES) {
  const vm = COUNTED_ON[profile];
  if (has(vm)) {
    say(`counting: ${profile} on ${vm}`);
    const { figures } = await countProfile(profile);
    counted.push(figures);
    show(figures);
  } else say(`not counted: ${profile}, for want of ${vm}`);
}

const patience = { rounds, milliseconds };
const timed = [await luaTimes(patience, (vm) => say(`timing: ${vm}`)), (say('timing: V8'), await peerTimes(patience))];
timed.forEach(show);

if (write) {
  const [cpu] = cpus();
  const when = new Date().toISOString().slice(0, 10);
  const where = `${when}, ${cpu?.model.trim()}, ${process.platform}, Node ${process.versions.node}; medians of ${rounds} rounds.`;
  writePart('counted', counted.map(forPage).join('\n'));
  writePart('timed', [`${where}\n`, ...timed.map(forPage)].join('\n'));
  say('written: docs/performance.md');
}
