// SPDX-License-Identifier: Apache-2.0
// A long life in a small heap: a mote and a router of each real board, on the 32-bit machine of its Lua, behind driver and SPI, under
// an allocator that refuses what is beyond the ceiling.
// KEMP_ENDURANCE=1: 10,000 handovers and 100,000 readings each; 0.1: a tenth. Otherwise as many as a test run has time for.
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MODE_REACTIVE } from '../../firmware/events.ts';
import { readBoard } from '../../compiler/boards.ts';
import { twinBoards } from '../../host/twin/board.ts';
import { describeWith } from '../tools.ts';
import { machineOf, measuredBoard } from '../vm/measured.ts';
import { handovers, MOTE, openRing, PLAYERS, ROUTER } from './ring.ts';

const SHARE = Number(process.env.KEMP_ENDURANCE ?? 0.002);
const HANDOVERS = Math.ceil(10_000 * SHARE);
const READINGS = Math.ceil(100_000 * SHARE);
/** Octets beside the code, which lies in flash; on an ESP32, which has three times as much, the tables of AES are larger. */
const CEILINGS = { esp8266: 36_000, esp32: 36_864 };

for (const name of twinBoards()) {
  describeWith(machineOf(name), `a small heap of ${name}`, () => {
    it(`is enough for ${HANDOVERS} handovers and ${READINGS} readings`, { timeout: 14_400_000 }, async () => {
      const ceiling = CEILINGS[readBoard(name).hardware!.mcu];
      const { board, machines } = measuredBoard(name, PLAYERS, { heap: ceiling });
      const { bench, deeds, rest } = openRing(board);
      const heap = (player: string) => machines.get(player)!.heap;
      const tell = (): void => {
        for (const player of PLAYERS)
          console.log(
            `${name}: ${(bench.micros / 1e6).toFixed()} s, ${player}: ${JSON.stringify(deeds[player])}, heap at most ${heap(player).peak()}`,
          );
      };
      try {
        let told = 1000;
        const runUntil = async (done: () => boolean): Promise<void> => {
          while (!done()) {
            expect(bench.micros, JSON.stringify(deeds)).toBeLessThan(bench.end);
            bench.runTo(bench.micros + 1e6);
            if (handovers(deeds[MOTE]) < told) continue;
            tell();
            told += 1000;
            await setImmediate(); // what was told is printed
          }
        };
        await runUntil(
          () => PLAYERS.every((player) => handovers(deeds[player]) >= HANDOVERS) && deeds[ROUTER].readings >= READINGS,
        );
        rest();
        await runUntil(() => deeds[MOTE].readings >= READINGS);
        tell();
        expect(bench.result().failures).toEqual([]);
        for (const player of PLAYERS) {
          expect(deeds[player].starts).toBe(1);
          expect(deeds[player].keys[MODE_REACTIVE]).toBeGreaterThan(0);
          expect(heap(player).peak()).toBeLessThanOrEqual(ceiling);
          // It was short of memory all the time, and yet needs less.
          expect(heap(player).peak()).toBeGreaterThan(ceiling - 100);
          expect(heap(player).collect()).toBeLessThan(ceiling - 100);
        }
      } finally {
        bench.close();
      }
    });

    it.each([
      [MOTE, 16_000],
      [ROUTER, 24_000],
    ])('fails where that of %s is too small', { timeout: 60_000 }, (player, heap) => {
      const { bench } = openRing(measuredBoard(name, [player], { heap }).board);
      expect(() => bench.runTo(90e6)).toThrow(new RegExp(`^${player} at .*not enough memory`));
      bench.close();
    });
  });
}
