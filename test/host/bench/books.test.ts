// SPDX-License-Identifier: Apache-2.0
// The books: which frames and AES blocks a run gets, who holds which key, what arrived.
import { describe, expect, it } from 'vitest';
import * as events from '../../../firmware/events.ts';
import { REFUSED_REVOKED } from '../../../firmware/refusals.ts';
import { runBench } from '../../../host/bench/run.ts';
import type { BenchHooks, BenchResult } from '../../../host/bench/run.ts';
import { resultSchema } from '../../../host/bench/result.ts';
import { closingTables, summary } from '../../../host/bench/tables.ts';
import { timeline } from '../../../host/bench/timeline.ts';
import type { Scenario } from '../../../host/scenario/schema.ts';
import * as abi from '../../../host/vm/abi.ts';
import { dataFrame, row, toys } from './toys.ts';
import type { Board, Program } from './toys.ts';

const REQUEST = 3;
const NOTICE = 5;
const UP = 14;
const DOWN = 15;
const [BASE, ROUTER, NODE] = [1, 2, 3];
const CTR = 7;

/** A frame of a run, announced as firmware does. */
function sendFrame(board: Board, to: number, type: number, length: number, cause: number, node = 0, ctr = 0): void {
  board.report(events.EVENT_FRAME, type, length, cause, node, ctr);
  board.send(dataFrame({ to, from: board.short, length }));
}

/** N asks B by way of a relay that knows nothing of the run; the answer comes back the same way. */
const node: Program = (board) => (step) => {
  if (step.op === abi.START) {
    board.report(events.EVENT_RUN, events.MODE_CENTRALISED, CTR, BASE, ROUTER, 1);
    board.report(events.EVENT_WORK, REQUEST, 4, 0, NODE, CTR);
    sendFrame(board, ROUTER, REQUEST, 43, 0, NODE, CTR);
  }
  if (step.op === abi.RECEIVE) {
    board.report(events.EVENT_KEY, ROUTER, CTR, events.MODE_CENTRALISED, 0, 1);
    board.report(events.EVENT_RUN_END, CTR, events.OUTCOME_ESTABLISHED, events.MODE_CENTRALISED);
    board.report(events.EVENT_WORK, NOTICE, 12, 1, NODE, CTR);
    // CONFIRM comes after the key: no part of what the run cost.
    sendFrame(board, ROUTER, 0, 25, 0, NODE, CTR);
  }
};

const router: Program = (board) => {
  let received = 0;
  return (step) => {
    if (step.op === abi.START) board.report(events.EVENT_ATTACH, BASE, events.MODE_CENTRALISED);
    if (step.op !== abi.RECEIVE) return;
    received++;
    if (received === 1) sendFrame(board, BASE, UP, 60, 1);
    if (received === 2) {
      board.report(events.EVENT_WORK, DOWN, 9, 2, 0, 0);
      sendFrame(board, NODE, NOTICE, 61, 2);
    }
    if (received === 3) {
      board.report(events.EVENT_COMMIT, NODE, CTR, events.MODE_CENTRALISED, 0, 1);
      board.report(events.EVENT_WORK, 0, 8, 3, 0, 0);
    }
  };
};

const base: Program = (board) => (step) => {
  if (step.op !== abi.RECEIVE) return;
  board.report(events.EVENT_WORK, UP, 30, 1, 0, 0);
  sendFrame(board, ROUTER, DOWN, 75, 1);
};

/** The node starts once the router's rank is known; base and node are out of each other's range. */
function relayed(hooks: BenchHooks = {}, more = {}): { scenario: Scenario; bench: BenchResult } {
  const scenario = row({ r: 'router', n: 'mote' }, more);
  const motes = scenario.motes.map((mote, i) => ({
    ...mote,
    position: { x: 40 * i, y: 0 },
    onAtSeconds: i === 2 ? 0.1 : 0,
  }));
  const spread = { ...scenario, motes };
  return { scenario: spread, bench: runBench({ scenario: spread, open: toys({ mote: node, router, base }), hooks }) };
}

describe('a run', () => {
  it('gets the frames of its node, of those who know it, and of relays by their cause', () => {
    const { result, failures } = relayed().bench;
    expect(failures).toEqual([]);
    expect(result.runs).toMatchObject([
      {
        mote: 'n',
        authority: 'base',
        router: 'r',
        mode: 'centralised',
        ctr: CTR,
        hops: 2,
        depth: 0,
        frames: 4,
        octets: 43 + 60 + 75 + 61,
        retries: 0,
        budgetFrames: 4,
        budgetOctets: 245,
        aesBlocks: { node: 16, authority: 30, router: 9, relays: 0 },
        afterKey: { frames: 1, octets: 25, aesBlocks: 8 },
        outcome: 'established',
      },
    ]);
    const [run] = result.runs;
    // Six octets before each PSDU and an acknowledgement of 11 octets after it, 32 us each.
    expect(run.airMs).toBeCloseTo((239 + 4 * (6 + 11)) * 0.032);
    expect(run.startMs).toBeCloseTo(100.2);
    expect(run.keyMs).toBeGreaterThan(run.startMs);
  });

  it('counts retries apart from frames', () => {
    let dropped = 0;
    const hooks: BenchHooks = {
      drop: ({ ack, sender }, receiver) => !ack && sender === 'n' && receiver === 'r' && dropped++ < 2,
    };
    const [run] = relayed(hooks).bench.result.runs;
    expect(run).toMatchObject({ frames: 4, octets: 239, retries: 2 });
    expect(run.airMs).toBeCloseTo((239 + 4 * (6 + 11) + 2 * (6 + 43)) * 0.032);
  });

  it('that nobody answers stays open', () => {
    const hooks: BenchHooks = { drop: ({ ack, sender }) => !ack && sender === 'base' };
    const { result, failures } = relayed(hooks).bench;
    expect(result.runs).toMatchObject([
      { outcome: 'open', keyMs: null, depth: null, frames: 3, octets: 178, retries: 3 },
    ]);
    expect(failures).toEqual(['r holds no key at the end, after 1 s.', 'n holds no key at the end, after 1 s.']);
  });

  it('needs extended addresses where a party has no short one', () => {
    const scenario = row({ n: 'mote' });
    const motes = scenario.motes.map(({ short, ...mote }) => (mote.role === 'base' ? { short, ...mote } : mote));
    const asks: Program = (board) => (step) => {
      if (step.op === abi.START) board.report(events.EVENT_RUN, events.MODE_PREDICTIVE, 1, 1, 1, 1);
    };
    const { result } = runBench({ scenario: { ...scenario, motes }, open: toys({ mote: asks }) });
    expect(result.runs).toMatchObject([{ budgetFrames: 3, budgetOctets: 220 }]);
  });
});

describe('keys', () => {
  it('are held by both ends until they are deleted, or the power goes', () => {
    const { result } = relayed().bench;
    const key = { mode: 'centralised', depth: 0, keyIndex: 1 };
    expect(result.motes.map(({ name, joined, neighbors, rank }) => ({ name, joined, neighbors, rank }))).toEqual([
      { name: 'base', joined: false, neighbors: [], rank: 0 },
      { name: 'r', joined: true, neighbors: [{ name: 'n', ...key }], rank: 1 },
      { name: 'n', joined: true, neighbors: [{ name: 'r', ...key }], rank: null },
    ]);
    const off = relayed({}, { schedule: [{ at: 0.9, power: 'off', mote: 'n' }] }).bench;
    expect(off.result.motes[2]).toMatchObject({ on: false, joined: false, neighbors: [] });
    // Nobody expects a key of a mote without power.
    expect(off.failures).toEqual([]);
  });

  it('are told once, though both ends report them, and only where asked for', () => {
    const tells: Program = (board) => (step) => {
      if (step.op !== abi.INIT || step.args[5] !== 1) return;
      const peer = step.args.length === 7 ? 2 : 0;
      board.report(events.EVENT_LINK_KEY_1, peer, 4, 0x00112233, 0x44556677);
      board.report(events.EVENT_LINK_KEY_2, peer, 4, 0x8899aabb | 0, 0xccddeeff | 0);
    };
    const told: unknown[] = [];
    const scenario = row({ n: 'mote' });
    const hooks: BenchHooks = { onKey: (key) => told.push(key) };
    const open = toys({ base: tells });
    runBench({ scenario, open, hooks });
    expect(told).toEqual([]);
    runBench({ scenario, open, hooks, keylog: true });
    const key = { key: '00112233445566778899aabbccddeeff', index: 4, motes: ['base', 'n'] };
    expect(told).toEqual([key]);
  });
});

describe('readings and handovers', () => {
  it('are counted with the silence between them', () => {
    // Readings 1 to 6, one each 100 ms; the mote moves from r to base after 3, detached for 50 ms, and 4 is lost.
    const sends: Program = (board) => {
      let sequence = 0;
      return (step) => {
        if (step.op === abi.START) board.report(events.EVENT_ATTACH, ROUTER, events.MODE_CENTRALISED);
        if (step.op === abi.COMMAND && step.octets[0] === 68) board.report(events.EVENT_DETACH, ROUTER);
        if (step.op === abi.COMMAND && step.octets[0] === 65)
          board.report(events.EVENT_ATTACH, BASE, events.MODE_REACTIVE);
        if (step.op !== abi.START && step.op !== abi.ALARM_DUE) return;
        board.put(abi.ALARM, 100);
        if (step.op === abi.ALARM_DUE && sequence < 6) board.report(events.EVENT_DATA_SENT, ++sequence);
      };
    };
    const arrives: Program = (board) => (step) => {
      if (step.op === abi.COMMAND) board.report(events.EVENT_DATA_DELIVERED, NODE, step.octets[0] - 48);
    };
    const scenario = row({ r: 'router', n: 'mote' });
    const onStart: BenchHooks['onStart'] = (bench) => {
      for (const sequence of [1, 2, 3, 3, 5, 6]) {
        bench.at(100_000 * sequence + 20_000, () => bench.command('base', String(sequence)));
      }
      bench.at(340_000, () => bench.command('n', 'D'));
      bench.at(390_000, () => bench.command('n', 'A'));
    };
    const { result } = runBench({ scenario, open: toys({ mote: sends, base: arrives }), hooks: { onStart } });
    expect(result.data).toEqual({ sent: 6, delivered: 5, byMote: { n: { sent: 6, delivered: 5 } } });
    expect(result.handovers).toEqual([
      { mote: 'n', atMs: 390.2, from: 'r', to: 'base', mode: 'reactive', detachedMs: 50, gapMs: 200, lost: 1 },
    ]);
  });
});

describe('revocations', () => {
  /** B is told at its console to revoke; r deletes a key 20 ms later, refuses a frame at 40 ms, and deletes another at 60. */
  const revokes =
    (kind: number): Program =>
    (board) =>
    (step) => {
      if (step.op === abi.COMMAND) board.report(events.EVENT_REVOKE, NODE, kind);
    };
  const forgets: Program = (board) => {
    const steps = [events.EVENT_KEY_GONE, events.EVENT_REFUSED, events.EVENT_KEY_GONE, events.EVENT_REFUSED];
    return (step) => {
      if (step.op === abi.START) board.put(abi.ALARM, 520);
      if (step.op !== abi.ALARM_DUE) return;
      const event = steps.shift();
      if (event === events.EVENT_KEY_GONE) board.report(event, NODE, 1);
      if (event === events.EVENT_REFUSED) board.report(event, REFUSED_REVOKED, REQUEST);
      if (steps.length > 0) board.put(abi.ALARM, 20);
    };
  };
  const schedule = [{ at: 0.5, console: 'revoke 0003', mote: 'base' }];
  const bench = (kind: number): BenchResult =>
    runBench({
      scenario: row({ r: 'router', n: 'mote' }, { schedule }),
      open: toys({ base: revokes(kind), router: forgets }),
    });

  it('are timed from the command at the console to the last key and to the first refusal', () => {
    const { result } = bench(events.REVOKE_REMOVED);
    const [only, ...more] = result.revocations;
    expect(more).toEqual([]);
    expect(only).toMatchObject({ node: 'n', kind: 'removed', keysGone: 2 });
    expect(only.atMs).toBeCloseTo(500, -1);
    expect(only.lastKeyMs).toBeCloseTo(60, -1);
    expect(only.refusedMs).toBeCloseTo(40, -1);
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(closingTables(result)).toMatch(/n +removed +0\.500 +2 +\d+ +\d+/);
  });

  it('excuse who holds no key for them, but for a chain, whose node is to come back', () => {
    const missing = (kind: number): string[] => bench(kind).failures.map((line) => line.slice(0, 2));
    expect(missing(events.REVOKE_REMOVED)).toEqual(['r ']);
    expect(missing(events.REVOKE_COMPROMISED)).toEqual(['r ']);
    expect(missing(events.REVOKE_CHAIN)).toEqual(['r ', 'n ']);
  });

  it('leave out keys and refusals of before, and say so where none came', () => {
    const early: Program = (board) => (step) => {
      if (step.op !== abi.START) return;
      board.report(events.EVENT_KEY_GONE, NODE, 1);
      board.report(events.EVENT_REFUSED, REFUSED_REVOKED, REQUEST);
    };
    const { result } = runBench({
      scenario: row({ r: 'router', n: 'mote' }, { schedule }),
      open: toys({ base: revokes(events.REVOKE_COMPROMISED), router: early }),
    });
    expect(result.revocations).toMatchObject([{ kind: 'compromised', keysGone: 0, lastKeyMs: null, refusedMs: null }]);
  });
});

describe('a mote that was switched off', () => {
  it('joins when it is on again: no handover', () => {
    let life = 0;
    const joins: Program = (board) => {
      life++;
      return (step) => {
        if (step.op === abi.START)
          board.report(events.EVENT_ATTACH, life === 1 ? ROUTER : BASE, events.MODE_CENTRALISED);
      };
    };
    const schedule = [
      { at: 0.5, power: 'off' as const, mote: 'n' },
      { at: 0.6, power: 'on' as const, mote: 'n' },
    ];
    const { result } = runBench({
      scenario: row({ r: 'router', n: 'mote' }, { schedule }),
      open: toys({ mote: joins }),
    });
    expect(life).toBe(2);
    expect(result.handovers).toEqual([]);
    expect(result.motes[2].rank).toBe(1);
  });
});

describe('refusals', () => {
  it('are counted by the names of firmware/refusals.ts', () => {
    const refuses: Program = (board) => (step) => {
      if (step.op !== abi.START) return;
      for (const reason of [67, 67, 20, 999]) board.report(events.EVENT_REFUSED, reason, NOTICE);
    };
    const { result } = runBench({ scenario: row({ n: 'mote' }), open: toys({ mote: refuses }) });
    expect(result.refusals).toEqual({ multiplex: 1, 'reason 999': 1, replay: 2 });
  });
});

describe('what is printed', () => {
  it('is a timeline, tables, and a sentence', () => {
    const { scenario } = relayed();
    const lines: string[] = [];
    const { result } = relayed(timeline(scenario, (line) => lines.push(line))).bench;
    const told = lines.map((line) => line.replace(/^ *\d+\.\d{3} {2}/, '').replace(/ +/g, ' '));
    expect(told).toEqual([
      'base power on',
      'r power on',
      'r attached to base centralised',
      'n power on',
      'n run 7: a key with r, by base centralised',
      'n REQUEST to r centralised 43',
      'r UP to base centralised 60',
      'base DOWN to r centralised 75',
      'r NOTICE to n centralised 61',
      'n run 7: proved key 1 with r, depth 0 centralised',
      'n run 7: established centralised',
      'n DATA to r centralised 25',
      'r committed key 1 with n, depth 0 centralised',
    ]);
    expect(lines[0]).toBe('    0.000  base  power on');
    const tables = closingTables(result);
    expect(tables).toMatch(
      /n +centralised +base +r +established +0\.100 +\d+ +0 +4\/4 +239\/245 +9\.8 +0 +16\/30\/9\/0 +1\/25/,
    );
    expect(tables).not.toContain('Handovers');
    expect(summary(result)).toBe(
      'toy, seed 1, fengari: 2 of 2 motes hold keys; 1 of 1 key establishments succeeded, 0 handovers; ' +
        '0 of 0 readings delivered.',
    );
  });

  it('marks a run over its budget', () => {
    const { result } = relayed().bench;
    const over = { ...result, runs: result.runs.map((run) => ({ ...run, octets: 246 })) };
    expect(closingTables(over)).toContain('246/245!');
    const repeated = { ...result, runs: result.runs.map((run) => ({ ...run, octets: 289, frames: 5 })) };
    expect(closingTables(repeated)).not.toContain('!');
  });
});

describe('the result', () => {
  it('keeps to its closed schema', () => {
    const { result } = relayed().bench;
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(resultSchema.safeParse({ ...result, more: 1 }).success).toBe(false);
    expect(resultSchema.safeParse({ ...result, runs: [{ ...result.runs[0], outcome: 'perhaps' }] }).success).toBe(
      false,
    );
  });
});
