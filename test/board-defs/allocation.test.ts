// SPDX-License-Identifier: Apache-2.0
// Memory that a mote on a board asks for after its start, octet by octet on the 32-bit machine of its Lua: none in the drivers of the
// ESP8266; where the firmware's API takes and gives strings (SPI of the ESP32, `crypto`), so much a frame and no more. Files are
// another matter: a record that is read or written takes strings.
import { expect, it } from 'vitest';
import { runBench } from '../../host/bench/run.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { twinBoards } from '../../host/twin/board.ts';
import { describeWith } from '../tools.ts';
import { machineOf, measuredBoard } from '../vm/measured.ts';

/** Joins, handovers, readings; and a line typed. */
const SECONDS = 120;
/** By then each function has run that there is, and Lua's stack is as deep as it gets. */
const SETTLED = 30;

/** Octets that one callback may ask for, which handles one frame at most: registers, a frame in or out, its interrupt. */
const ESP32_FRAME = 1_200;
/** docs/crypto-core.md: what a frame makes of strings where the firmware does its AES. */
const NATIVE_FRAME = 2_600;

interface Asked {
  /** Calls of the image after it settled, and of these, those that asked for memory. */
  calls: number;
  greedy: number;
  /** Octets of the greediest call. */
  most: number;
  files: number;
}

/** @returns by kind of call: with strings of `crypto`, and without. Calls that touch files are counted apart. */
function live(name: string, bare: boolean): { plain: Asked; native: Asked } {
  const nothing = (): Asked => ({ calls: 0, greedy: 0, most: 0, files: 0 });
  const found = { plain: nothing(), native: nothing() };
  let settled = false;
  const { board, machines } = measuredBoard(name, ['m1', 'r1'], {
    bare,
    onCall(asked, called) {
      if (!settled) return;
      const kind = called.has('crypto.encrypt') ? found.native : found.plain;
      if ([...called].some((one) => one.startsWith('file.') || one.startsWith('io.'))) kind.files++;
      else {
        kind.calls++;
        kind.greedy += asked > 0 ? 1 : 0;
        kind.most = Math.max(kind.most, asked);
      }
    },
  });
  const { failures, result } = runBench({
    scenario: { ...loadScenario('roaming'), durationSeconds: SECONDS },
    vm: 'v8',
    board,
    hooks: {
      onStart(bench) {
        bench.at(SETTLED * 1e6, () => (settled = true));
        // The table that Lua keeps its strings in grows with garbage that nobody has collected, and belongs to no frame.
        for (let at = 1; !bare && at < SECONDS; at++)
          bench.at(at * 1e6, () => machines.forEach(({ heap }) => void heap.collect()));
      },
    },
  });
  expect(failures).toEqual([]);
  expect(result.handovers.length).toBeGreaterThan(2);
  expect(found.plain.calls).toBeGreaterThan(5_000);
  return found;
}

for (const name of twinBoards()) {
  describeWith(machineOf(name), `memory asked for by ${name}`, () => {
    if (name.includes('esp8266')) {
      it('is none after start, but for records', { timeout: 120_000 }, () => {
        const { plain, native } = live(name, true);
        expect(native.calls).toBe(0);
        expect(plain).toMatchObject({ greedy: 0, most: 0 });
      });

      it('is strings of the firmware’s AES where it has that, so much a frame', { timeout: 120_000 }, () => {
        // Other calls are those above; here they ask for the stack anew that a collection has cut back.
        const { native } = live(name, false);
        expect(native.calls).toBeGreaterThan(100);
        expect(native.most).toBeGreaterThan(500);
        expect(native.most).toBeLessThanOrEqual(NATIVE_FRAME);
      });
    } else {
      it('is strings of SPI, so much a frame', { timeout: 120_000 }, () => {
        const { plain, native } = live(name, false);
        expect(native.calls).toBe(0);
        console.log(`${name}: ${plain.most} octets of strings in the greediest of ${plain.calls} calls`);
        expect(plain.most).toBeGreaterThan(ESP32_FRAME / 2);
        expect(plain.most).toBeLessThanOrEqual(ESP32_FRAME);
      });
    }
  });
}
