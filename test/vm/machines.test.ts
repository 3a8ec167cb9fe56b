// SPDX-License-Identifier: Apache-2.0
// Every machine is run in the same way and counts instructions alike.
import { describe, expect, it } from 'vitest';
import { describeWith, runLua, VMS } from '../tools.ts';

const machines = [...new Set(Object.values(VMS).flat())];

for (const vm of machines) {
  describeWith(vm, `runLua on ${vm}`, () => {
    it('passes arguments both ways they are read', () => {
      const script = 'local a, b = ... print(a, b, arg[1] == a, arg[2] == b, select("#", ...))';
      expect(runLua(vm, { script, args: ['x y', '--é'] })).toBe(
        Buffer.from('x y\t--é\ttrue\ttrue\t2\n', 'utf8').toString('latin1'),
      );
    });

    it('carries all octets through standard input and output', () => {
      const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
      expect(runLua(vm, { script: 'io.write(io.read("*a"))', stdin: all })).toBe(all);
      expect(runLua(vm, { script: 'io.write((io.read(200)))', stdin: all })).toBe(all.slice(0, 200));
    });

    it('reads lines up to the end', () => {
      const script = 'local s = io.read("*l") while s do io.stdout:write("<", s, ">") s = io.read("*l") end';
      expect(runLua(vm, { script, stdin: 'one\n\nthree' })).toBe('<one><><three>');
    });

    it('raises what the script raises', () => {
      expect(() => runLua(vm, { script: '\nerror("no such key")' })).toThrow(/script.*:2: no such key/);
      expect(() => runLua(vm, { script: 'x = = 1' })).toThrow(/unexpected symbol/);
    });

    it('stops a runaway', () => {
      expect(() => runLua(vm, { script: 'while true do end', timeout: 300 })).toThrow(/300 ms|ETIMEDOUT/);
    });
  });
}

/** A turn of a numeric for with an addition inside is ADD and FORLOOP on every machine; a call of nothing is RETURN. */
const COUNTED = `
local function nothing() end
local function loop(n) local x = 0 for i = 1, n do x = x + i end return x end
print(vm.count(nothing), vm.count(nothing, 1, 2), vm.count(loop, 11) - vm.count(loop, 1))`;

/** Branches, calls, tables and arithmetic: what a mote does all day. */
const SIEVE = `
local composite, found = {}, 0
local function strike(step, last) for i = step * step, last, step do composite[i] = true end end
local function sieve(last)
  for i = 2, last do
    if not composite[i] then
      found = found + 1
      strike(i, last)
    elseif i % 7 == 0 and found > 10 then found = found - 1 end
  end
end
print(vm.count(sieve, 600), found)`;

for (const vm of machines) {
  describeWith(vm, `vm.count on ${vm}`, () => {
    it('counts what f executes and nothing else', () => {
      expect(runLua(vm, { script: COUNTED })).toBe('1\t1\t20\n');
    });
  });
}

for (const [stock, ...others] of [
  ['lua5.1', 'lua51f', 'lua51i'],
  ['lua5.3', 'lua53i', 'fengari'],
] as const) {
  describeWith([stock, ...others], `vm.count on ${others.join(' and ')}`, () => {
    it(`gives the number of ${stock}`, () => {
      for (const vm of others)
        expect([vm, runLua(vm, { script: SIEVE })]).toEqual([vm, runLua(stock, { script: SIEVE })]);
    });
  });
}

describe('runLua', () => {
  it('refuses a heap where nothing can hold it', () => {
    expect(() => runLua('fengari', { script: '', heap: 1000 })).toThrow(
      /heap and limit need lua53i, lua51f or lua51i, not fengari/,
    );
  });
});
