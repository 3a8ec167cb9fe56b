// SPDX-License-Identifier: Apache-2.0
// What measurements mean, without boards.
import { describe, expect, it } from 'vitest';
import { boardFields } from '../../../host/selftest/board-data.ts';
import type { Definition } from '../../../host/selftest/definition.ts';
import { reportText } from '../../../host/selftest/command.ts';
import {
  chainOf,
  judgeAes,
  judgeAlone,
  judgeInterrupt,
  judgeSpi,
  judgeWay,
  judgeWords,
  packetErrorRate,
  version2Of,
} from '../../../host/selftest/judge.ts';
import type { Board, Check } from '../../../host/selftest/judge.ts';
import { KINDS } from '../../../host/selftest/measure.ts';
import type { Alone, Kind, Received, Sent, Way, Words } from '../../../host/selftest/measure.ts';

const definition: Definition = {
  aes: 'native',
  hardware: {
    mcu: 'esp8266',
    radio: 'at86rf233',
    pins: { clock: 5, mosi: 7, miso: 6, select: 8, interrupt: 2, reset: 1 },
    spiMegahertz: 5,
    maxPsdu: 127,
    version2: 'unknown',
    aesMillis: 7,
  },
};
const board: Board = { port: '/dev/ttyUSB0', name: 'my-board', definition };

const spi = {
  registers: 600,
  wrongRegisters: 0,
  buffer: 6250,
  wrongBuffer: 0,
  kept: 0,
  pinActive: false,
  part: 0x0b,
};
const aes = { blocks: 40, chain: chainOf(40), firmware: chainOf(1), blockMillis: 6.21 };
const sent: Sent = {
  count: 20,
  ok: 20,
  interrupts: 20,
  unheard: 0,
  unwired: 0,
  missing: 0,
  fastestMillis: 2.4,
  slowestMillis: 8,
};

/** Words as they should be: of a multiplicative generator. */
function chance(seed: number): number[] {
  let word = BigInt(seed) | 1n;
  return Array.from({ length: 64 }, () => {
    word = (word * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(word >> 32n);
  });
}
const words: [Words, Words] = [
  { hardware: chance(1), noise: chance(2) },
  { hardware: chance(3), noise: chance(4) },
];
const alone: Alone = { spi, aes, words, broadcasts: sent, faults: 0 };

const received = (ok: number, heard: number, count = 50): Received => ({
  sent: { ...sent, count, ok },
  heard,
  strange: 0,
  quality: 190,
});
const way = (kinds: Partial<Record<Kind, Received>> = {}, plain = received(200, 198, 200)): Way => ({
  plain,
  kinds: { ...(Object.fromEntries(KINDS.map((kind) => [kind, received(50, 50)])) as Way['kinds']), ...kinds },
  foreign: [received(0, 0, 10), received(0, 0, 10)],
});

const failed = (checks: readonly Check[]): string[] =>
  checks.filter(({ passed }) => passed === false).map(({ what }) => what);
const nextOf = (checks: readonly Check[], what: string): string | undefined =>
  checks.find((check) => check.what === what)?.next;

describe('a board by itself', () => {
  it('that is right passes all checks, each of which has its measure', () => {
    const checks = judgeAlone(board, alone);
    expect(failed(checks)).toEqual([]);
    expect(checks.every(({ passed, next }) => passed === true && next === undefined)).toBe(true);
    expect(new Set(checks.map(({ what }) => what)).size).toBe(checks.length);
  });

  it.each([
    [{ wrongRegisters: 2 }, ['SPI, registers']],
    [{ wrongBuffer: 1 }, ['SPI, long bursts']],
    [{ part: 0x02 }, ['part number']],
    [{ kept: 12 }, ['reset pin']],
    [{ pinActive: true }, ['interrupt pin at rest']],
  ])('SPI: %o fails %o', (wrong, names) => {
    expect(failed(judgeSpi(board, { ...spi, ...wrong }))).toEqual(names);
  });

  it('tells a radio that is not there from one at bad wires, and a burst that is cut', () => {
    const next = (wrong: Partial<typeof spi>, what: string): string | undefined =>
      nextOf(judgeSpi(board, { ...spi, ...wrong }), what);
    expect(next({ wrongRegisters: 595 }, 'SPI, registers')).toContain('at clock D5, MOSI D7, MISO D6, select D8');
    expect(next({ wrongRegisters: 5 }, 'SPI, registers')).toContain('shorten the wires');
    expect(next({ wrongBuffer: 900 }, 'SPI, long bursts')).toContain('chip select goes up within a burst');
    expect(next({ kept: 12 }, 'reset pin')).toContain('is pin D1 wired to RESET?');
  });

  it('a radio without a part number is asked for none', () => {
    const mrf: Board = {
      ...board,
      definition: { ...definition, hardware: { ...definition.hardware, radio: 'mrf24j40' } },
    };
    expect(judgeSpi(mrf, { ...spi, part: 0 }).map(({ what }) => what)).not.toContain('part number');
  });

  it('AES is that of FIPS 197, in the time that the board data say', () => {
    expect(chainOf(1)).toBe('69c4e0d86a7b0430d8cdb78070b4c55a');
    expect(failed(judgeAes(board, { ...aes, chain: chainOf(39) }))).toEqual(['AES']);
    expect(failed(judgeAes(board, { ...aes, blocks: 0, chain: chainOf(0) }))).toEqual(['AES']);
    expect(failed(judgeAes(board, { ...aes, blockMillis: 7.01 }))).toEqual(['time of an AES block']);
    expect(failed(judgeAes(board, { ...aes, blockMillis: NaN }))).toEqual(['time of an AES block']);
    expect(failed(judgeAes(board, { ...aes, firmware: 'none' }))).toEqual(['AES of the firmware']);
    const own: Board = { ...board, definition: { ...definition, aes: 'compact' } };
    expect(failed(judgeAes(own, { ...aes, firmware: 'none' }))).toEqual([]);
  });

  it.each<[string, readonly [Words, Words], readonly string[]]>([
    ['a bit that never changes', [{ ...words[0], hardware: chance(1).map((w) => w | 4) }, words[1]], ['random words']],
    [
      'words that come again',
      [words[0], { ...words[1], hardware: chance(3).map((_, i, all) => all[i >> 1]!) }],
      ['random words'],
    ],
    ['the same after a reset', [words[0], { ...words[1], hardware: chance(1) }], ['random words, two starts']],
    ['noise of ones alone', [words[0], { ...words[1], noise: Array(64).fill(-1) }], ['radio noise']],
    ['noise that is the same', [words[0], { ...words[1], noise: chance(2) }], ['radio noise, two starts']],
    [
      'nothing',
      [
        { hardware: [], noise: [] },
        { hardware: [], noise: [] },
      ],
      ['random words', 'radio noise'],
    ],
  ])('chance: %s', (_what, both, names) => {
    expect(failed(judgeWords(board, both))).toEqual(names);
  });

  it('tells why an interrupt does not come', () => {
    const missing = { ...sent, interrupts: 3 };
    const next = (more: Partial<Sent>): string | undefined =>
      nextOf(judgeInterrupt(board, { ...missing, ...more }), 'interrupts');
    expect(next({ unwired: 17 })).toContain('is pin D2 wired to INT?');
    expect(next({ unheard: 17 })).toContain('can pin D2 interrupt');
    expect(next({ missing: 17 })).toContain('transmissions do not end');
    expect(failed(judgeInterrupt(board, { ...sent, fastestMillis: 30 }))).toEqual(['time to the interrupt']);
  });

  it('counts faults that the driver mended, and looks at nothing that SPI is needed for without it', () => {
    expect(failed(judgeAlone(board, { ...alone, faults: 1 }))).toEqual(['faults of the radio']);
    const checks = judgeAlone(board, { ...alone, spi: { ...spi, wrongBuffer: 9 }, faults: 7 });
    expect(failed(checks)).toEqual(['SPI, long bursts']);
    expect(checks.filter(({ passed }) => passed === undefined)).toHaveLength(3);
  });
});

describe('the way to a board', () => {
  it('that is right passes', () => {
    expect(failed(judgeWay('/dev/ttyUSB1', board, way()))).toEqual([]);
    expect(packetErrorRate(way())).toBeCloseTo(0.01);
  });

  it('loses too much, or lets strangers in', () => {
    expect(failed(judgeWay('b', board, way({}, received(200, 189, 200))))).toEqual(['packet error rate']);
    const strange = { ...way(), foreign: [{ ...received(0, 0, 10), strange: 1 }, received(0, 0, 10)] };
    expect(failed(judgeWay('b', board, strange))).toEqual(['frames for another address']);
    const answered = { ...way(), foreign: [received(1, 0, 10), received(0, 0, 10)] };
    expect(failed(judgeWay('b', board, answered))).toEqual(['frames for another address']);
  });

  it.each<[string, Partial<Record<Kind, Received>>, ReturnType<typeof version2Of>]>([
    ['all of it', {}, { received: 'yes', acknowledged: 'yes', known: true }],
    [
      'no acknowledgement',
      { 'version 2, EUI-64': received(0, 50) },
      { received: 'yes', acknowledged: 'no', known: true },
    ],
    [
      'nothing received',
      { 'version 2, short addresses': received(0, 0) },
      { received: 'no', acknowledged: 'no', known: true },
    ],
    [
      'a bad link',
      { 'version 2, EUI-64': received(15, 40) },
      { received: 'yes', acknowledged: 'unknown', known: true },
    ],
    [
      'no link',
      { 'version 1, EUI-64': received(2, 3), 'version 2, EUI-64': received(0, 3) },
      { received: 'no', acknowledged: 'no', known: false },
    ],
  ])('version 2: %s', (_what, kinds, answer) => {
    expect(version2Of(way(kinds))).toEqual(answer);
  });
});

describe('the board data', () => {
  const field = (name: string, all: readonly Alone[], ways: readonly Way[] = []): unknown =>
    boardFields(definition, all, ways).find(({ field }) => field === name)?.measured;

  it('have the time of the slower board, rounded up to a tenth', () => {
    expect(field('hardware.aesMillis', [alone, { ...alone, aes: { ...aes, blockMillis: 6.301 } }])).toBe(6.4);
    expect(field('hardware.aesMillis', [{ ...alone, aes: { ...aes, blockMillis: 5.0 } }])).toBe(5);
    expect(field('hardware.aesMillis', [{ ...alone, aes: { ...aes, blockMillis: NaN } }])).toBeUndefined();
  });

  it('have half the speed where SPI fails, and AES that works', () => {
    expect(field('hardware.spiMegahertz', [alone])).toBe(5);
    expect(field('hardware.spiMegahertz', [alone, { ...alone, spi: { ...spi, wrongRegisters: 1 } }])).toBe(2.5);
    expect(field('aes', [alone])).toBe('native');
    expect(field('aes', [alone, { ...alone, aes: { ...aes, firmware: 'none' } }])).toBe('compact');
  });

  it('have what the worse of two radios does with version 2, and nothing of a link that is none', () => {
    const no = way({ 'version 2, EUI-64': received(0, 50) });
    const bad = way({ 'version 2, EUI-64': received(15, 40) });
    expect(field('hardware.version2', [alone], [way(), way()])).toBe('yes');
    expect(field('hardware.version2', [alone], [way(), no])).toBe('no');
    expect(field('hardware.version2', [alone], [way(), bad])).toBe('unknown');
    expect(field('hardware.version2', [alone], [way({ 'version 1, EUI-64': received(0, 0) })])).toBeUndefined();
    expect(field('hardware.version2', [alone])).toBeUndefined();
    expect(field('hardware.maxPsdu', [alone], [way({}, received(200, 0, 200))])).toBeUndefined();
  });
});

it('the table has a row for each check, the next step under what failed, and what to put where it differs', () => {
  const text = reportText({
    checks: judgeAlone(board, { ...alone, broadcasts: { ...sent, interrupts: 0, unwired: 20 } }),
    boards: [{ board: 'my-board', fields: boardFields(definition, [alone], [way()]) }],
    packetErrorRates: [],
    passed: false,
  });
  expect(text).toMatch(/^interrupts +0 of 20 +20 +FAILED$/m);
  expect(text).toMatch(/^ {2}interrupts: .*is pin D2 wired to INT\?$/m);
  expect(text).toMatch(/^hardware\.version2 +unknown +yes +put "yes"$/m);
  expect(text).toMatch(/^hardware\.spiMegahertz +5 +5$/m);
});
