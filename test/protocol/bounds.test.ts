// SPDX-License-Identifier: Apache-2.0
// No mote reads or writes beyond the end of a memory. V8 would take no notice, and in an image all memories are one table
// (compiler/inline/memory.ts), where an index too large is somebody else's.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runBench } from '../../host/bench/run.ts';
import { inRepository } from '../../host/root.ts';
import { compileV8 } from '../../host/vm/v8.ts';
import { imageOf, type Role, type VmFactory } from '../../host/vm/open.ts';
import { EXERCISES, typedLines } from './exercise.ts';

type Memory = Int32Array | Uint8Array;

/** The same memory, which throws where an index is none of its own. */
function guarded(memory: Memory): Memory {
  const own = (at: string | symbol): void => {
    if (typeof at === 'string' && /^-?\d|NaN/.test(at) && !(Number(at) in memory)) {
      throw new RangeError(`index ${at} of a memory with ${memory.length} entries`);
    }
  };
  return new Proxy(memory, {
    get(target, at) {
      own(at);
      const value: unknown = Reflect.get(target, at);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    set(target, at, value) {
      own(at);
      return Reflect.set(target, at, value);
    },
  });
}

const MAKING = /return new (Int32|Uint8)Array\(length\);/g;

/** Motes on V8 whose memories are guarded. */
function guardedFactory(): VmFactory {
  const images = new Map<Role, ReturnType<typeof compileV8>>();
  return (role) => {
    let make = images.get(role);
    if (make === undefined) {
      const path = imageOf('v8', role);
      const code = readFileSync(inRepository(path), 'utf8');
      expect(code.match(MAKING)).toHaveLength(2);
      const guard = `const guarded = ${guarded.toString()};\n`;
      make = compileV8(guard + code.replace(MAKING, 'return guarded(new $1Array(length));'), path);
      images.set(role, make);
    }
    return make();
  };
}

it('is what a guarded memory tells', () => {
  const memory = guarded(new Int32Array(4));
  memory[3] = 5;
  expect(memory[3]).toBe(5);
  expect(() => (memory[4] = 1)).toThrow('index 4 of a memory with 4 entries');
  expect(() => memory[-1]).toThrow('index -1');
  expect(() => memory[Number.NaN]).toThrow();
});

it.each([...EXERCISES.keys()])('happens to no mote in %s', { timeout: 600_000 }, (name) => {
  const scenario = EXERCISES.get(name)!();
  const { result } = runBench({ scenario, vm: 'v8', open: guardedFactory(), hooks: typedLines(scenario) });
  expect(result.motes.length).toBe(scenario.motes.length);
});
