// SPDX-License-Identifier: Apache-2.0
// What the launcher of the 32-bit machines adds: exact memory figures, a heap that refuses, NodeMCU's compile limits.
import { describe, expect, it } from 'vitest';
import { describeWith, pathOf, runLua } from '../tools.ts';
import { runWasm } from './wasm.ts';

const names = (count: number): string => Array.from({ length: count }, (_, i) => `v${i}`).join(', ');

/** Octets of {}, {1, 2, 3, 4}, a table of 16 and a closure with its one upvalue, as in NodeMCU on the ESP8266. */
const SIZES = { lua51f: [32, 80, 224, 48], lua51i: [32, 64, 160, 44], lua53i: [32, 64, 160, 36] } as const;

/** Twice, because the first call may grow the stack. */
const TWICE = 'local function twice(f, ...) vm.allocated(f, ...) return vm.allocated(f, ...) end';

for (const vm of ['lua53i', 'lua51f', 'lua51i'] as const) {
  describeWith(vm, `launcher of ${vm}`, () => {
    const run = (script: string, limits: { heap?: number; limit?: number } = {}): string =>
      runLua(vm, { script, ...limits }).trim();

    it('tells no allocation from the least one', () => {
      const script = `${TWICE}
        local t, s, n = {1, 2, 3, [0] = 0}, 'text', 0
        local function steady(a, b) for i = 0, 3 do t[i] = (t[i] + a) % 256 end n = n + b return t[0] ~= #s end
        print(twice(function() for i = 1, 1000 do steady(i, 1) end end))
        print(twice(function() for i = 1, 1000 do steady(i, 1) end return {} end))
        print(twice(function() s = s .. '.' end) > 0)`;
      expect(run(script)).toBe('0\n32\ntrue');
    });

    it('measures as a board does', () => {
      const script = `${TWICE}
        print(twice(function() return {} end), twice(function() return {1, 2, 3, 4} end),
          twice(function() return {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16} end),
          twice(function() local y = 1 return function() return y end end))`;
      expect(run(script).split('\t').map(Number)).toEqual(SIZES[vm]);
    });

    it('knows to the octet what is held and what was held at most', () => {
      const script = `
        local t
        local function hold(n) t = {} for i = 1, n do t[i] = 0 end end
        hold(512) t = nil collectgarbage() collectgarbage('stop')
        local before = vm.bytes()
        t = {}
        local after = vm.bytes()
        print(after - before, vm.peak() > 512 * 8, vm.peak() > vm.bytes(), vm.bytes() >= 0)`;
      expect(run(script)).toBe('32\ttrue\ttrue\ttrue');
    });

    it('refuses memory beyond the heap', () => {
      const fill = 'local t = {} for i = 1, 4096 do t[i] = i end print(#t)';
      expect(run(fill)).toBe('4096');
      expect(() => run(fill, { heap: 30_000 })).toThrow(/not enough memory/);
      expect(run(`local ok, why = pcall(function() ${fill} end) print(ok, why)`, { heap: 30_000 })).toBe(
        'false\tnot enough memory',
      );
    });

    it('lets garbage go before the heap is full', () => {
      const litter = 'for i = 1, 20000 do local t = {i, i, i, i} end print(vm.peak() <= 30000)';
      expect(run(litter, { heap: 30_000 })).toBe('true');
    });

    it('leaves the code of the script out of the heap', () => {
      const long = `local t = {}\n${'t[1] = 1 t[2] = 2\n'.repeat(4000)} print(t[2])`;
      expect(run(long, { heap: 4000 })).toBe('2');
    });

    it('stops at the limit, whatever the script catches', () => {
      expect(() => run('while true do pcall(function() while true do end end) end', { limit: 100_000 })).toThrow(
        /stopped after 100000 instructions/,
      );
      expect(run('for i = 1, 20000 do end print("done")', { limit: 100_000 })).toBe('done');
    });

    it('counts within a count, and after an error', () => {
      const script = `
        local function three() local a = 1 return a end
        print(pcall(vm.count, function() error('inside', 0) end))
        local inner
        local outer = vm.count(function() inner = vm.count(three) end)
        print(vm.count(three), inner, outer > inner)`;
      expect(run(script)).toBe('false\tinside\n2\t2\ttrue');
    });

    it('has the compile limits of the board', () => {
      const locals = (count: number): string => `local ${names(count)} print("ok")`;
      // Two functions around it share out the locals, since one may not hold them all.
      const upvalues = (count: number): string => `
        local ${names(40)}
        function outer() local ${names(60).slice(names(40).length + 2)}, w0, w1
          return function() return ${names(60)}${count > 60 ? ', w0' : ''} end end print("ok")`;
      expect(run(locals(50))).toBe('ok');
      expect(run(upvalues(60))).toBe('ok');
      if (vm === 'lua53i') {
        expect(run(locals(200))).toBe('ok');
        expect(() => run(locals(201))).toThrow(/too many local variables/);
        expect(run(upvalues(61))).toBe('ok');
      } else {
        expect(() => run(locals(51))).toThrow(/main function has more than 50 local variables/);
        expect(() => run(upvalues(61))).toThrow(/has more than 60 upvalues/);
      }
    });

    it('says what is wrong with its arguments', () => {
      const start = (...args: string[]) => runWasm(pathOf(vm), args, new Uint8Array(), 10_000);
      expect(start()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') as string });
      expect(start('--heap', '4k', 'x.lua')).toMatchObject({
        status: 2,
        stderr: '--heap: expected a whole number of at least 1, got 4k\n',
      });
      expect(start('--limit')).toMatchObject({
        status: 2,
        stderr: '--limit: expected a whole number of at least 1, got nothing\n',
      });
      expect(start('/nonexistent.lua')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('/nonexistent.lua') as string,
      });
    });
  });
}

describe('vm.count', () => {
  it('is on the stock machines too, the rest of vm is not', () => {
    expect(runLua('fengari', { script: 'print(vm.bytes, type(vm.count))' })).toBe('nil\tfunction\n');
  });
});
