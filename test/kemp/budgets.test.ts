// SPDX-License-Identifier: Apache-2.0
// docs/protocol.md "Budgets": what compiled motes put on air is what the page says, and within budget where it says so.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../host/bench/result.ts';
import { tables } from './document.ts';
import type { Seen } from './follow.ts';
import { extended, follow, keyed, returning } from './network.ts';

/** Messages and runs, with short and with extended addresses. */
interface Measured {
  readonly seen: readonly Seen[];
  readonly runs: readonly RunResult[];
}
const NOTHING: Measured = { seen: [], runs: [] };
const measured = { short: NOTHING, extended: NOTHING };
const printed: string[] = [];

function measure(wide: boolean): Measured {
  const shipped = ['roaming', 'blackout', 'coldstart-chain', 'refresh', 'revoked'].map(keyed);
  const all = [...shipped, returning()].map((narrow) => {
    const { follower, result } = follow(wide ? extended(narrow) : narrow);
    return { seen: follower.seen, runs: result.runs };
  });
  return { seen: all.flatMap(({ seen }) => seen), runs: all.flatMap(({ runs }) => runs) };
}

beforeAll(() => {
  measured.short = measure(false);
  measured.extended = measure(true);
});

/** What all of them have in common. @throws if they differ, or if there is none. */
function only(values: readonly number[], what: string): number {
  const [value, ...others] = new Set(values);
  if (value === undefined || others.length > 0)
    throw new Error(`expected one figure for ${what}, got ${[...new Set(values)].join()}`);
  return value;
}

/** Both addressings, as a cell of the page. */
function cell(of: (from: Measured) => number): string {
  return `${of(measured.short)} / ${of(measured.extended)}`;
}

function expectWithin(figures: string, budget: string, name: string): void {
  const [spent, allowed] = [figures, budget].map((text) => text.split(' / ').map(Number));
  printed.push(`${name.padEnd(34)}${figures.padStart(12)} of ${budget}`);
  spent.forEach((octets, i) => expect(octets, `${name}: ${figures} of ${budget}`).toBeLessThanOrEqual(allowed[i]));
}

afterAll(() => console.log(`octets on air, short / extended\n${printed.join('\n')}`));

const [messageTable, runTable, blockTable] = tables('Budgets');
const page = (text: string): string => text.replaceAll('*', '');

describe('octets of', () => {
  const KINDS: Record<string, RegExp> = {
    REQUEST: /^REQUEST (?!refresh)[a-z]+$/,
    'REQUEST, forwarded': /^REQUEST reactive, forwarded$/,
    APPROVAL: /^APPROVAL /,
    NOTICE: /^NOTICE /,
    CONFIRM: /^CONFIRM/,
    ATTACHED: /^ATTACHED /,
    ACK: /^ACK /,
    'REQUEST, refresh': /^REQUEST refresh$/,
    REVOKE: /^REVOKE /,
    REVOKED: /^REVOKED /,
    ROUTE: /^ROUTE$/,
  };

  it.each(messageTable)('%s: a body of %s, %s on air', (name, body, budget, octets) => {
    const those = ({ seen }: Measured): Seen[] => seen.filter(({ kind }) => KINDS[name].test(kind));
    expect(
      cell((from) =>
        only(
          those(from).map((one) => one.body),
          name,
        ),
      ),
    ).toBe(body);
    expect(
      cell((from) =>
        only(
          those(from).map((one) => one.octets),
          name,
        ),
      ),
    ).toBe(page(octets));
    expectWithin(page(octets), budget, name);
  });

  const runsOf = (name: string, frames: number, { runs }: Measured): RunResult[] => {
    const [mode, hops] = name.match(/[a-z]+|\d+/g)!;
    const chosen = runs.filter((run) => run.mode === mode && run.routers === 1 && run.outcome === 'established');
    // A node that asks B itself for a router needs fewer frames; where a message was repeated there are more.
    return chosen.filter((run) => run.frames === frames && (hops === undefined || run.hops === Number(hops)));
  };

  it.each(runTable)('%s: %s frames', (name, frames, budget, octets) => {
    const figures = cell((from) =>
      only(
        runsOf(name, Number(frames), from).map((run) => run.octets),
        name,
      ),
    );
    expect(figures).toBe(page(octets));
    expectWithin(figures, budget, name);
  });

  it('AES blocks of a predictive handover: N, Rp, Rn', () => {
    const [budget, now] = blockTable.map(([, ...cells]) => cells.map(Number));
    for (const from of [measured.short, measured.extended]) {
      const blocks = runsOf('predictive', 3, from).map(({ aesBlocks }) => aesBlocks);
      const of = (party: 'node' | 'authority' | 'router'): number =>
        only(
          blocks.map((one) => one[party]),
          party,
        );
      expect([of('node'), of('authority'), of('router')]).toEqual(now);
    }
    now.forEach((blocks, i) => expect(blocks).toBeLessThanOrEqual(budget[i]));
    printed.push(`${'AES blocks of a predictive handover'.padEnd(34)} ${now.join(', ')} of ${budget.join(', ')}`);
  });
});
