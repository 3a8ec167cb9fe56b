// SPDX-License-Identifier: Apache-2.0
// The closing tables: what every key cost, what arrived, how long a handover was silent, what was refused.

import Table from 'cli-table3';
import type { EnergyResult, HandoverResult, Result, RunResult } from './result.ts';

export type Cell = string | number;

/** Columns under a rule, no boxes: it survives a narrow terminal and a bug report. */
export function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  leftColumns: number,
): string {
  const chars = { top: '', bottom: '', left: '', right: '', mid: '', 'top-mid': '', 'bottom-mid': '', middle: '  ' };
  const corners = { 'top-left': '', 'top-right': '', 'bottom-left': '', 'bottom-right': '' };
  const inner = { 'left-mid': '', 'right-mid': '', 'mid-mid': '' };
  const grid = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column < leftColumns ? 'left' : 'right')),
    chars: { ...chars, ...corners, ...inner },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  grid.push(...rows.map((row) => row.map(String)));
  const lines = grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return [title, '-'.repeat(title.length), ...lines].join('\n');
}

/** An octet count beside its budget; ! marks a run of the expected frames that costs more. */
function octetsCell(run: RunResult): string {
  if (run.budgetOctets === null) return `${run.octets}/-`;
  const over = run.frames <= run.budgetFrames! && run.octets > run.budgetOctets;
  return `${run.octets}/${run.budgetOctets}${over ? '!' : ''}`;
}

function runRow(run: RunResult): Cell[] {
  const { node, authority, router, relays } = run.aesBlocks;
  return [
    run.mote,
    run.mode,
    run.authority,
    run.routers > 1 ? `${run.router}+${run.routers - 1}` : run.router,
    run.outcome,
    (run.startMs / 1000).toFixed(3),
    run.keyMs === null ? '-' : (run.keyMs - run.startMs).toFixed(0),
    run.depth ?? '-',
    `${run.frames}/${run.budgetFrames ?? '-'}`,
    octetsCell(run),
    run.airMs.toFixed(1),
    run.retries,
    `${node}/${authority}/${router}/${relays}`,
    `${run.afterKey.frames}/${run.afterKey.octets}`,
  ];
}

const RUN_HEAD = [
  ...['mote', 'mode', 'authority', 'router', 'outcome', 'start s', 'took ms', 'depth', 'frames', 'octets', 'air ms'],
  ...['retries', 'AES N/A/R/relays', 'after: frames/octets'],
];

function handoverRow(handover: HandoverResult): Cell[] {
  const { mote, from, to, mode, atMs, gapMs, detachedMs, lost } = handover;
  return [mote, from, to, mode, (atMs / 1000).toFixed(3), gapMs?.toFixed(0) ?? '-', detachedMs.toFixed(0), lost];
}

const HANDOVER_HEAD = ['mote', 'from', 'to', 'mode', 'at s', 'gap ms', 'detached ms', 'readings lost'];

function energyRow([mote, energy]: [string, EnergyResult]): Cell[] {
  const { awakeMs, asleepMs, sendingMs, processorMicroAmpereHours, radioMicroAmpereHours } = energy;
  const taken = processorMicroAmpereHours + radioMicroAmpereHours;
  const saved = energy.alwaysOnMicroAmpereHours === 0 ? 0 : 1 - taken / energy.alwaysOnMicroAmpereHours;
  return [
    mote,
    (awakeMs / 1000).toFixed(1),
    (asleepMs / 1000).toFixed(1),
    sendingMs.toFixed(0),
    processorMicroAmpereHours.toFixed(1),
    radioMicroAmpereHours.toFixed(1),
    energy.meanMilliAmperes.toFixed(2),
    energy.alwaysOnMicroAmpereHours.toFixed(1),
    `${Math.round(100 * saved)} %`,
  ];
}

/** @returns the tables as text, those without rows left out. */
export function closingTables(result: Result): string {
  const parts = [
    {
      title: 'Key establishments (frames and octets up to the key, beside their budget; after: CONFIRM and ATTACHED)',
      head: RUN_HEAD,
      rows: result.runs.map(runRow),
      left: 5,
    },
    {
      title: 'Handovers (gap: from the last reading delivered before to the first one after)',
      head: HANDOVER_HEAD,
      rows: result.handovers.map(handoverRow),
      left: 4,
    },
    {
      title: 'Readings',
      head: ['mote', 'sent', 'delivered'],
      rows: Object.entries(result.data.byMote).map(([mote, data]) => [mote, data.sent, data.delivered]),
      left: 1,
    },
    {
      title: 'Revocations (from the command to the last key deleted, and to the first refusal)',
      head: ['node', 'kind', 'at s', 'keys deleted', 'last key ms', 'first refusal ms'],
      rows: result.revocations.map(({ node, kind, atMs, keysGone, lastKeyMs, refusedMs }) => [
        ...[node, kind, (atMs / 1000).toFixed(3), keysGone],
        ...[lastKeyMs?.toFixed(0) ?? '-', refusedMs?.toFixed(0) ?? '-'],
      ]),
      left: 2,
    },
    {
      title: 'Charge by the data sheets (always on: if it had listened instead of sleeping)',
      head: [
        'mote',
        'awake s',
        'asleep s',
        'sending ms',
        'processor uAh',
        'radio uAh',
        'mean mA',
        'always on uAh',
        'saved',
      ],
      rows: Object.values(result.energy).some(({ asleepMs }) => asleepMs > 0)
        ? Object.entries(result.energy).map(energyRow)
        : [],
      left: 1,
    },
    { title: 'Refusals', head: ['reason', 'count'], rows: Object.entries(result.refusals), left: 1 },
  ];
  return parts
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, head, rows, left }) => table(title, head, rows, left))
    .join('\n\n');
}

/** @returns the run in one sentence. */
export function summary(result: Result): string {
  const { motes, runs, handovers, data } = result;
  const established = runs.filter((run) => run.outcome === 'established').length;
  const joined = motes.filter((mote) => mote.role !== 'base' && mote.joined).length;
  return (
    `${result.scenario}, seed ${result.seed}, ${result.vm}: ${joined} of ${motes.length - 1} motes hold keys; ` +
    `${established} of ${runs.length} key establishments succeeded, ${handovers.length} handovers; ` +
    `${data.delivered} of ${data.sent} readings delivered.`
  );
}
