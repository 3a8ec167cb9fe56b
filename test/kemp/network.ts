// SPDX-License-Identifier: Apache-2.0
// The real images on the bench, with the follower listening.
import type { Result } from '../../host/bench/result.ts';
import { runBench } from '../../host/bench/run.ts';
import type { BenchHooks } from '../../host/bench/run.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { VmFactory, VmName } from '../../host/vm/open.ts';
import { octets } from './crypto.ts';
import type { Member } from './exchange.ts';
import { Follower } from './follow.ts';

/** A shipped scenario with a long-term key for every node, written out. */
export function keyed(name: string): Scenario {
  const scenario = loadScenario(name);
  const motes = scenario.motes.map((mote, i) =>
    mote.role === 'base' ? mote : { ...mote, key: Buffer.alloc(16, 16 + i).toString('hex') },
  );
  return parseScenario({ ...scenario, motes }, name);
}

/** The same network without short addresses: frames, messages and console lines name everyone by EUI-64. */
export function extended(scenario: Scenario): Scenario {
  const wide = (line: string): string =>
    scenario.motes.reduce(
      (text, { short, eui64 }) =>
        short === undefined ? text : text.replace(` ${short}`, ` ${eui64.replaceAll(':', '')}`),
      line,
    );
  const schedule = scenario.schedule.map((change) =>
    'console' in change ? { ...change, console: wide(change.console) } : change,
  );
  return { ...scenario, schedule, motes: scenario.motes.map((mote) => ({ ...mote, short: undefined })) };
}

/** A router that joins behind r2, gets a key with the base station as well, and then loses r2. */
export function returning(): Scenario {
  const schedule = [
    { at: 0, lossProbability: 1, between: ['r1', 'base'] as [string, string] },
    { at: 20, lossProbability: 0, between: ['r1', 'base'] as [string, string] },
    { at: 50, lossProbability: 1, between: ['r1', 'r2'] as [string, string] },
  ];
  const scenario = { ...keyed('refresh'), name: 'returning', schedule, durationSeconds: 90 };
  return { ...scenario, refreshMinutes: 360, sessionMinutes: 0, lifeMinutes: 1440 };
}

export function membersOf({ motes }: Scenario): Member[] {
  return motes.map(({ name, eui64, short, key }) => ({
    name,
    eui: octets(eui64),
    short: short === undefined ? undefined : parseInt(short, 16),
    key: key === undefined ? undefined : octets(key),
  }));
}

export interface Followed {
  readonly follower: Follower;
  readonly result: Result;
  /** Link keys that the motes reported: key, index, names. */
  readonly logged: readonly string[];
}

export interface FollowOptions {
  /** Images in place of the engine's. */
  readonly open?: VmFactory;
  /** Injected frames are a stranger's who sends again what others have sent. */
  readonly strangers?: boolean;
}

/** Runs a scenario; every frame on air must be as docs/protocol.md has it. */
export function follow(
  scenario: Scenario,
  vm: VmName = 'v8',
  hooks: BenchHooks = {},
  { open, strangers = false }: FollowOptions = {},
): Followed {
  const follower = new Follower(membersOf(scenario), parseInt(scenario.pan, 16), scenario.maxPsdu);
  const logged: string[] = [];
  const listening: BenchHooks = {
    onFrame({ ack, attempt, octets: frame, start, sender }) {
      if (ack || attempt > 1 || (strangers && sender === 'injected')) return;
      try {
        follower.take(Buffer.from(frame));
      } catch (error) {
        throw new Error(`${sender} at ${start / 1e6} s: ${(error as Error).message}`, { cause: error });
      }
    },
    onPower: (mote, on) => void (on && follower.exchange.restart(mote)),
    onKey: ({ key, index, motes }) => void logged.push(`${key} ${index} ${motes.join(' ')}`),
  };
  const { result } = runBench({
    scenario,
    vm,
    keylog: true,
    hooks: [listening, hooks],
    ...(open === undefined ? {} : { open }),
  });
  return { follower, result, logged };
}

/** How often each kind was seen. */
export function kinds({ seen }: Follower): Map<string, number> {
  const count = new Map<string, number>();
  for (const { kind } of seen) count.set(kind, (count.get(kind) ?? 0) + 1);
  return new Map([...count].sort(([a], [b]) => (a < b ? -1 : 1)));
}
