// SPDX-License-Identifier: Apache-2.0
// How long the steps of an image are, in VM instructions, and where those of a long one go. A step is one turn of the board's
// event loop: while it lasts, a NodeMCU does nothing else.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { inRepository } from '../../host/root.ts';
import * as abi from '../../host/vm/abi.ts';
import { BOARDS, runLua } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import type { Life } from './recording.ts';

const SCRIPT = readFileSync(new URL('steps.lua', import.meta.url), 'utf8');
const OPS: Record<number, string> = {
  [abi.START]: 'start',
  [abi.RECEIVE]: 'receive',
  [abi.SENT]: 'sent',
  [abi.ALARM_DUE]: 'alarm',
  [abi.POSTED]: 'posted',
  [abi.COMMAND]: 'command',
};

export interface StepCounts {
  readonly steps: number;
  readonly total: number;
  /** Instructions of the longest step, and its number, from 1. */
  readonly most: number;
  readonly longest: number;
}

function imageOf(profile: Profile, { role }: Life): string {
  return inRepository('dist', BOARDS[profile], `${role}.lua`);
}

/** Repeats a life. @param wanted see steps.lua. */
function repeat(profile: Profile, vm: Vm, life: Life, wanted: number): string {
  const image = readFileSync(imageOf(profile, life));
  const script = `local text = io.read(${image.length})
print((function(load, data, wanted)\n${SCRIPT}\nend)(function()
  return (loadstring or load)(text, '=image')()
end, io.read('*a'), ${wanted}))`;
  const lines = life.steps.map(({ inbox, octets }) => `${inbox.join()}|${Buffer.from(octets).toString('hex')}\n`);
  return runLua(vm, { script, stdin: image.toString('latin1') + lines.join(''), timeout: 600_000 }).trim();
}

/** Counts every step of one life again, but for those before its start. @param profile and vm that the image runs on. */
export function countSteps(profile: Profile, vm: Vm, life: Life): StepCounts {
  const [steps, total, most, longest] = repeat(profile, vm, life, 0).split(' ').map(Number);
  return { steps, total, most, longest };
}

/** @returns what a step does: the functions that it spends its instructions in, the greediest first. @param number from 1 */
export function nameStep(profile: Profile, vm: Vm, life: Life, number: number): string {
  const path = imageOf(profile, life);
  const lua = readFileSync(path, 'utf8').split('\n');
  const trace = new TraceMap(readFileSync(`${path}.map`, 'utf8'));
  const nameOf = (line: number): string => {
    const { source, line: at } = originalPositionFor(trace, { line, column: lua[line - 1].length });
    if (source === null || at === null) return `line ${line}`;
    const text = readFileSync(join(dirname(path), source), 'utf8').split('\n')[at - 1];
    return /function (\w+)/.exec(text)?.[1] ?? `${source.replace(/^(\.\.\/)+/, '')}:${at}`;
  };
  const shares = repeat(profile, vm, life, number)
    .split(' ')
    .map((share) => share.split(':').map(Number) as [number, number])
    .sort(([, a], [, b]) => b - a);
  const op = OPS[life.steps[number - 1].inbox[0]];
  return `${op}: ${shares.map(([line, spent]) => `${nameOf(line)} ${spent}`).join(', ')}`;
}
