// SPDX-License-Identifier: Apache-2.0
// RAM of a running mote: the heap that an image adds to a machine which has it loaded and not run, as a flash store holds it. All
// memory is made at start, so the state makes no difference; the end of a life shows it. Apart, and not counted: the tables of
// AES, and what is the bench's own: its mailbox and its copy of flash.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { inRepository } from '../../host/root.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Role } from '../../host/vm/open.ts';
import { BOARDS, describeWith, runLua } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { record } from './recording.ts';
import type { Life } from './recording.ts';

const SCRIPT = readFileSync(new URL('ram.lua', import.meta.url), 'utf8');
const MOTES: Record<Role, string> = { mote: 'm1', router: 'r1', base: 'base' };

/** Four tables of AES; inbox, outbox, rxLine, and the records and the directory of the bench's flash. */
const APART = [256, 256, 256, 256, 80, 512, 256, 2048, 96];

/**
 * Octets: what it is today and a twentieth, with room for 24 keys. The goals are lower: for a mote 22 kB on lua51 and 17 kB
 * elsewhere, for a router 31 kB with 8 neighbours on lua51 and 26 kB with 16 elsewhere.
 */
const BUDGETS: readonly [Profile, Vm, Record<Role, number>][] = [
  ['lua51', 'lua51f', { mote: 53_800, router: 61_000, base: 84_800 }],
  ['lua51i', 'lua51i', { mote: 38_300, router: 43_800, base: 59_200 }],
  ['lua53', 'lua53i', { mote: 39_500, router: 44_800, base: 60_500 }],
];

const lives = new Map<Role, Life>();
beforeAll(() => {
  const run = record({ ...loadScenario('roaming'), durationSeconds: 130 });
  for (const [role, name] of Object.entries(MOTES)) lives.set(role as Role, run.lives.get(name)![0]);
});

for (const [profile, vm, budgets] of BUDGETS) {
  describeWith(vm, `RAM on ${vm}`, () => {
    it.each(Object.keys(MOTES) as Role[])('of a %s is within its budget, at start and ever after', (role) => {
      const image = readFileSync(inRepository('dist', BOARDS[profile], `${role}.lua`));
      const lines = lives
        .get(role)!
        .steps.map(({ inbox, octets }) => `${inbox.join()}|${Buffer.from(octets).toString('hex')}\n`);
      const script = `local chunk = assert((loadstring or load)(io.read(${image.length})))
local data = io.read('*a')
print((function(chunk, data, apart)\n${SCRIPT}\nend)(chunk, data, { ${APART.join()} }))`;
      const stdin = image.toString('latin1') + lines.join('');
      const [started, later, aside] = runLua(vm, { script, stdin, timeout: 300_000 }).trim().split('\t').map(Number);
      console.log(
        `${role} on ${vm}: ${started} octets after start, ${later} later, of ${budgets[role]}; apart: ${aside}`,
      );
      expect(later - started).toBeLessThan(600);
      expect(later).toBeLessThanOrEqual(budgets[role]);
    });
  });
}
