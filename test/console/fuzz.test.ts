// SPDX-License-Identifier: Apache-2.0
// Whatever is typed, a mote goes on: 100,000 lines of garbage, binary, floods and what is nearly right, each role on V8; a tenth of
// them in a Lua of 32 bits, whose heap is measured; and some step by step, where not one octet may be asked for.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inRepository } from '../../host/root.ts';
import * as abi from '../../host/vm/abi.ts';
import type { Role } from '../../host/vm/open.ts';
import { BOARDS, describeWith, runLua } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { Lines } from './lines.ts';
import { Typist } from './typist.ts';

const ROLES: readonly Role[] = ['mote', 'router', 'base'];
const LINES = 100_000;
const IN_LUA = LINES / 10;
const STEP_BY_STEP = 1500;
const PAUSE = 500;
const REPLAY = readFileSync(new URL('../protocol/replay.lua', import.meta.url), 'utf8');
const TYPE = readFileSync(new URL('type.lua', import.meta.url), 'utf8');

/** The noise that went before may have left a line without an end, or switched the echo on. */
function quiet(typist: Typist): void {
  typist.type(Buffer.from('\n'));
  typist.ask('echo off');
}

describe.each(ROLES)('a %s', (role) => {
  it(`answers ${LINES} lines, and the next one as ever`, { timeout: 300_000 }, () => {
    const typist = new Typist(role);
    const lines = new Lines(7);
    let said = 0;
    for (let i = 0; i < LINES; i++) {
      typist.said = '';
      typist.type(lines.next());
      said += typist.said.length;
      if (i % 1000 === 0) typist.wait(1);
    }
    expect(said).toBeGreaterThan(LINES);
    expect(typist.restarts).toBeGreaterThan(0);
    quiet(typist);
    expect(typist.ask('role')).toEqual([`role=${role}`, 'Done']);
    const [counters] = typist.ask('counters json');
    expect((JSON.parse(counters!) as Record<string, number>)['typed-in-vain']).toBeGreaterThan(0);
  });
});

/** The sum of type.lua: Adler's, over the words that came out. */
class Sum {
  #a = 1;
  #b = 0;

  add(words: Int32Array): void {
    for (const word of words) {
      this.#a = (this.#a + (((word % 65521) + 65521) % 65521)) % 65521;
      this.#b = (this.#b + this.#a) % 65521;
    }
  }

  toString(): string {
    return `${this.#a},${this.#b}`;
  }
}

describeWith('lua53i', `${IN_LUA} lines in a Lua of 32 bits`, () => {
  it.each(ROLES)(
    'at a %s put out what they put out on V8, and its heap stays as it was',
    { timeout: 300_000 },
    (role) => {
      const sum = new Sum();
      const input: string[] = [];
      let typed = false;
      let steps = 0;
      const typist = new Typist(role, {
        onStep([op, , , ...args], outbox) {
          sum.add(outbox);
          steps++;
          if (!typed && [abi.INIT, abi.PRELOAD, abi.START].includes(op!)) input.push([op, ...args].join(' '));
        },
      });
      typed = true;
      input.push('');
      const lines = new Lines(13);
      for (let i = 0; i < IN_LUA; i++) {
        const line = lines.next();
        input.push(line.toString('hex'));
        typist.type(line);
        if (input.length % PAUSE === 0) typist.wait(1);
      }
      const image = readFileSync(inRepository('dist', BOARDS.lua53, `${role}.lua`), 'utf8');
      const script = `local out = { (function(image, data, sizes, pause)\n${TYPE}\nend)((function()
${image}\nend)(), io.read('*a'), { ${abi.ARGUMENTS.slice(1).join()} }, ${PAUSE}) }
print(table.concat(out, ' '))`;
      const stdin = `${input.join('\n')}\n`;
      const [out, taken, , asked, before, after] = runLua('lua53i', { script, stdin, timeout: 240_000 })
        .trim()
        .split(' ');
      expect(out).toBe(String(sum));
      expect(Number(taken)).toBe(steps);
      expect(Number(asked)).toBe(0);
      expect(Number(after)).toBeLessThanOrEqual(Number(before));
      console.log(`${role}: ${steps} steps, ${before} octets held after a quarter, ${after} at the end`);
    },
  );
});

const MACHINES: readonly [Profile, Vm][] = [
  ['lua53', 'lua53i'],
  ['lua51', 'lua51f'],
];
for (const [profile, vm] of MACHINES) {
  describeWith(vm, `${STEP_BY_STEP} lines on ${vm}`, () => {
    it.each(ROLES)('at a %s put out what they put out on V8, and ask for no memory', { timeout: 300_000 }, (role) => {
      const typist = new Typist(role, { keep: true });
      const lines = new Lines(11);
      // Every kind of line twice: what is counted is the second half.
      for (let i = 0; i < STEP_BY_STEP; i++) typist.type(lines.next());
      const image = readFileSync(inRepository('dist', BOARDS[profile], `${role}.lua`), 'utf8');
      const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
      const stdin = typist.steps
        .map(
          ({ inbox, octets, outbox, sent }) =>
            `${inbox.join()}|${hex(octets)}|${outbox.join()}|${sent ? hex(sent) : ''}\n`,
        )
        .join('');
      const script = `local steps, first, second, greedy = (function(image, data, leak)\n${REPLAY}\nend)((function()
${image}\nend)(), io.read('*a'), false)
print(string.format('%d %d %d', steps, second, greedy))`;
      const [steps, second, greedy] = runLua(vm, { script, stdin, timeout: 240_000 }).trim().split(' ').map(Number);
      expect(steps).toBe(typist.steps.length);
      expect(second, `step ${greedy}`).toBe(0);
    });
  });
}
