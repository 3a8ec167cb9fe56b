// SPDX-License-Identifier: Apache-2.0
// A thousand handovers, and not one octet asked for: a mote walks round a ring of routers whose keys end before it is back, so that
// each handover is a run. What its image did, and those of a router and of the base station, is repeated on the 32-bit machines.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { IDENTITY_EUI, RECORD_IDENTITY } from '../../firmware/records.ts';
import { runBench } from '../../host/bench/run.ts';
import type { BenchHooks } from '../../host/bench/run.ts';
import { inRepository } from '../../host/root.ts';
import { euiWords } from '../../host/scenario/identity.ts';
import { parseScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import * as abi from '../../host/vm/abi.ts';
import type { MoteVm } from '../../host/vm/mote-vm.ts';
import { vmFactory } from '../../host/vm/open.ts';
import type { Role } from '../../host/vm/open.ts';
import { BOARDS, describeWith, runLua } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { mote } from './networks.ts';
import { sentBy, wrapped } from './recording.ts';

const REPLAY = readFileSync(new URL('replay.lua', import.meta.url), 'utf8');
const MOTES: Record<Role, string> = { mote: 'm1', router: 'r0', base: 'base' };
const ROLES = Object.keys(MOTES) as Role[];

const HANDOVERS = 1000;
/** Handovers of the mote at which a machine stops; the first one there is does them all. */
const MACHINES: readonly [Profile, Vm, number][] = [
  ['lua53', 'lua53i', HANDOVERS],
  ['lua51i', 'lua51i', HANDOVERS / 5],
  ['lua51', 'lua51f', HANDOVERS / 5],
];

const ROUTERS = 16;
const RADIUS = 40;
/** Seconds from one router to the next: a round is longer than the three minutes that a key lives. */
const PACE = 12;
/** The mote stands still until all routers have joined. */
const DEPARTURE = 40;
/** Hops a handover: now and then the mote finds a key that lives still, or loses its way. */
const SPARE = 1.3;
/** Every so often the router that the mote has gone to falls silent, which makes a handover a reactive one. */
const SILENCE = 5;

function ring(handovers: number): Scenario {
  const place = (i: number): { x: number; y: number } => {
    const angle = (2 * Math.PI * i) / ROUTERS;
    return { x: Math.round(RADIUS * Math.cos(angle)), y: Math.round(RADIUS * Math.sin(angle)) };
  };
  const hops = Array.from({ length: SPARE * handovers }, (_, i) => ({ from: i, at: DEPARTURE + (i + 1) * PACE }));
  const silences = hops
    .filter(({ from }) => from % SILENCE === 0)
    .flatMap(({ from, at }) => {
      const between: [string, string] = ['m1', `r${from % ROUTERS}`];
      return [
        { at: at - PACE / 2, lossProbability: 1, between },
        { at: at + 2 * PACE, lossProbability: 0, between },
      ];
    });
  const routers = Array.from({ length: ROUTERS }, (_, i) => {
    const { x, y } = place(i);
    return mote(`r${i}`, 'router', (0x11 + i).toString(16), x, y);
  });
  const waypoints = hops.map(({ from, at }) => ({ at, ...place(from + 1) }));
  const { x, y } = place(0);
  return parseScenario(
    {
      name: 'ring',
      description: 'a mote walks round and round',
      seed: 5,
      durationSeconds: hops.at(-1)!.at,
      lifeMinutes: 3,
      leaveBelow: 255,
      dataPeriodMs: 6000,
      motes: [mote('base', 'base', '01', 0), ...routers, mote('m1', 'mote', '81', x, y, { waypoints })],
      schedule: silences,
    },
    'ring',
  );
}

/** Where a member is, in steps round the ring; the base station is in its middle, near to all. */
function placeOf(name: string, micros: number): number | undefined {
  if (name === 'base') return undefined;
  return name === 'm1' ? Math.max(0, (micros / 1e6 - DEPARTURE) / PACE) : Number(name.slice(1));
}

/** Walls stand between those who are no neighbours: who hears everybody only takes longer. */
function isWalled(one: string, other: string, micros: number): boolean {
  const [a, b] = [placeOf(one, micros), placeOf(other, micros)];
  if (a === undefined || b === undefined) return false;
  const apart = Math.abs(a - b) % ROUTERS;
  return Math.min(apart, ROUTERS - apart) > 1.5;
}

/** What an image did from its start on, a line a step, as replay.lua takes it. */
interface Life {
  readonly lines: string[];
  /** Lines there were at each handover of the mote, and at each event of SHARE. */
  readonly handovers: number[];
  readonly shares: number[];
}

/** What shows that an image had its part in a handover. */
const SHARE: Record<Role, number> = {
  mote: events.EVENT_ATTACH,
  router: events.EVENT_COMMIT,
  base: events.EVENT_ATTACHED,
};

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** One step, told. @returns words of the outbox. */
function tell({ lines }: Life, vm: MoteVm, words: number): number {
  const inbox = vm.inbox.slice(0, words);
  const octets = inbox[0] === abi.RECEIVE ? vm.rxFrame.slice(0, inbox[3]) : new Uint8Array(0);
  const used = vm.step(words);
  const sent = sentBy(vm, used) ?? new Uint8Array(0);
  lines.push(`${inbox.join()}|${hex(octets)}|${vm.outbox.subarray(0, used).join()}|${hex(sent)}\n`);
  return used;
}

const lives = new Map<Role, Life>();
/** Handovers of the mote by the mode of their run. */
const modes = new Map<number, number>();

function note(role: Role, life: Life, vm: MoteVm, used: number): void {
  abi.eachAction(vm.outbox, used, (op, at) => {
    if (op !== abi.REPORT || vm.outbox[at] !== SHARE[role]) return;
    life.shares.push(life.lines.length);
    const mode = vm.outbox[at + 2];
    if (role !== 'mote' || mode === events.MODE_RETURN) return;
    modes.set(mode, (modes.get(mode) ?? 0) + 1);
    for (const each of lives.values()) each.handovers.push(each.lines.length);
  });
}

beforeAll(() => {
  const scenario = ring(HANDOVERS);
  const wanted = new Set(
    scenario.motes.filter(({ name }) => Object.values(MOTES).includes(name)).map((one) => euiWords(one).join()),
  );
  const open = wrapped(vmFactory('v8'), (vm, role) => {
    let life: Life | undefined = { lines: [], handovers: [], shares: [] };
    return (words) => {
      // An image learns who it is from its flash.
      if (vm.inbox[0] === abi.PRELOAD && vm.inbox[3] === RECORD_IDENTITY) {
        const eui = vm.inbox.slice(5 + IDENTITY_EUI, 7 + IDENTITY_EUI).join();
        if (!wanted.has(eui)) life = undefined;
        else lives.set(role, life!);
      }
      if (life === undefined) return vm.step(words);
      const used = tell(life, vm, words);
      note(role, life, vm, used);
      return used;
    };
  });
  const walls: BenchHooks = { drop: ({ sender, start }, receiver) => isWalled(sender, receiver, start) };
  runBench({ scenario, vm: 'v8', open, hooks: walls });
}, 300_000);

it('hands over a thousand times, in every mode of a run', () => {
  const { handovers } = lives.get('mote')!;
  console.log(
    `${handovers.length} handovers: ${[...modes].map(([mode, count]) => `${count} of mode ${mode}`).join(', ')}`,
  );
  expect(handovers.length).toBeGreaterThan(HANDOVERS);
  for (const mode of [events.MODE_CENTRALISED, events.MODE_PREDICTIVE, events.MODE_REACTIVE]) {
    expect(modes.get(mode) ?? 0).toBeGreaterThan(HANDOVERS / 100);
  }
});

/** Lines that a machine is given at a time: it shall not hold the whole life. */
const PIECE = 1000;

interface Asked {
  readonly steps: number;
  readonly octets: number;
  /** Of the step that asked for most, its number. */
  readonly greedy: number;
}

const LOCALS = Array.from({ length: 40 }, (_, i) => `l${i}`).join();

/** Repeats a life up to a handover, the last of which are counted. @param litter each step shall ask for a table more. */
function replay(profile: Profile, vm: Vm, role: Role, handovers: number, litter = false): Asked {
  const { lines, handovers: marks } = lives.get(role)!;
  // All there is to start up is over when the mote has first handed over.
  const pieces = [lines.slice(0, marks[0])];
  for (let at = marks[0]; at < marks[handovers]; at += PIECE)
    pieces.push(lines.slice(at, Math.min(at + PIECE, marks[handovers])));
  const texts = pieces.map((piece) => piece.join(''));
  const image = readFileSync(inRepository('dist', BOARDS[profile], `${role}.lua`), 'utf8');
  const script = `
local image = (function()\n${image}\nend)()
local replay = function(image, data, leak)\n${REPLAY}\nend
-- A collection gives back what Lua has for nested calls and asks for again: there is none while octets are counted, and after it
-- Lua calls itself as deep as an image ever does, with as many locals.
collectgarbage('stop')
local function deepen(depth)
  local ${LOCALS} = 0
  if depth == 0 then return 0 end
  return 1 + deepen(depth - 1)
end
local steps, asked, greedy = 0, 0, 0
for i, length in ipairs({${texts.map(({ length }) => length).join()}}) do
  collectgarbage()
  deepen(40)
  local count, first, second, at = replay(image, io.read(length), ${litter})
  if i > 1 then
    if greedy == 0 and first + second > 0 then greedy = steps + at end
    asked = asked + first + second
  end
  steps = steps + count
end
print(string.format('%d %d %d', steps, asked, greedy))`;
  const text = runLua(vm, { script, stdin: texts.join(''), timeout: 300_000, limit: 2e11 });
  const [steps, octets, greedy] = text.trim().split(' ').map(Number);
  return { steps, octets, greedy };
}

for (const [profile, vm, handovers] of MACHINES) {
  describeWith(vm, `${handovers} handovers on ${vm}`, () => {
    it.each(ROLES)('ask for not one octet at a %s', { timeout: 300_000 }, (role) => {
      const life = lives.get(role)!;
      const end = life.handovers[handovers];
      const share = life.shares.filter((at) => at > life.handovers[0] && at <= end).length;
      const { steps, octets, greedy } = replay(profile, vm, role, handovers);
      console.log(`${role} on ${vm}: ${octets} octets in ${steps} steps, with a part in ${share} handovers`);
      expect(steps).toBe(end);
      expect(octets, `step ${greedy}`).toBe(0);
      expect(share).toBeGreaterThanOrEqual(role === 'router' ? handovers / ROUTERS / 2 : handovers);
    });

    it('would be caught with one empty table a step', () => {
      expect(replay(profile, vm, 'mote', 1, true).octets).toBeGreaterThan(1000);
    });
  });
}
