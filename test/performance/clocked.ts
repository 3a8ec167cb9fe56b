// SPDX-License-Identifier: Apache-2.0
// What the ways of doing AES take on the clock, in each Lua machine at hand; but for `native`, whose firmware is not in them.
import { FAST } from '../../compiler/choose.ts';
import { nameOf, SOFTWARE } from '../crypto-core/ciphers.ts';
import { has, runLua, VMS, type Profile, type Vm } from '../tools.ts';
import { compileModules, luaFile } from './measure.ts';
import { median, type Patience } from './rounds.ts';

/** What the others are compared with. */
export const FASTEST = nameOf(FAST);

export const CLOCKED = ['block', 'seal', 'both', 'frame seal'] as const;
export type Clocked = (typeof CLOCKED)[number];

export interface Times {
  readonly profile: Profile;
  readonly vm: Vm;
  /** Microseconds by the way of doing AES (`nameOf`) and by work; `both` is a seal and an open. */
  readonly micros: ReadonlyMap<string, Readonly<Record<Clocked, number>>>;
}

/** Times all of them in all machines at hand. @param told hears which machine is next */
export async function timeLua({ rounds, milliseconds }: Patience, told: (vm: Vm) => void): Promise<Times[]> {
  const times: Times[] = [];
  for (const [profile, vms] of Object.entries(VMS) as [Profile, readonly Vm[]][]) {
    const script = await scriptOf(profile, rounds, milliseconds);
    for (const vm of vms.filter(has)) {
      told(vm);
      times.push({ profile, vm, micros: medians(runLua(vm, { script, timeout: 600_000 })) });
    }
  }
  return times;
}

async function scriptOf(profile: Profile, rounds: number, milliseconds: number): Promise<string> {
  const variants: string[] = [];
  for (const cipher of SOFTWARE) {
    const { core, aes } = await compileModules(profile, cipher);
    variants.push(`{ '${nameOf(cipher)}', function()\n${core}\nend, function()\n${aes}\nend }`);
  }
  return `local rounds, least = ${rounds}, ${milliseconds * 1000}
    ${luaFile('work.lua')}
    local variants = { ${variants.join(',\n')} }
    ${luaFile('time.lua')}`;
}

function medians(output: string): Times['micros'] {
  const found = new Map<string, Partial<Record<Clocked, number[]>>>();
  for (const line of output.trim().split('\n')) {
    const [variant, work, micros, times] = line.split('\t') as [string, Clocked, string, string];
    const works = found.get(variant) ?? {};
    (works[work] ??= []).push(Number(micros) / Number(times));
    found.set(variant, works);
  }
  const ofWork = (works: Partial<Record<Clocked, number[]>>): Record<Clocked, number> =>
    Object.fromEntries(CLOCKED.map((work) => [work, median(works[work] ?? [])])) as Record<Clocked, number>;
  return new Map([...found].map(([variant, works]) => [variant, ofWork(works)]));
}
