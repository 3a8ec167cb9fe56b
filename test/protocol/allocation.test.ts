// SPDX-License-Identifier: Apache-2.0
// After start a mote asks for no memory. What each image did in a run is repeated step by step on every Lua, where it must put
// out the very same, and in the second half of it not one octet may be asked for.
import { readFileSync } from 'node:fs';
import { lauxlib as lauxlib53, lua as lua53, lualib as lualib53 } from 'lua-wasm-bindings/dist/lua.53.js';
import { lauxlib as lauxlib54, lua as lua54, lualib as lualib54 } from 'lua-wasm-bindings/dist/lua.54.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { inRepository } from '../../host/root.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import * as abi from '../../host/vm/abi.ts';
import type { Role } from '../../host/vm/open.ts';
import { BOARDS, describeOn, runLua } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { record } from './recording.ts';
import type { Step } from './recording.ts';

const REPLAY = readFileSync(new URL('replay.lua', import.meta.url), 'utf8');
const MOTES: Record<Role, string> = { mote: 'm1', router: 'r1', base: 'base' };
const ROLES = Object.keys(MOTES) as Role[];
/** Joins in the first half; in the second one three handovers of each mote, readings, and both console tables. */
const SECONDS = 130;

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const line = ({ inbox, octets, outbox, sent }: Step): string =>
  `${inbox.join()}|${hex(octets)}|${outbox.join()}|${sent === undefined ? '' : hex(sent)}\n`;

/** Lua that repeats the steps. @param data how it gets them. */
function script(profile: Profile, role: Role, data: string, leak: boolean): string {
  const image = readFileSync(inRepository('dist', BOARDS[profile], `${role}.lua`), 'utf8');
  const replay = `(function(image, data, leak)\n${REPLAY}\nend)((function()\n${image}\nend)(), ${data}, ${leak})`;
  return `local steps, first, second, greedy = ${replay}\n`;
}

interface Outcome {
  readonly steps: number;
  readonly first: number;
  readonly second: number;
  readonly greedy: number;
}

function parse(text: string): Outcome {
  const [steps, first, second, greedy] = text.trim().split(' ').map(Number);
  return { steps, first, second, greedy };
}

const REPORT = "string.format('%d %d %d %d', steps, first, second, greedy)";

function replay(profile: Profile, vm: Vm, role: Role, steps: readonly Step[], leak = false): Outcome {
  const code = `${script(profile, role, "io.read('*a')", leak)}print(${REPORT})`;
  return parse(runLua(vm, { script: code, stdin: steps.map(line).join('') }));
}

const lives = new Map<Role, readonly Step[]>();
/** Lives with keys refreshed, and with keys, a mote and a router revoked, in their second halves. */
const OTHER_SCENARIOS = ['refresh', 'revoked'];
const others = new Map<string, readonly Step[]>();
beforeAll(() => {
  const scenario = { ...loadScenario('roaming'), durationSeconds: SECONDS };
  const run = record(scenario, {
    hooks: {
      onStart: (bench) => {
        for (const mote of Object.values(MOTES)) {
          for (const at of [30, 100]) {
            bench.at(at * 1e6, () => bench.command(mote, 'keys'));
            bench.at((at + 5) * 1e6, () => bench.command(mote, 'refusals'));
            bench.at((at + 10) * 1e6, () => bench.command(mote, 'help'));
          }
        }
      },
    },
  });
  expect(run.result.handovers.length).toBeGreaterThanOrEqual(6);
  for (const role of ROLES) lives.set(role, run.lives.get(MOTES[role])![0].steps);
  for (const name of OTHER_SCENARIOS) {
    const other = record(loadScenario(name));
    for (const role of ROLES) others.set(`${name} ${role}`, other.lives.get(MOTES[role])![0].steps);
  }
});

it('is measured over every kind of input', () => {
  for (const role of ROLES) {
    const steps = lives.get(role)!;
    const half = steps.slice(steps.length >> 1);
    const ops = new Set(half.map(({ inbox }) => inbox[0]));
    expect([...ops].sort(), role).toEqual([abi.RECEIVE, abi.SENT, abi.ALARM_DUE, abi.POSTED, abi.COMMAND]);
    expect(half.filter(({ sent }) => sent !== undefined).length, role).toBeGreaterThan(20);
  }
});

/** fengari's memory is JavaScript's: there the replay is a comparison alone. */
const measures = (vm: Vm): boolean => vm !== 'fengari';

for (const profile of Object.keys(BOARDS) as Profile[]) {
  describeOn(profile, `an image for ${profile}`, (vm) => {
    it.each(ROLES)(`as %s puts out what it puts out on V8${measures(vm) ? ', and asks for nothing' : ''}`, (role) => {
      const steps = lives.get(role)!;
      const outcome = replay(profile, vm, role, steps);
      expect(outcome.steps).toBe(steps.length);
      if (measures(vm)) {
        console.log(
          `${role} on ${vm}: ${outcome.first} octets in the first half of ${steps.length} steps, then ${outcome.second}`,
        );
        expect(outcome.second, `step ${outcome.greedy}`).toBe(0);
      }
    });

    if (measures(vm)) {
      it.each(OTHER_SCENARIOS.flatMap((name) => ROLES.map((role) => [name, role] as const)))(
        'asks for nothing in the scenario %s as %s',
        (name, role) => {
          const steps = others.get(`${name} ${role}`)!;
          const outcome = replay(profile, vm, role, steps);
          expect(outcome.steps).toBe(steps.length);
          expect(outcome.second, `step ${outcome.greedy}`).toBe(0);
        },
      );

      it('would be caught with one empty table a step', () => {
        const steps = lives.get('mote')!.slice(0, 200);
        expect(replay(profile, vm, 'mote', steps, true).second).toBeGreaterThanOrEqual(100 * 30);
      });
    }

    it('would be caught with one word changed', () => {
      const steps = lives.get('mote')!.slice(0, 200);
      const last = steps.at(-1)!;
      const wrong = { ...last, outbox: [...last.outbox.slice(0, -1), last.outbox.at(-1)! ^ 1] };
      expect(last.outbox.length).toBeGreaterThan(0);
      expect(() => replay(profile, vm, 'mote', [...steps.slice(0, -1), wrong])).toThrow(
        /step 200: expected the outbox/,
      );
    });
  });
}

describe.each([['5.3', lua53, lauxlib53, lualib53] as const, ['5.4', lua54, lauxlib54, lualib54] as const])(
  'an image on Lua %s in WebAssembly, from npm alone',
  (version, lua, lauxlib, lualib) => {
    const evaluate = (role: Role, leak = false): Outcome => {
      const L = lauxlib.luaL_newstate();
      lualib.luaL_openlibs(L);
      const data = `[[\n${lives.get(role)!.map(line).join('')}]]`;
      const status = lauxlib.luaL_dostring(L, `${script('lua53w', role, data, leak)}return ${REPORT}`);
      const text = lua.lua_tostring(L, -1);
      lua.lua_close(L);
      if (status !== 0) throw new Error(text);
      return parse(text);
    };

    it.each(ROLES)('as %s puts out what it puts out on V8, and asks for nothing', (role) => {
      const { steps, first, second, greedy } = evaluate(role);
      console.log(
        `${role} on ${version} in WebAssembly: ${first} octets in the first half of ${steps} steps, then ${second}`,
      );
      expect(steps).toBe(lives.get(role)!.length);
      expect(second, `step ${greedy}`).toBe(0);
    });

    it('would be caught with one empty table a step', () => {
      expect(evaluate('mote', true).second).toBeGreaterThan(16_000);
    });
  },
);
