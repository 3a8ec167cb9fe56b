// SPDX-License-Identifier: Apache-2.0
// The event loop of a mote: time spent on AES, what waits, what the power takes.
import { describe, expect, it } from 'vitest';
import { runBench } from '../../../host/bench/run.ts';
import type { BenchControl, BenchHooks, Report } from '../../../host/bench/run.ts';
import type { Transmission } from '../../../host/medium/air.ts';
import * as abi from '../../../host/vm/abi.ts';
import { dataFrame, row, toys } from './toys.ts';
import type { Program, Step } from './toys.ts';

/** Any event will do for a mark in the log. */
const MARK = 100;
const TURN = 200;

interface Log {
  readonly reports: Report[];
  readonly frames: Transmission[];
  readonly hooks: BenchHooks;
}

function log(onStart: (bench: BenchControl) => void = () => {}): Log {
  const reports: Report[] = [];
  const frames: Transmission[] = [];
  return {
    reports,
    frames,
    hooks: { onStart, onReport: (report) => reports.push(report), onFrame: (frame) => frames.push(frame) },
  };
}

/** Runs a mote beside a silent base station. */
function alone(program: Program, { hooks }: Log, more = {}): void {
  runBench({ scenario: row({ m: 'mote' }, more), open: toys({ mote: program }), hooks });
}

describe('a step', () => {
  it('takes effect when its AES blocks are done', () => {
    const seen = log();
    alone(
      (board) => (step) => {
        if (step.op !== abi.START) return;
        board.put(abi.BLOCKS, 3, abi.BLOCKS, 1);
        board.report(MARK);
        board.send(dataFrame({ to: 0xffff, ack: false }));
      },
      seen,
      { aesMs: 2.5 },
    );
    expect(seen.reports.map(({ micros }) => micros)).toEqual([TURN + 10_000]);
    expect(seen.frames[0].start).toBeGreaterThan(TURN + 10_000);
  });

  it('keeps everything else waiting, in order', () => {
    const order: Step[] = [];
    const seen = log((bench) => {
      bench.at(5_000, () => bench.command('m', 'one'));
      bench.at(6_000, () => bench.command('m', 'two'));
    });
    alone((board) => {
      return (step) => {
        order.push(step);
        if (step.op === abi.START) board.put(abi.BLOCKS, 10, abi.POST);
      };
    }, seen);
    const tasks = order.filter(({ op }) => op !== abi.INIT && op !== abi.PRELOAD);
    expect(tasks.map(({ op }) => op)).toEqual([abi.START, abi.COMMAND, abi.COMMAND, abi.POSTED]);
    expect(tasks.map(({ octets }) => Buffer.from(octets).toString()).slice(1, 3)).toEqual(['one\n', 'two\n']);
    expect(tasks[1].millis).toBe(50);
  });

  it('that would send two frames at once, or one too long, is an error of the program', () => {
    const twice: Program = (board) => (step) => {
      if (step.op !== abi.START) return;
      board.send(dataFrame({ to: 1 }));
      board.send(dataFrame({ to: 1 }));
    };
    expect(() => alone(twice, log())).toThrow('m at 0.000200 s: expected one frame at a time');
    const long: Program = (board) => (step) => {
      if (step.op === abi.START) board.send(dataFrame({ to: 1, length: 81 }));
    };
    expect(() => alone(long, log(), { maxPsdu: 80 })).toThrow('expected a frame of 3 to 80 octets, got 81');
  });

  it('that finds itself at fault ends the run', () => {
    const faulty: Program = (board) => (step) => {
      if (step.op === abi.START) board.put(abi.FAULT, 3);
    };
    expect(() => alone(faulty, log())).toThrow('m at 0.000200 s: expected a record that storage has room for');
  });

  it('that fails names its mote and its time', () => {
    const fails: Program = () => (step) => {
      if (step.op === abi.COMMAND) throw new Error('mote.lua:7: attempt to index a nil value');
    };
    const seen = log((bench) => bench.at(500_000, () => bench.command('m', 'x')));
    expect(() => alone(fails, seen)).toThrow('m at 0.500000 s: mote.lua:7: attempt to index a nil value');
  });
});

describe('clocks', () => {
  it('count from power on', () => {
    const steps: Step[] = [];
    const seen = log((bench) => bench.at(3_456_000, () => bench.command('m', 'x')));
    alone(() => (step) => void steps.push(step), seen, {
      durationSeconds: 4,
      schedule: [
        { at: 1, power: 'off', mote: 'm' },
        { at: 2, power: 'on', mote: 'm' },
      ],
    });
    expect(steps.at(-1)).toMatchObject({ op: abi.COMMAND, millis: 1456, seconds: 1 });
  });
});

describe('the alarm', () => {
  it('is one: setting it takes the former back, even one that is due and waits', () => {
    const alarms: number[] = [];
    alone((board) => {
      return ({ op, millis }) => {
        if (op === abi.START) board.put(abi.ALARM, 50, abi.ALARM, 10, abi.POST);
        // 100 ms of work: the alarm of 10 ms comes due meanwhile, and is replaced at its end.
        if (op === abi.POSTED) board.put(abi.BLOCKS, 20, abi.ALARM, 300);
        if (op === abi.ALARM_DUE) alarms.push(millis);
      };
    }, log());
    expect(alarms).toEqual([400]);
  });
});

describe('a received frame', () => {
  it('comes before what else waits, with its FCS and its LQI', () => {
    const order: Step[] = [];
    const octets = dataFrame({ to: 2, sequence: 9 });
    const seen = log((bench) => {
      bench.at(10_000, () => bench.inject({ x: 20, y: 0 }, octets));
    });
    alone((board) => {
      return (step) => {
        order.push(step);
        if (step.op === abi.START) board.put(abi.BLOCKS, 10, abi.POST);
      };
    }, seen);
    const tasks = order.filter(({ op }) => op !== abi.INIT && op !== abi.PRELOAD);
    expect(tasks.map(({ op }) => op)).toEqual([abi.START, abi.RECEIVE, abi.POSTED]);
    expect(tasks[1]).toMatchObject({ octets, args: [octets.length, 191] });
    // The chip has acknowledged it long before the mote looked at it.
    expect(seen.frames[1]).toMatchObject({ sender: 'm', ack: true, start: seen.frames[0].end + 192 });
  });
});

describe('flash', () => {
  it('keeps what was stored across a loss of power, and loses what a cut step would have stored', () => {
    const preloads: number[][] = [];
    let flash: Map<number, Int32Array> | undefined;
    const seen = log((bench) => (flash = bench.flash('m')));
    alone(
      (board) => {
        return ({ op, args, octets }) => {
          if (op === abi.PRELOAD && args[0] === 2) preloads.push([...args]);
          if (op === abi.COMMAND) {
            // Done 100 ms later; the second one loses its power before.
            board.put(abi.BLOCKS, 20, abi.STORE, 2, 2, octets[0], -5);
          }
        };
      },
      {
        ...seen,
        hooks: {
          ...seen.hooks,
          onStart(bench) {
            seen.hooks.onStart!(bench);
            bench.at(100_000, () => bench.command('m', 'A'));
            bench.at(500_000, () => bench.command('m', 'B'));
            bench.at(550_000, () => bench.power('m', false));
            bench.at(600_000, () => bench.power('m', true));
          },
        },
      },
    );
    expect(preloads).toEqual([[2, 2, 65, -5]]);
    expect([...flash!.get(2)!]).toEqual([65, -5]);
  });

  it('gives a mote new random bits at each start, the same in each run', () => {
    const seeds = (): number[][] => {
      const found: number[][] = [];
      const seen = log((bench) => {
        bench.at(1000, () => bench.power('m', false));
        bench.at(2000, () => bench.power('m', true));
      });
      alone(
        () =>
          ({ op, args }) =>
            void (op === abi.INIT && found.push(args.slice(0, 4))),
        seen,
      );
      return found;
    };
    const first = seeds();
    expect(first.length).toBe(2);
    expect(first[0]).not.toEqual(first[1]);
    expect(seeds()).toEqual(first);
  });
});

describe('the console', () => {
  it('comes out by lines', () => {
    const lines: string[] = [];
    const program: Program = (board) => (step) => {
      if (step.op === abi.START) for (const octet of Buffer.from('hä\r\nlo\nrest')) board.put(abi.CONSOLE, octet);
    };
    const hooks: BenchHooks = { onConsole: (mote, line) => lines.push(`${mote}: ${line}`) };
    alone(program, { ...log(), hooks });
    expect(lines).toEqual(['m: hä', 'm: lo']);
  });

  it('refuses a line that the mote has no room for', () => {
    const seen = log((bench) => bench.command('m', 'x'.repeat(256)));
    expect(() => alone(() => () => {}, seen)).toThrow('expected a line of at most 255 octets, got 256');
  });
});
