// SPDX-License-Identifier: Apache-2.0
// How long the steps of an image are, in VM instructions, and where those of the longest ones go: a step is one turn of the
// board's event loop.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { inRepository } from '../../host/root.ts';
import type { Role } from '../../host/vm/open.ts';
import { BOARDS, runLua } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import type { Step } from './recording.ts';

const COUNT = readFileSync(new URL('steps.lua', import.meta.url), 'utf8');
const OPS = ['INIT', 'START', 'RECEIVE', 'SENT', 'ALARM', 'POSTED', 'COMMAND', 'PRELOAD'];

/** One of the longest steps. */
export interface LongStep {
  readonly instructions: number;
  /** Its place in the life of the mote, from 1. */
  readonly number: number;
  readonly op: string;
  /** The functions that it spends them in, the greediest first, with what each takes. */
  readonly name: string;
}

export interface StepCounts {
  readonly steps: number;
  readonly total: number;
  readonly longest: readonly LongStep[];
}

/** Names the functions of an image by the line they begin in. */
function namer(path: string): (line: number) => string {
  const lua = readFileSync(path, 'utf8').split('\n');
  const trace = new TraceMap(readFileSync(`${path}.map`, 'utf8'));
  return (line) => {
    const { source, line: at } = originalPositionFor(trace, { line, column: lua[line - 1].length });
    if (source === null || at === null) return `line ${line}`;
    const text = readFileSync(join(dirname(path), source), 'utf8').split('\n')[at - 1];
    return /function (\w+)/.exec(text)?.[1] ?? `${source}:${at}`;
  };
}

/**
 * Counts every step of one life again.
 * @param profile and vm that the image runs on. @param most how many of the longest steps are told of.
 */
export function countSteps(profile: Profile, vm: Vm, role: Role, life: readonly Step[], most = 1): StepCounts {
  const path = inRepository('dist', BOARDS[profile], `${role}.lua`);
  const nameOf = namer(path);
  const script = `local text = io.read(${readFileSync(path).length})
local compile = loadstring or load
local function fresh() return compile(text, '=image')() end
print((function(load, data, most)\n${COUNT}\nend)(fresh, io.read('*a'), ${most}))`;
  const lines = life.map(({ inbox, octets }) => `${inbox.join()}|${Buffer.from(octets).toString('hex')}\n`);
  const stdin = readFileSync(path, 'latin1') + lines.join('');
  const [head, ...rest] = runLua(vm, { script, stdin, timeout: 600_000 }).trim().split('\n');
  const [steps, total] = head.split(' ').map(Number);
  const longest = rest.map((line) => {
    const [instructions, number, ...shares] = line.split(' ');
    const greediest = shares
      .map((share) => share.split(':').map(Number) as [number, number])
      .sort(([, a], [, b]) => b - a)
      .map(([at, spent]) => `${nameOf(at)} ${spent}`);
    const op = OPS[life[Number(number) - 1].inbox[0]];
    return { instructions: Number(instructions), number: Number(number), op, name: greediest.join(', ') };
  });
  return { steps, total, longest };
}
