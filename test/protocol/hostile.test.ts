// SPDX-License-Identifier: Apache-2.0
// Frames that no mote sent, into every role: 10,000 on V8 and 500 on fengari, and into all motes of a running network.
import { describe, expect, it } from 'vitest';
import { EVENT_REFUSED } from '../../firmware/events.ts';
import { runBench } from '../../host/bench/run.ts';
import type { Result } from '../../host/bench/result.ts';
import * as abi from '../../host/vm/abi.ts';
import { vmFactory } from '../../host/vm/open.ts';
import type { Role, VmName } from '../../host/vm/open.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { ambushed } from './ambush.ts';
import { Forger } from './forger.ts';
import { record } from './recording.ts';
import type { Recording } from './recording.ts';
import { authentic, Siege } from './siege.ts';
import type { Tally } from './siege.ts';
import { Sniffer } from './sniffer.ts';
import { Stage } from './stage.ts';

/** Handlers of each role: every one of them must have been reached. */
const HANDLERS: Record<Role, readonly string[]> = {
  mote: ['NOTICE', 'REJECT', 'ADVERT'],
  router: [
    ...['REQUEST relay', 'introduce', 'forward', 'APPROVAL', 'NOTICE', 'REJECT', 'ADVERT', 'ACK', 'UP', 'DOWN'],
    ...['data', 'CONFIRM'],
  ],
  base: ['REQUEST', 'ATTACHED', 'UP', 'ADVERT', 'data', 'CONFIRM'],
};

/** Reasons that tell how deep the frames got: each must have been given. */
const LINK = ['mic', 'replay', 'duplicate', 'weak-level', 'plain-data', 'unknown-key', 'counter-ended', 'kmp-version'];
const CENTRE = ['tag', 'sequence', 'no-session', 'request-mac', 'counter', 'unknown-node', 'unknown-router', 'route'];
const REASONS: Record<Role, readonly string[]> = {
  mote: [...LINK, 'no-run', 'wrong-run', 'tag', 'hint', 'request-mac', 'depth', 'lifetime'],
  router: [...LINK, ...CENTRE, 'depth', 'live-key', 'not-secured', 'not-joined', 'data', 'own-name'],
  base: [...LINK, ...CENTRE, 'router-list', 'not-secured', 'data', 'own-name'],
};

/** Who is attacked, in which scenario, with which share of the frames. */
const TARGETS: Record<Role, readonly (readonly [scenario: string, mote: string, share: number])[]> = {
  mote: [
    ['roaming', 'm1', 0.7],
    ['blackout', 'm1', 0.3],
  ],
  router: [
    ['roaming', 'r1', 0.4],
    ['blackout', 'r1', 0.3],
    ['blackout', 'r3', 0.3],
  ],
  base: [['roaming', 'base', 1]],
};

const recordings = new Map<string, Recording>();
/** The first 75 seconds have joins, the first handovers, and the introduction from afar. */
function recorded(name: string, seconds: number): Recording {
  const id = `${name} ${seconds}`;
  const made = recordings.get(id) ?? record({ ...loadScenario(name), durationSeconds: seconds });
  recordings.set(id, made);
  return made;
}

interface Campaign {
  readonly frames: number;
  readonly handlers: ReadonlyMap<string, Tally>;
  readonly reasons: ReadonlySet<string>;
  readonly secured: number;
  readonly opened: number;
  readonly digests: readonly string[];
}

function attack(
  role: Role,
  engine: VmName,
  total: number,
  how: { seconds: number; each: number; frames: number; quietly?: boolean },
): Campaign {
  const sieges = TARGETS[role].map(([scenario, mote, share]) => {
    const stage = new Stage(recorded(scenario, how.seconds), mote, engine);
    const siege = new Siege(stage).run(total * share, how);
    if (!how.quietly) console.log(siege.report());
    return siege;
  });
  const handlers = new Map<string, Tally>();
  for (const [name, { taken, refused }] of sieges.flatMap((siege) => [...siege.handlers])) {
    const sum = handlers.get(name) ?? { taken: 0, refused: 0 };
    handlers.set(name, { taken: sum.taken + taken, refused: sum.refused + refused });
  }
  const sum = (of: (siege: Siege) => number): number => sieges.reduce((all, siege) => all + of(siege), 0);
  return {
    frames: sum(({ frames }) => frames),
    handlers,
    reasons: new Set(sieges.flatMap((siege) => [...siege.reasons.keys()])),
    secured: sum(({ secured }) => secured),
    opened: sum(({ opened }) => opened),
    digests: sieges.map((siege) => siege.digest()),
  };
}

describe.each(Object.keys(HANDLERS) as Role[])('%s under fire', (role) => {
  it('stands 10,000 frames on V8', () => {
    const { frames, handlers, reasons, secured, opened } = attack(role, 'v8', 10_000, {
      seconds: 160,
      each: 5,
      frames: 40,
    });
    expect(frames).toBeGreaterThanOrEqual(10_000);
    for (const handler of HANDLERS[role]) {
      const { taken = 0, refused = 0 } = handlers.get(handler) ?? {};
      expect(taken + refused, handler).toBeGreaterThan(0);
      expect(taken, `taken by ${handler}`).toBeGreaterThan(0);
    }
    expect(REASONS[role].filter((reason) => !reasons.has(reason))).toEqual([]);
    // Half of what is secured fits its MIC: what lies behind is not spared.
    expect(opened / secured).toBeGreaterThan(0.5);
  }, 120_000);

  it('stands 500 on fengari, and says what it says on V8', () => {
    const how = { seconds: 75, each: 1, frames: 25 };
    const lua = attack(role, 'fengari', 500, how);
    expect(lua.frames).toBeGreaterThanOrEqual(500);
    expect(lua.digests).toEqual(attack(role, 'v8', 500, { ...how, quietly: true }).digests);
  }, 120_000);
});

/** Seconds between which the network is attacked, and after which it must have recovered. */
const [FROM, TO, RECOVERED] = [20, 110, 175];

/** The roaming network, each image of which gets three frames of an outsider before each one of its own. */
function underFire(seed: number): {
  result: Result;
  failures: readonly string[];
  fired: number;
  effects: string[];
  late: number[];
} {
  const scenario = { ...loadScenario('roaming'), seed };
  // What other runs sent, with other keys; and all that was received in this one.
  const earlier = record({ ...scenario, seed: seed + 1000, durationSeconds: 120 });
  const other = new Sniffer(earlier.scenario).hearAll(earlier.frames);
  const pool = earlier.frames.map(({ octets }) => other.open(octets)).filter((one) => one !== undefined);
  const sniffer = new Sniffer(scenario);
  const names = scenario.motes.map(({ name }) => name);
  const forgers: Forger[] = [];
  const effects: string[] = [];
  let [now, fired] = [0, 0];
  const open = ambushed(vmFactory('v8'), () => {
    // Motes are switched on in the order of the file.
    const target = names[forgers.length];
    const forger = new Forger(sniffer, target, names, pool, pool[0], seed);
    forgers.push(forger);
    return {
      frames(vm) {
        if (now < FROM * 1e6 || now > TO * 1e6) return [];
        const octets = vm.inbox[0] === abi.RECEIVE ? vm.rxFrame.slice(0, vm.inbox[3]) : undefined;
        const coming = octets === undefined ? undefined : sniffer.open(octets);
        if (coming !== undefined) forger.expect(coming);
        const made = [forger.outsider(), forger.outsider(), forger.outsider()];
        const frames = made.filter((frame) => {
          const body = sniffer.open(frame)?.body;
          const same = body !== undefined && coming?.body !== undefined && body.equals(coming.body);
          return !same && (coming === undefined || Buffer.compare(frame, coming.frame) !== 0);
        });
        fired += frames.length;
        return frames;
      },
      lqi: () => forger.lqi(),
      report(event, args) {
        if (event === EVENT_REFUSED) return;
        const outcome = { reports: [{ event, args }], sends: [], stores: [], console: '' };
        effects.push(...authentic(outcome).map((what) => `${target} at ${now / 1e6}: ${what}`));
      },
    };
  });
  const late: number[] = [];
  const { result, failures } = runBench({
    scenario,
    vm: 'v8',
    open,
    hooks: {
      onFrame({ octets, start }) {
        sniffer.hear(octets);
        now = start;
      },
      onReception({ octets, attempt }, receiver, reception) {
        const opened = attempt === 1 && reception === 'received' ? sniffer.open(octets) : undefined;
        if (opened === undefined || (opened.dst !== receiver && opened.dst !== '')) return;
        for (const forger of forgers) forger.learn(opened);
      },
    },
  });
  return { result, failures, fired, effects, late };
}

describe('a network under fire', () => {
  it.each([1, 2, 3, 4])(
    'loses no key, and is itself again a minute later (seed %i)',
    (seed) => {
      const { result, failures, fired, effects } = underFire(seed);
      const after = result.handovers.filter(({ atMs }) => atMs > RECOVERED * 1000);
      console.log(
        `seed ${seed}: ${fired} frames into 7 motes from ${FROM} to ${TO} s; ` +
          `${result.data.delivered} of ${result.data.sent} readings delivered, ${after.length} handovers after ${RECOVERED} s`,
      );
      expect(fired).toBeGreaterThan(3000);
      expect(effects).toEqual([]);
      expect(failures).toEqual([]);
      for (const mote of ['m1', 'm2']) {
        const handovers = after.filter((handover) => handover.mote === mote);
        expect(handovers.length, mote).toBeGreaterThan(0);
        for (const { lost } of handovers) expect(lost).toBe(0);
      }
    },
    60_000,
  );
});
