// SPDX-License-Identifier: Apache-2.0
// Motes that go round a ring of routers, as fast as they can: a mote that has stayed at a router for a while loses it, and hears the
// next one alone. There are more routers than a mote has room for keys, and more motes than a router has: so each move makes a
// new key, which pushes out an old one. All but the players are on the bench board, which is quicker.
import * as events from '../../firmware/events.ts';
import { MailboxMote } from '../../host/bench/mote.ts';
import { openBench } from '../../host/bench/run.ts';
import type { BenchControl, OpenBench } from '../../host/bench/run.ts';
import { parseScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { TwinBoard } from '../../host/twin/board.ts';
import { vmFactory } from '../../host/vm/open.ts';
import { mote } from '../protocol/networks.ts';

/** Who is measured. */
export const MOTE = 'm1';
export const ROUTER = 'r1';
export const PLAYERS = [MOTE, ROUTER] as const;
type Player = (typeof PLAYERS)[number];
const isPlayer = (name: string): name is Player => name === MOTE || name === ROUTER;

/** A mote keeps seven keys, a router 24. */
const ROUTERS = 9;
const MOTES = 26;
const PERIOD_MS = 400;
/** Seconds that a router is in reach of a mote once that is attached to it. */
const STAY = 3;
/** The routers have keys by then, seconds. */
const READY = 60;

/** Seconds that it goes on at most; whoever runs it ends it. */
const LONGEST = 200_000;

/** Low words of EUI-64s; the players are first. */
const FIRST_ROUTER = 0x11;
const FIRST_MOTE = 0x41;

const nodes = (role: 'router' | 'mote', count: number, first: number, radius: number, onAtSeconds: number) =>
  Array.from({ length: count }, (_, i) => {
    const [x, y] = [radius * Math.cos(i), radius * Math.sin(i)];
    return mote(`${role[0]}${i + 1}`, role, (first + i).toString(16), x, y, { onAtSeconds: onAtSeconds + i });
  });

/** All in earshot of one another: who is in reach of a mote is the ring's to say. */
const scenario = parseScenario(
  {
    name: 'ring',
    description: 'Motes go round a ring of routers.',
    seed: 9,
    durationSeconds: READY,
    dataPeriodMs: PERIOD_MS,
    motes: [
      mote('base', 'base', '01', 0),
      ...nodes('router', ROUTERS, FIRST_ROUTER, 10, 0),
      ...nodes('mote', MOTES, FIRST_MOTE, 20, READY),
    ],
  },
  'ring',
);

/** What a player has done. */
export interface Deeds {
  /** Keys that it made in a handover, by mode; of a router: that a mote made with it. */
  readonly keys: {
    [events.MODE_CENTRALISED]: number;
    [events.MODE_PREDICTIVE]: number;
    [events.MODE_REACTIVE]: number;
  };
  /** Of a router: motes that it introduced to another. */
  introduced: number;
  /** Readings of it, or of motes at it, that arrived at the base station. */
  readings: number;
  /** How often it was started. */
  starts: number;
}

const idle = (): Deeds => ({
  keys: { [events.MODE_CENTRALISED]: 0, [events.MODE_PREDICTIVE]: 0, [events.MODE_REACTIVE]: 0 },
  introduced: 0,
  readings: 0,
  starts: 0,
});

/** Handovers that a player took part in. */
export const handovers = ({ keys, introduced }: Deeds): number =>
  Object.values(keys).reduce((sum, count) => sum + count, introduced);

/** Where a mote is: a router's number, and since when it is attached there, microseconds; and the authority of its last run. */
interface Place {
  at: number;
  since: number;
  authority: number;
}

export interface Ring {
  readonly bench: OpenBench;
  /** From now on nobody moves, and of the motes only the player has power. */
  rest(): void;
  readonly deeds: Readonly<Record<Player, Deeds>>;
}

/** @param twins on which the players are. */
export function openRing(twins: TwinBoard): Ring {
  const open = vmFactory('v8');
  const board: TwinBoard = {
    ...twins,
    mote: (spec, flash, prng, env) =>
      isPlayer(spec.name) ? twins.mote(spec, flash, prng, env) : new MailboxMote(spec, flash, prng, { ...env, open }),
  };
  const named = (role: Scenario['motes'][number]['role']): string[] =>
    scenario.motes.filter((mote) => mote.role === role).map(({ name }) => name);
  const numbers = new Map(named('router').map((name, i) => [name, i]));
  const placeOf = new Map(
    named('mote').map((name, i): [string, Place] => [name, { at: i % ROUTERS, since: Infinity, authority: 0 }]),
  );
  const places = [...placeOf.values()];
  const deeds = { [MOTE]: idle(), [ROUTER]: idle() };

  let rests = false;
  let control: BenchControl;

  const hears = ({ at, since }: Place, other: string): boolean => {
    const router = numbers.get(other);
    if (router === at) return rests || bench.micros <= since + STAY * 1e6;
    return !rests && since !== Infinity && router === (at + 1) % ROUTERS;
  };
  const made = (mote: string, router: number, mode: number, { authority }: Place): void => {
    if (mode !== events.MODE_CENTRALISED && mode !== events.MODE_PREDICTIVE && mode !== events.MODE_REACTIVE) return;
    if (mote === MOTE) deeds[MOTE].keys[mode]++;
    if (router === FIRST_ROUTER) deeds[ROUTER].keys[mode]++;
    else if (authority === FIRST_ROUTER) deeds[ROUTER].introduced++;
  };
  const bench = openBench({
    scenario: { ...scenario, durationSeconds: LONGEST },
    vm: 'v8',
    board,
    hooks: {
      onStart: (started) => void (control = started),
      onPower(mote, on) {
        if (on && isPlayer(mote)) deeds[mote].starts++;
      },
      drop({ sender }, receiver) {
        const place = placeOf.get(sender);
        if (place !== undefined) return !hears(place, receiver);
        const other = placeOf.get(receiver);
        return other !== undefined && !hears(other, sender);
      },
      onReport({ mote, event, args: [a, , c] }) {
        const place = placeOf.get(mote);
        if (event === events.EVENT_DATA_DELIVERED) {
          if (a === FIRST_MOTE) deeds[MOTE].readings++;
          if (places[a! - FIRST_MOTE]?.at === 0) deeds[ROUTER].readings++;
        } else if (place !== undefined && event === events.EVENT_RUN) {
          place.authority = c!;
        } else if (place !== undefined && event === events.EVENT_KEY) {
          made(mote, a!, c!, place);
        } else if (place !== undefined && event === events.EVENT_ATTACH) {
          place.at = a! - FIRST_ROUTER;
          place.since = bench.micros;
        }
      },
    },
  });
  const rest = (): void => {
    rests = true;
    for (const name of placeOf.keys()) if (name !== MOTE) control.power(name, false);
  };
  return { bench, deeds, rest };
}
