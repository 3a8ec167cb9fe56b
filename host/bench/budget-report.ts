// SPDX-License-Identifier: Apache-2.0
// `kemp bench --budgets`: what each kind of key establishment costs on air, with short addresses and without, beside its budget
// and beside what others say of theirs (docs/protocol.md "Budgets").

import { loadScenario } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { VmName } from '../vm/open.ts';
import { budgetRows } from './budgets.ts';
import type { BudgetRow } from './budgets.ts';
import type { RunResult } from './result.ts';
import { runBench } from './run.ts';
import { table } from './tables.ts';
import type { Cell } from './tables.ts';

/** Scenarios in which, taken together, every kind of run happens without a frame sent twice; and seconds until it has. */
const SCENARIOS: readonly (readonly [string, number])[] = [
  ['roaming', 240],
  ['blackout', 200],
  ['coldstart-chain', 90],
  ['refresh', 480],
];

/** Figures of others, as they state them. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['AKES', '153 octets of MPDUs in 3 frames; no third party, one secret for the whole network'],
  ['EDHOC, static DH', '101 octets of messages, without any MAC header'],
  ['DTLS 1.3, PSK', '345 octets of messages, without any MAC header'],
];

interface Figure {
  readonly frames: number;
  readonly octets: number;
  readonly kempOctets: number;
}

function runsOf(vm: VmName, wide: boolean): RunResult[] {
  return SCENARIOS.flatMap(([name, durationSeconds]) => {
    const shipped = loadScenario(name);
    const motes = wide ? shipped.motes.map((mote) => ({ ...mote, short: undefined })) : shipped.motes;
    const scenario: Scenario = { ...shipped, motes, durationSeconds };
    return [...runBench({ scenario, vm }).result.runs];
  });
}

/** The cheapest run of a kind: no message was repeated in it. */
function cheapest({ mode, hops, budget }: BudgetRow, runs: readonly RunResult[]): Figure | undefined {
  return runs
    .filter((run) => run.outcome === 'established' && run.mode === mode && run.routers === 1)
    .filter((run) => (hops === undefined || run.hops === hops) && run.frames === budget.frames)
    .sort((a, b) => a.octets - b.octets)[0];
}

const pair = (short: Cell | undefined, extended: Cell | undefined): string => `${short ?? '-'} / ${extended ?? '-'}`;

/** @returns the report, and the runs that cost more than they may. */
export function budgetReport(vm: VmName): { text: string; over: string[] } {
  const [short, extended] = [runsOf(vm, false), runsOf(vm, true)];
  const over: string[] = [];
  const rows = budgetRows().map((row) => {
    const [narrow, wide] = [cheapest(row, short), cheapest(row, extended)];
    if (narrow !== undefined && narrow.octets > row.budget.short) over.push(`${row.name}: ${narrow.octets}`);
    if (wide !== undefined && wide.octets > row.budget.extended) over.push(`${row.name}, extended: ${wide.octets}`);
    return [
      ...[row.name, row.budget.frames, pair(narrow?.octets, wide?.octets), pair(row.budget.short, row.budget.extended)],
      pair(narrow?.kempOctets, wide?.kempOctets),
    ];
  });
  const head = ['run, up to the key', 'frames', 'MPDU octets', 'budget', 'of these KEMP'];
  const own = table('Octets on air, short / extended addresses', head, rows, 1);
  const note =
    'Introductions need short addresses: an ADVERT lists routers by them (extended: test/kemp/budgets.test.ts).';
  return { text: `${own}\n${note}\n\n${table('For scale', ['protocol', 'as stated'], OTHERS, 2)}`, over };
}
