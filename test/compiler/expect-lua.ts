// SPDX-License-Identifier: Apache-2.0
// The same source on V8 and, compiled, in every Lua machine at hand; what V8 says is right.
import { expect, it } from 'vitest';
import { compileLua, type Compiled } from '../../compiler/compile-lua.ts';
import { PROFILE_NAMES } from '../../compiler/profiles.ts';
import { describeOn, runLua, type Profile, type Vm } from '../tools.ts';

export type Argument = number | boolean;

// On one line, so that the lines of messages can be counted.
const TABLES =
  `import { div, makeBytes, makeWords, type Bytes, type Words } from '../../crypto-core/tables.ts'; ` +
  `import { flashAt, flashBytes, pack, tableWord, turned, unrolled } from '../../crypto-core/octets.ts';\n`;

const compiled = new Map<string, Promise<Compiled>>();

/** Compiles a source text; it may use the names of crypto-core/tables.ts and octets.ts without importing them. */
export function compile(source: string, profile: Profile): Promise<Compiled> {
  const key = `${profile}\n${source}`;
  let result = compiled.get(key);
  if (!result) {
    const text = (source.includes('import ') ? '' : TABLES) + source;
    compiled.set(key, (result = compileLua({ entry: 'test/compiler/sample.ts', source: text, profile })));
  }
  return result;
}

/** The results of calls of an exported function on V8, one line each. */
export function runOnV8(js: string, calls: readonly (readonly Argument[])[], name = 'run'): string[] {
  const exports: Record<string, (...args: readonly Argument[]) => Argument> = {};
  new Function('exports', js)(exports);
  return calls.map((args) => String(exports[name]!(...args)));
}

/** The results of calls of an exported function in a Lua machine, one line each. A float shows: 3.0 is not 3. */
export function runOnLua(vm: Vm, lua: string, calls: readonly (readonly Argument[])[], name = 'run'): string[] {
  const script = `
local image = assert((loadstring or load)([==[${lua}]==], '=image'))()
local function show(x) print(tostring(type(x) == 'number' and x + 0 or x)) end
${calls.map((args) => `show(image.${name}(${args.map(written).join(', ')}))`).join('\n')}`;
  return runLua(vm, { script }).trimEnd().split('\n');
}

function written(argument: Argument): string {
  return argument === -0x80000000 ? '-0x80000000' : String(argument);
}

export class Program {
  readonly #source: string;
  readonly #calls: (readonly Argument[])[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** Adds one call of the exported function `run`, or of several: one list of arguments each. */
  calling(...calls: readonly (readonly Argument[])[]): this {
    this.#calls.push(...calls);
    return this;
  }

  /** Calls `run` with every pair of the values. */
  callingPairs(values: readonly number[]): this {
    return this.calling(...values.flatMap((a) => values.map((b) => [a, b])));
  }

  /** Registers the tests: one for each machine of each profile. */
  agrees(title: string): void {
    for (const profile of PROFILE_NAMES) {
      describeOn(profile, title, (vm) => {
        it(`gives on ${vm} (${profile}) what V8 gives`, () => this.check(vm, profile));
      });
    }
  }

  async check(vm: Vm, profile: Profile): Promise<void> {
    const { lua, js } = await compile(this.#source, profile);
    const calls = this.#calls.length === 0 ? [[]] : this.#calls;
    expect(runOnLua(vm, lua, calls)).toEqual(runOnV8(js, calls));
  }
}

/** A program in the mote dialect; it exports a function `run`. */
export function dialect(source: string): Program {
  return new Program(source);
}

/** Numbers around which int32 arithmetic goes wrong first. */
export const EXTREMES: readonly number[] = [
  0, 1, -1, 2, 7, 31, 255, 256, -256, 65535, 0x7ffffffe, 0x7fffffff, -0x7fffffff, -0x80000000, 0x12345678, -0x12345678,
];
