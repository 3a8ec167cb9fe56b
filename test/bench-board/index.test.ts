// SPDX-License-Identifier: Apache-2.0
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as abi from '../../board-defs/bench/abi.ts';
import type * as Bench from '../../board-defs/bench/index.ts';
import { compileLua, type CompileOptions } from '../../compiler/compile-lua.ts';
import type * as Board from '../../firmware/board.ts';
import { describeOn, runLua, VMS, type Profile } from '../tools.ts';

/** tsc judges this: the bench board has all that the board interface promises. */
export const implementsTheInterface = (bench: typeof Bench): typeof Board => bench;

/** What an image exports: the part of the bench board that a host sees. */
interface Image {
  inbox: Int32Array;
  outbox: Int32Array;
  rxFrame: Uint8Array;
  txFrame: Uint8Array;
  rxLine: Uint8Array;
  step: () => number;
}

const image = (profile: Profile): CompileOptions => ({
  entry: 'test/bench-board/image.ts',
  source: `import * as role from './role.ts';
    import { attach } from '#board';
    attach(role.start, role.receive, role.sent, role.alarm, role.posted, role.typed);
    export * from '../../board-defs/bench/index.ts';`,
  profile,
});

let js = '';
beforeAll(async () => {
  js = (await compileLua(image('lua53'))).js;
});

function boot(): Image {
  const exports = {} as Image;
  new Function('exports', js)(exports);
  return exports;
}

let mote: Image;
beforeEach(() => {
  mote = boot();
});

const SEED = [1, -2, 3, 4];

/** One step. @returns the outbox. */
function step(op: number, args: number[] = [], millis = 0, seconds = 0): number[] {
  mote.inbox.set([op, millis, seconds, ...args]);
  return [...mote.outbox.subarray(0, mote.step())];
}
const init = (psdu = 127, keylog = 0): number[] => step(abi.IN_INIT, [...SEED, psdu, keylog]);
const frame = (octets: number[]): number[] => {
  mote.rxFrame.set(octets);
  return step(abi.IN_RECEIVE, [octets.length, 200]);
};
const type = (line: string): number[] => {
  mote.rxLine.set(Buffer.from(line));
  return step(abi.IN_COMMAND, [line.length]);
};
const fault = (code: number): number[] => [abi.OUT_FAULT, code];

describe('the bench board', () => {
  it('says nothing at INIT and PRELOAD', () => {
    expect(init()).toEqual([]);
    expect(step(abi.IN_PRELOAD, [7, 3, 10, -20, 30])).toEqual([]);
  });

  it('starts a role with its frame size, clocks, key log wish and records', () => {
    init(80, 1);
    step(abi.IN_PRELOAD, [6, 2, 1, 1]);
    step(abi.IN_PRELOAD, [7, 3, 10, -20, 30]);
    expect(step(abi.IN_START, [], 0x7fffffff, 86400)).toEqual([
      ...[abi.OUT_FILTER, 0x4321, 0x0001, 0x01020304, -2],
      ...[abi.OUT_CHANNEL, 15],
      ...[abi.OUT_ALARM, 250],
      ...[abi.OUT_REPORT, 1, 80, 1, 1, 0x7fffffff, 86400],
      ...[abi.OUT_REPORT, 2, 1, 10, -20, 30, 0],
    ]);
  });

  it('has no record that was not preloaded', () => {
    init();
    expect(step(abi.IN_START).slice(-7)).toEqual([abi.OUT_REPORT, 2, 0, 0, 0, 0, 0]);
  });

  it('has no record of another length', () => {
    init();
    step(abi.IN_PRELOAD, [7, 2, 10, 20]);
    expect(step(abi.IN_START).slice(-7)).toEqual([abi.OUT_REPORT, 2, 0, 0, 0, 0, 0]);
  });

  it('hands frames in and out', () => {
    init();
    expect(frame([1, 2, 255])).toEqual([abi.OUT_REPORT, 3, 3, 200, 0, 0, 0, abi.OUT_SEND, 3]);
    expect([...mote.txFrame.subarray(0, 3)]).toEqual([255, 2, 1]);
    for (const status of [0, 1, 2]) {
      expect(step(abi.IN_SENT, [status])).toEqual([abi.OUT_REPORT, 4, status, 1, 0, 0, 0]);
      frame([1]);
    }
  });

  it('counts the AES blocks of a step, and says none where there were none', () => {
    init();
    // L and one block of message.
    expect(step(abi.IN_ALARM)).toEqual([abi.OUT_POST, abi.OUT_BLOCKS, 2]);
    expect(step(abi.IN_ALARM)).toEqual([abi.OUT_POST, abi.OUT_BLOCKS, 1]);
    expect(step(abi.IN_POSTED)).not.toContain(abi.OUT_BLOCKS);
  });

  it('stores a record with the host and for itself', () => {
    init();
    const stored = step(abi.IN_POSTED);
    expect(stored.slice(0, 3)).toEqual([abi.OUT_STORE, 7, 3]);
    expect(step(abi.IN_START).slice(-7)).toEqual([abi.OUT_REPORT, 2, 1, ...stored.slice(3, 6), 0]);
  });

  it('draws what its seed says', () => {
    init();
    const first = step(abi.IN_POSTED);
    const second = step(abi.IN_POSTED);
    expect(second).not.toEqual(first);
    mote = boot();
    init();
    expect([step(abi.IN_POSTED), step(abi.IN_POSTED)]).toEqual([first, second]);
    mote = boot();
    step(abi.IN_INIT, [1, -2, 3, 5, 127, 0]);
    expect(step(abi.IN_POSTED)).not.toEqual(first);
  });

  it('sleeps, and knows what it kept only at a start that ends a sleep', () => {
    init();
    expect(type('Z')).toEqual([abi.OUT_RETAIN, 0, -7, abi.OUT_RETAIN, 127, 9, abi.OUT_SLEEP, 30]);
    mote = boot();
    init();
    mote.rxLine.set(Buffer.from('W'));
    expect(step(abi.IN_COMMAND, [1], 0, 10)).toEqual([abi.OUT_REPORT, 5, 0, 0, 0, 170, 0]);
    step(abi.IN_RETAINED, [0, 2, -7, 1]);
    step(abi.IN_RETAINED, [126, 2, 8, 9]);
    expect(step(abi.IN_COMMAND, [1], 0, 1000)).toEqual([abi.OUT_REPORT, 5, 1, -7, 9, 100, 0]);
    expect(step(abi.IN_RETAINED, [127, 2, 0, 0])).toEqual(fault(abi.FAULT_INBOX));
  });

  it('carries console lines both ways', () => {
    init();
    expect(type('hi')).toEqual([abi.OUT_CONSOLE, 104, abi.OUT_CONSOLE, 105]);
    expect(type('')).toEqual([]);
  });

  it('takes a line of 255 octets, and no longer one', () => {
    init();
    expect(type('x'.repeat(255)).length).toBe(510);
    expect(step(abi.IN_COMMAND, [256])).toEqual(fault(abi.FAULT_INBOX));
  });

  it('reports an outbox that is too small, and goes on', () => {
    init();
    expect(type('O')).toEqual(fault(abi.FAULT_OUTBOX));
    expect(type('o')).toEqual([abi.OUT_CONSOLE, 111]);
  });

  it('reports a second frame before the first was answered', () => {
    init();
    expect(type('S')).toEqual(fault(abi.FAULT_BUSY));
    mote = boot();
    init();
    expect(frame([1, 2, 3]).slice(-2)).toEqual([abi.OUT_SEND, 3]);
    expect(frame([1, 2, 3])).toEqual(fault(abi.FAULT_BUSY));
    step(abi.IN_SENT, [0]);
    expect(frame([1, 2, 3]).slice(-2)).toEqual([abi.OUT_SEND, 3]);
  });

  it('reports a frame larger than maxPsdu', () => {
    init(80);
    expect(type('L')).toEqual(fault(abi.FAULT_LENGTH));
    expect(frame(Array.from({ length: 80 }, () => 1)).slice(-2)).toEqual([abi.OUT_SEND, 80]);
    step(abi.IN_SENT, [0]);
    expect(frame(Array.from({ length: 81 }, () => 1))).toEqual(fault(abi.FAULT_LENGTH));
  });

  it('reports a record of more than 64 words', () => {
    init();
    expect(type('R')).toEqual(fault(abi.FAULT_STORAGE));
    expect(step(abi.IN_PRELOAD, [1, 65])).toEqual(fault(abi.FAULT_STORAGE));
    expect(step(abi.IN_PRELOAD, [1, 0])).toEqual(fault(abi.FAULT_STORAGE));
    expect(step(abi.IN_PRELOAD, [1, 64])).toEqual([]);
  });

  it.each([
    ['an op that is none', 8, []],
    ['a negative op', -1, []],
    ['a frame of no octets', abi.IN_RECEIVE, [0, 0]],
    ['a frame of 128 octets', abi.IN_RECEIVE, [128, 0]],
    ['an answer to no frame', abi.IN_SENT, [0]],
    ['a line of a negative length', abi.IN_COMMAND, [-1]],
    ['a seed of zeros', abi.IN_INIT, [0, 0, 0, 0, 127, 0]],
    ['no frame size', abi.IN_INIT, [...SEED, 0, 0]],
    ['a frame size of 128', abi.IN_INIT, [...SEED, 128, 0]],
  ])('reports %s', (_, op, args) => {
    init();
    expect(step(op, args)).toEqual(fault(abi.FAULT_INBOX));
    // The fault was of that step alone.
    expect(init()).toEqual([]);
  });
});

/** Some of everything, as [op, arguments, octets]. */
const SESSION: [number, number[], string][] = [
  [abi.IN_INIT, [...SEED, 100, 0], ''],
  [abi.IN_PRELOAD, [7, 3, 10, -20, 0x7fffffff], ''],
  [abi.IN_START, [], ''],
  [abi.IN_RECEIVE, [5, 17], '\x01\x02\x03\x04\xff'],
  [abi.IN_ALARM, [], ''],
  [abi.IN_POSTED, [], ''],
  [abi.IN_SENT, [1], ''],
  [abi.IN_COMMAND, [3], 'abc'],
  [abi.IN_POSTED, [], ''],
  [abi.IN_COMMAND, [1], 'S'],
  [abi.IN_START, [], ''],
];

const SCRIPT = `
local function step(inbox, into, octets)
  for i = 1, #inbox do mote.inbox[i - 1] = inbox[i] end
  for i = 1, #octets do mote[into][i - 1] = octets:byte(i) end
  local out = {}
  for i = 0, mote.step() - 1 do out[#out + 1] = ('%d'):format(mote.outbox[i]) end
  for i = 0, 4 do out[#out + 1] = ('%d'):format(mote.txFrame[i]) end
  print(table.concat(out, ' '))
end
`;

for (const profile of Object.keys(VMS) as Profile[]) {
  describeOn(profile, 'the bench board answers as on V8', (vm) => {
    it('in a session with some of everything', async () => {
      const { lua } = await compileLua(image(profile));
      const into = (op: number): 'rxLine' | 'rxFrame' => (op === abi.IN_COMMAND ? 'rxLine' : 'rxFrame');
      const expected = SESSION.map(([op, args, octets], i) => {
        mote[into(op)].set(Buffer.from(octets, 'latin1'));
        return [...step(op, args, 1000 * i, i), ...mote.txFrame.subarray(0, 5)].join(' ');
      });
      const steps = SESSION.map(([op, args, octets], i) => {
        const text = [...Buffer.from(octets, 'latin1')]
          .map((octet) => `\\${octet.toString().padStart(3, '0')}`)
          .join('');
        return `step({${[op, 1000 * i, i, ...args].join(', ')}}, '${into(op)}', "${text}")`;
      });
      const script = `local mote = (function()\n${lua}\nend)()\n${SCRIPT}${steps.join('\n')}`;
      expect(runLua(vm, { script }).trimEnd().split('\n')).toEqual(expected);
    });
  });
}
