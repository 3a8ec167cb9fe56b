// SPDX-License-Identifier: Apache-2.0
// A long life in a small heap: a mote of a real board, on the 32-bit machine of its Lua, behind driver and SPI, under an
// allocator that refuses what is beyond the ceiling. The mote is driven round a ring of more routers than it has room for keys, so
// that each handover makes a new key; then it stays at that router, and sends.
// KEMP_ENDURANCE=1: 10,000 handovers and 100,000 readings, for two hours; 0.1: a tenth. Otherwise as many as a test run has time for.
import { expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { MailboxMote } from '../../host/bench/mote.ts';
import { runBench } from '../../host/bench/run.ts';
import { parseScenario } from '../../host/scenario/load.ts';
import type { TwinBoard } from '../../host/twin/board.ts';
import { vmFactory } from '../../host/vm/open.ts';
import { describeWith } from '../tools.ts';
import { machineOf, measuredBoard } from '../vm/measured.ts';

const SHARE = Number(process.env.KEMP_ENDURANCE ?? 0);
const HANDOVERS = Math.max(24, 10_000 * SHARE);
const READINGS = Math.max(300, 100_000 * SHARE);
/** Octets beside the code, which lies in flash. */
const CEILING = 36_000;
const BOARD = 'nodemcu-esp8266-mrf24j40';
/** A mote keeps seven keys. */
const ROUTERS = 9;
const PERIOD_MS = 400;
/** Seconds that a router of the ring is in reach once the mote is attached to it, and that a handover takes at most. */
const STAY = 3;
const LONGEST_HANDOVER = 10;
/** The routers have keys with one another by then. */
const READY = 90;
const HANDOVERS_UNTIL = READY + HANDOVERS * LONGEST_HANDOVER;
const SECONDS = HANDOVERS_UNTIL + 60 + Math.ceil((READINGS * PERIOD_MS * 1.1) / 1000);

/** Low word of the first router's EUI-64. */
const FIRST_ROUTER = 0x11;
const hex = (value: number): string => value.toString(16).padStart(2, '0');

/** All in earshot of one another: who is in reach of the mote is the test's to say. */
const scenario = parseScenario(
  {
    name: 'ring',
    description: 'A mote goes round a ring of routers.',
    seed: 9,
    durationSeconds: SECONDS,
    dataPeriodMs: PERIOD_MS,
    motes: [
      { name: 'base', role: 'base', eui64: 'AC:DE:48:00:00:00:00:01', short: '0001', position: { x: 0, y: 0 } },
      ...Array.from({ length: ROUTERS }, (_, i) => ({
        name: `r${i + 1}`,
        role: 'router',
        eui64: `AC:DE:48:00:00:00:00:${hex(FIRST_ROUTER + i)}`,
        short: `00${hex(FIRST_ROUTER + i)}`,
        position: { x: 10 * Math.cos(i), y: 10 * Math.sin(i) },
      })),
      {
        name: 'm1',
        role: 'mote',
        eui64: 'AC:DE:48:00:00:00:00:41',
        short: '0041',
        position: { x: 20, y: 0 },
        onAtSeconds: READY - 30,
      },
    ],
  },
  'ring',
);

describeWith(machineOf(BOARD), `a small heap of ${BOARD}`, () => {
  it(`is enough for a mote over ${HANDOVERS} handovers and ${READINGS} readings`, { timeout: 14_400_000 }, () => {
    const player = 'm1';
    const heap = CEILING;
    const { board: twins, machines } = measuredBoard(BOARD, [player], { heap });
    const open = vmFactory('v8');
    const board: TwinBoard = {
      ...twins,
      // The others are there for it alone: the bench board is quicker.
      mote: (spec, flash, prng, env) =>
        spec.name === player
          ? twins.mote(spec, flash, prng, env)
          : new MailboxMote(spec, flash, prng, { ...env, open }),
    };
    let now = (): number => 0;
    /** Where the mote is, and since when. */
    let at = 0;
    let since = Infinity;
    const keys = new Map<number, number>();
    let readings = 0;
    const moves = (): boolean => now() < HANDOVERS_UNTIL || at !== 0;
    const reaches = (router: string): boolean => {
      const number = Number(router.slice(1)) - 1;
      if (since === Infinity) return number === at;
      const next = (at + 1) % ROUTERS;
      return (number === at && !(moves() && now() > since + STAY)) || (number === next && moves());
    };
    const { failures } = runBench({
      scenario,
      vm: 'v8',
      board,
      hooks: {
        onStart: (bench) => void (now = () => bench.micros / 1e6),
        drop: ({ sender }, receiver) =>
          (sender === 'm1' && !reaches(receiver)) || (receiver === 'm1' && !reaches(sender)),
        onReport({ mote, event, args }) {
          if (mote === 'm1' && event === events.EVENT_KEY) keys.set(args[0]!, (keys.get(args[0]!) ?? 0) + 1);
          if (mote === 'base' && event === events.EVENT_DATA_DELIVERED && now() > HANDOVERS_UNTIL) readings++;
          if (mote !== 'm1' || event !== events.EVENT_ATTACH) return;
          at = args[0]! - FIRST_ROUTER;
          since = now();
        },
      },
    });
    const made = [...keys.values()].reduce((sum, count) => sum + count, 0);
    console.log(
      `${made} keys, ${keys.get(FIRST_ROUTER)} of them with r1; ${readings} readings; ${machines.get(player)!.heap.peak()} octets at most`,
    );
    expect(failures).toEqual([]);
    expect(made).toBeGreaterThanOrEqual(HANDOVERS);
    expect(keys.size).toBe(ROUTERS);
    expect(readings).toBeGreaterThanOrEqual(READINGS);
    expect(machines.get(player)!.heap.peak()).toBeLessThanOrEqual(heap);
  });

  it('fails where it is too small', { timeout: 60_000 }, () => {
    const { board } = measuredBoard(BOARD, ['m1'], { heap: 18_000 });
    const short = { ...scenario, durationSeconds: READY };
    expect(() => runBench({ scenario: short, vm: 'v8', board })).toThrow(/m1.*not enough memory/);
  });
});
