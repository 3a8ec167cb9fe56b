// SPDX-License-Identifier: Apache-2.0
// RAM of a running mote: the heap that an image adds to a machine which has it loaded and not run, as a flash store holds it. All
// memory is made at start, so the state makes no difference; the end of a life shows it. Apart, and not counted: the tables of
// AES, and what is the bench's own: its mailbox, and what it has in place of flash and of the memory that outlives a deep sleep.
// The budgets are the goals where these are reached, else what was reached and a twentieth: each line printed has the goal beside it.
import { readFileSync } from 'node:fs';
import { rollup, type OutputAsset, type OutputOptions } from 'rollup';
import { beforeAll, expect, it } from 'vitest';
import { readBoard } from '../../compiler/boards.ts';
import { imagesOf } from '../../compiler/images.ts';
import { inRepository } from '../../host/root.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Role } from '../../host/vm/open.ts';
import { BOARDS, describeWith, runLua } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { record } from './recording.ts';
import type { Life } from './recording.ts';

const SCRIPT = readFileSync(new URL('ram.lua', import.meta.url), 'utf8');
const MOTES: Record<Role, string> = { mote: 'm1', router: 'r1', base: 'base' };

/** Four tables of AES; the bench's outbox, and its stand-in for flash. */
const APART = [256, 256, 256, 256, 512, 2560];
/** What the bench has in the memory of the image: inbox, rxLine, the directory of its flash, and its stand-in for an ESP8266's RTC memory. */
const BENCH_ENTRIES = 80 + 256 + 96 + 128;

interface Limit {
  /** Octets that it may have. */
  readonly budget: number;
  /** Octets that it should have; none for a base station. */
  readonly goal?: number;
}

/** Neighbours that a router has room for, as a board of the profile would say. */
const NEIGHBOURS: Partial<Record<Profile, 8 | 16>> = { lua51: 8 };

const LIMITS: readonly [Profile, Vm, Record<Role, Limit>][] = [
  [
    'lua51',
    'lua51f',
    { mote: { budget: 22_000, goal: 22_000 }, router: { budget: 31_000, goal: 31_000 }, base: { budget: 72_614 } },
  ],
  [
    'lua51i',
    'lua51i',
    { mote: { budget: 17_000, goal: 17_000 }, router: { budget: 26_000, goal: 26_000 }, base: { budget: 49_413 } },
  ],
  [
    'lua53',
    'lua53i',
    { mote: { budget: 17_000, goal: 17_000 }, router: { budget: 26_000, goal: 26_000 }, base: { budget: 48_229 } },
  ],
];

/** The image as built; or one made here, where the bench's own board has room for more. */
async function imageOf(profile: Profile, role: Role): Promise<Buffer> {
  const neighbours = NEIGHBOURS[profile];
  if (role !== 'router' || neighbours === undefined)
    return readFileSync(inRepository('dist', BOARDS[profile], `${role}.lua`));
  const [options] = imagesOf({ ...readBoard(BOARDS[profile]), roles: [role], neighbours });
  const bundle = await rollup(options!);
  const { output } = await bundle.generate(options!.output as OutputOptions);
  await bundle.close();
  const [lua] = output.filter(({ fileName }) => fileName.endsWith('.lua'));
  return Buffer.from((lua as OutputAsset).source);
}

const lives = new Map<Role, Life>();
beforeAll(() => {
  const run = record({ ...loadScenario('roaming'), durationSeconds: 130 });
  for (const [role, name] of Object.entries(MOTES)) lives.set(role as Role, run.lives.get(name)![0]);
});

for (const [profile, vm, limits] of LIMITS) {
  const entry = profile === 'lua51' ? 12 : 8;
  describeWith(vm, `RAM on ${vm}`, () => {
    it.each(Object.keys(MOTES) as Role[])(
      'of a %s is within its budget, at start and ever after',
      { timeout: 120_000 },
      async (role) => {
        const image = await imageOf(profile, role);
        const lines = lives
          .get(role)!
          .steps.map(({ inbox, octets }) => `${inbox.join()}|${Buffer.from(octets).toString('hex')}\n`);
        const script = `local chunk = assert((loadstring or load)(io.read(${image.length})))
local data = io.read('*a')
print((function(chunk, data, apart, entries)\n${SCRIPT}\nend)(chunk, data, { ${APART.join()} }, ${BENCH_ENTRIES * entry}))`;
        const stdin = image.toString('latin1') + lines.join('');
        const [started, later, aside] = runLua(vm, { script, stdin, timeout: 300_000 }).trim().split('\t').map(Number);
        const { budget, goal } = limits[role];
        const wanted = goal === undefined ? 'no goal' : `goal ${goal}: ${later <= goal ? 'reached' : 'NOT reached'}`;
        console.log(
          `${role} on ${vm}: ${started} octets after start, ${later} later; budget ${budget}; ${wanted}; apart: ${aside}`,
        );
        expect(later - started).toBeLessThan(600);
        expect(later).toBeLessThanOrEqual(budget);
      },
    );
  });
}
