// SPDX-License-Identifier: Apache-2.0
// A million changed frames into all roles on V8, fifty thousand in a Lua of its own process. KEMP_STORM multiplies both.
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../host/scenario/load.ts';
import type { VmName } from '../../host/vm/open.ts';
import { describeWith } from '../tools.ts';
import { reasonName } from '../../host/bench/names.ts';
import { record } from '../protocol/recording.ts';
import { Stage } from '../protocol/stage.ts';
import type { Instant } from '../protocol/stage.ts';
import { received, storm } from './storm.ts';
import type { Toll } from './storm.ts';

const TIMES = Number(process.env.KEMP_STORM ?? '1');
const [ON_V8, ON_LUA] = [1_000_000 * TIMES, 50_000 * TIMES];
const TARGETS = ['m1', 'r1', 'base'] as const;
/** What each role must have refused, so that frames are known to get as deep as they can without a key. */
const DEEP = {
  m1: ['mic', 'no-run'],
  r1: ['mic', 'tag', 'kmp-length', 'replay'],
  base: ['mic', 'request-mac', 'tag', 'replay'],
};

/** Frames that an image must have got before there is something to change. */
const ENOUGH = 10;

const roaming = record({ ...loadScenario('roaming'), durationSeconds: 75 });

/** `count` instants, of each kind in turn, the later ones of each first: more was heard by then. */
function spread(stage: Stage, count: number): Instant[] {
  const byKind = new Map<string, Instant[]>();
  const heardEnough = (instant: Instant): boolean => received(instant).length >= ENOUGH;
  for (const instant of stage.instants().filter(heardEnough))
    byKind.set(instant.kind, [...(byKind.get(instant.kind) ?? []), instant]);
  const chosen: Instant[] = [];
  for (let round = 0; chosen.length < count && round < 100; round++) {
    for (const list of byKind.values()) {
      const instant = list[list.length - 1 - round * Math.ceil(list.length / 4)];
      if (instant !== undefined && chosen.length < count) chosen.push(instant);
    }
  }
  return chosen;
}

function storms(engine: VmName, target: string, total: number, instants: number): Toll[] {
  const stage = new Stage(roaming, target, engine);
  const chosen = spread(stage, instants);
  return chosen.map((instant, i) => storm(stage, instant, Math.ceil(total / chosen.length), i));
}

describe.each(TARGETS)('%s in a storm', (target) => {
  it(
    `stands a third of ${ON_V8} changed frames on V8`,
    () => {
      const tolls = storms('v8', target, ON_V8 / TARGETS.length, 12);
      const reasons = new Map<string, number>();
      for (const [reason, count] of tolls.flatMap(({ refused }) => [...refused])) {
        reasons.set(reasonName(reason), (reasons.get(reasonName(reason)) ?? 0) + count);
      }
      const frames = tolls.reduce((sum, toll) => sum + toll.frames, 0);
      const sorted = [...reasons].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
      console.log(`${target}: ${frames} frames at ${tolls.length} instants: ${sorted.join(', ')}`);
      expect(frames).toBeGreaterThanOrEqual(ON_V8 / TARGETS.length);
      expect(DEEP[target].filter((reason) => !reasons.has(reason))).toEqual([]);
    },
    600_000 * TIMES,
  );
});

describeWith('lua5.4', 'lua5.4', () => {
  it.each(TARGETS)(
    `%s stands a third of ${ON_LUA} changed frames in Lua, and says what it says on V8`,
    (target) => {
      const [lua, v8] = (['lua5.4', 'v8'] as const).map((engine) => storms(engine, target, ON_LUA / TARGETS.length, 3));
      expect(lua.map(({ digest }) => digest)).toEqual(v8.map(({ digest }) => digest));
    },
    600_000 * TIMES,
  );
});
