// SPDX-License-Identifier: Apache-2.0
// The machines and programs that tests lean on: which are at hand, what to do without them, how to run a Lua script.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';
import { ROOT } from '../compiler/roots.ts';
import { runFengari } from './vm/fengari.ts';
import { runWasm } from './vm/wasm.ts';

/** Lua machines. lua53i, lua51f and lua51i are NodeMCU's number models and limits with 32-bit pointers (test/vm/build.sh). */
export type Vm = 'fengari' | 'lua5.1' | 'lua5.3' | 'lua5.4' | 'lua53i' | 'lua51f' | 'lua51i';
export type Tool = Vm | 'tshark' | 'socat' | 'eprover' | 'maude';
export type Profile = 'lua53' | 'lua53w' | 'lua51' | 'lua51i';

/** The machines that stand for a compiler profile, the one that needs least first. */
export const VMS: Record<Profile, readonly Vm[]> = {
  lua53: ['fengari', 'lua53i'],
  lua53w: ['lua5.3', 'lua5.4'],
  lua51: ['lua5.1', 'lua51f'],
  lua51i: ['lua51i'],
};

/** The bench's board of each profile: its images are in dist/<board>/. */
export const BOARDS: Record<Profile, string> = {
  lua53: 'bench',
  lua53w: 'bench-lua53w',
  lua51: 'bench-lua51',
  lua51i: 'bench-lua51i',
};

/** Where each tool comes from, for the message of a test that has to do without it. */
const SOURCE: Record<Tool, string> = {
  fengari: 'npm package fengari',
  'lua5.1': 'Debian packages lua5.1, lua-bitop',
  'lua5.3': 'Debian package lua5.3',
  'lua5.4': 'Debian package lua5.4',
  lua53i: 'run test/vm/build.sh',
  lua51f: 'run test/vm/build.sh',
  lua51i: 'run test/vm/build.sh',
  tshark: 'Debian package tshark',
  socat: 'Debian package socat',
  eprover: 'Debian package eprover',
  maude: 'Debian package maude',
};

const BUILT = join(ROOT, 'dist/vm');
const isBuilt = (tool: Tool): boolean => tool === 'lua53i' || tool === 'lua51f' || tool === 'lua51i';

/**
 * The executable of a tool; of the 32-bit machines, the file that runWasm (test/vm/wasm.ts) takes.
 * @returns its full path, or '' where it is absent
 */
export function pathOf(tool: Tool): string {
  const paths = isBuilt(tool)
    ? [join(BUILT, `${tool}.wasm`)]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, tool));
  for (const path of paths) {
    try {
      accessSync(path, isBuilt(tool) ? constants.R_OK : constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return '';
}

const known = new Map<Tool, boolean>([['fengari', true]]);

/** Whether a tool can be used here; lua5.1 counts only together with its `bit` module. */
export function has(tool: Tool): boolean {
  let found = known.get(tool);
  if (found === undefined) {
    const path = pathOf(tool);
    found = path !== '' && (tool !== 'lua5.1' || spawnSync(path, ['-l', 'bit', '-e', '']).status === 0);
    known.set(tool, found);
  }
  return found;
}

/** In CI every tool must be there: a skipped test proves nothing. */
const required = Boolean(process.env.CI) || process.env.KEMP_REQUIRE_TOOLS === '1';

/**
 * `describe`, for tests that need tools. Without them it skips and prints why; with CI or KEMP_REQUIRE_TOOLS=1 it fails.
 * @param tools one tool or several, all needed
 */
export function describeWith(tools: Tool | readonly Tool[], name: string, body: () => void): void {
  const missing = [tools].flat().filter((tool) => !has(tool as Tool)) as Tool[];
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `needs ${missing.map((tool) => `${tool} (${SOURCE[tool]})`).join(' and ')}`;
  if (required) {
    it(name, () => {
      throw new Error(`${reason}; CI or KEMP_REQUIRE_TOOLS=1 is set, so it may not be skipped`);
    });
  } else {
    process.stderr.write(`SKIPPED: ${reason}: ${name}\n`);
    it.skip(`${name}: ${reason}`, () => {});
  }
}

/** `describeWith` once for each machine of a profile; the machine's name is added to the title. */
export function describeOn(profile: Profile, name: string, body: (vm: Vm) => void): void {
  for (const vm of VMS[profile]) describeWith(vm, `${name} on ${vm}`, () => body(vm));
}

export interface LuaRun {
  /** Source text, UTF-8. Globals beside Lua's own: `vm` (below) and, on 5.1 and the 32-bit machines, `bit`. */
  script: string;
  /** Strings for `...` and `arg`. */
  args?: readonly string[];
  /** Standard input, one character an octet. */
  stdin?: string;
  /** Milliseconds until a runaway script is stopped. */
  timeout?: number;
  /** 32-bit machines only: octets the script may hold beyond the libraries and its own code. */
  heap?: number;
  /** 32-bit machines only: instructions after which a runaway script is stopped. */
  limit?: number;
}

/** `vm.count` for the stock machines; the launcher of the 32-bit ones has it built in. The part outside f is measured. */
const COUNT = `vm = {}
local function raw(f, ...)
  local n = 0
  debug.sethook(function() n = n + 1 end, '', 1)
  f(...)
  debug.sethook()
  return n
end
local own = raw(function() end) - 1
function vm.count(...) return raw(...) - own end`;

/**
 * Run a Lua script to its end. In every machine `vm.count(f, ...)` gives the instructions that f(...) executes; the
 * 32-bit ones also have the rest of `vm` (test/vm/launcher.c).
 * @returns standard output, one character an octet
 * @throws where the script raises an error, exits with a status other than 0 or runs too long; standard error is in the message
 */
export function runLua(vm: Vm, { script, args = [], stdin = '', timeout = 60_000, heap, limit }: LuaRun): string {
  if ((heap !== undefined || limit !== undefined) && !isBuilt(vm)) {
    throw new Error(`heap and limit need lua53i, lua51f or lua51i, not ${vm}`);
  }
  if (vm === 'fengari') return runFengari(script, args, stdin, timeout);
  const input = Buffer.from(stdin, 'latin1');
  const ended = (status: number | null, stderr: string): void => {
    if (status !== 0) throw new Error(`${vm}: ${stderr.trim() || `status ${status}`}`);
  };
  if (isBuilt(vm)) {
    const limits = Object.entries({ heap, limit }).filter(([, amount]) => amount !== undefined);
    const options = limits.flatMap(([name, amount]) => [`--${name}`, `${amount}`]);
    const file = { name: 'script.lua', content: Buffer.from(script) };
    const run = runWasm(pathOf(vm), [...options, file.name, ...args], input, timeout, file);
    ended(run.status, run.stderr);
    return run.stdout;
  }

  const folder = mkdtempSync(join(tmpdir(), 'kemp-lua-'));
  try {
    const file = join(folder, 'script.lua');
    writeFileSync(file, script);
    const options = [...(vm === 'lua5.1' ? ['-l', 'bit'] : []), '-e', COUNT];
    const run = spawnSync(pathOf(vm) || vm, [...options, file, ...args], {
      input,
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 28,
    });
    if (run.error) throw new Error(`${vm}: ${run.error.message}`);
    ended(run.status, run.stderr.toString('utf8'));
    return run.stdout.toString('latin1');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
