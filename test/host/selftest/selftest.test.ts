// SPDX-License-Identifier: Apache-2.0
// The self-test on twins: boards that are right pass, and each thing that is wrong fails its own check.
import { describe, expect, it } from 'vitest';
import { flashLine } from '../../../host/flash/index.ts';
import { RemoteMote } from '../../../host/flash/mote.ts';
import { Session } from '../../../host/flash/session.ts';
import { loadTarget } from '../../../host/flash/target.ts';
import { enrol, makeNetwork } from '../../../host/provision/network.ts';
import { inRepository } from '../../../host/root.ts';
import { selftest } from '../../../host/selftest/index.ts';
import type { SelftestReport } from '../../../host/selftest/index.ts';
import type { Check } from '../../../host/selftest/judge.ts';
import { twinBoards } from '../../../host/twin/board.ts';
import type { TwinChoices } from '../../../host/twin/board.ts';
import type { TwinDefects } from '../../../host/twin/mote.ts';
import { Table } from './rig.ts';
import type { TableOptions } from './rig.ts';

const LUAC = inRepository('test/host/flash/luac.mjs');
const MRF = 'nodemcu-esp8266-mrf24j40';
const AT86 = 'nodemcu-esp32-at86rf233';
const TIMEOUT = { timeout: 120_000 };

async function run(table: Table, boards: readonly string[], lines: 1 | 2): Promise<SelftestReport> {
  const options = { boards, luac: LUAC, timers: table.timers };
  try {
    return await table.settle(selftest(table.lines.slice(0, lines), options));
  } finally {
    table.close();
  }
}

/** Two of one board, the first of them special. */
function pair(board: string, first: TwinChoices, options: Partial<TableOptions> = {}): Promise<SelftestReport> {
  return run(new Table({ ...options, boards: [board, board], choices: [first, {}] }), [board], 2);
}

/** One by itself. */
function alone(board: string, choices: TwinChoices, options: Partial<TableOptions> = {}): Promise<SelftestReport> {
  return run(new Table({ ...options, boards: [board, board], choices: [choices, {}] }), [board], 1);
}

const failed = ({ checks }: SelftestReport): Check[] => checks.filter(({ passed }) => passed === false);
const names = (checks: readonly Check[]): string[] => checks.map(({ what }) => what);
const skipped = ({ checks }: SelftestReport): string[] => names(checks.filter(({ passed }) => passed === undefined));
const measured = (report: SelftestReport, field: string): unknown =>
  report.boards[0]!.fields.find((one) => one.field === field)?.measured;

describe.each(twinBoards())('%s', (board) => {
  it('passes, as a pair, and tells its board data', TIMEOUT, async () => {
    const report = await pair(board, {}, { aesMs: 4.93 });
    expect(failed(report)).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.checks.length).toBeGreaterThan(40);
    expect(report.packetErrorRates).toEqual([0, 0]);
    expect(measured(report, 'hardware.aesMillis')).toBe(5);
    expect(measured(report, 'hardware.version2')).toBe('yes');
    expect(measured(report, 'hardware.maxPsdu')).toBe(127);
    expect(measured(report, 'aes')).toBe(board.includes('esp8266') ? 'native' : undefined);
  });
});

describe.each([MRF, AT86])('a fault of %s', (board) => {
  it('by itself, passes without a pair', TIMEOUT, async () => {
    const report = await alone(board, {});
    expect(failed(report)).toEqual([]);
    expect(measured(report, 'hardware.version2')).toBeUndefined();
  });

  it('an interrupt pin that is not connected', TIMEOUT, async () => {
    const report = await pair(board, { defects: { unwired: ['interrupt'] } });
    expect(names(failed(report))).toEqual(['interrupts']);
    expect(failed(report)[0]).toMatchObject({ where: 'port-a', measured: '0 of 20' });
    const pin = board === MRF ? 'D2' : 'GPIO27';
    expect(failed(report)[0]!.next).toContain(`is pin ${pin} wired to INT`);
    expect(skipped(report)).toEqual(['frames between both']);
  });

  it('a reset pin that is not connected', TIMEOUT, async () => {
    const report = await alone(board, { defects: { unwired: ['reset'] } });
    expect(names(failed(report))).toEqual(['reset pin']);
    expect(failed(report)[0]!.measured).toBe('leaves 12 of 12 registers');
  });

  it('SPI with an octet of a hundred wrong', TIMEOUT, async () => {
    const report = await pair(board, { defects: { miso: (octet, nth) => (nth % 101 === 0 ? octet ^ 8 : octet) } });
    expect(names(failed(report))).toEqual(expect.arrayContaining(['SPI, registers', 'SPI, long bursts']));
    expect(failed(report)[0]!.next).toContain('shorten the wires');
    expect(failed(report).every(({ where }) => where === 'port-a')).toBe(true);
    expect(skipped(report)).toContain('frames between both');
    expect(measured(report, 'hardware.spiMegahertz')).toBe(board === MRF ? 4 : 2.5);
  });

  it('no radio at all', TIMEOUT, async () => {
    const report = await alone(board, { defects: { miso: () => 0xff } });
    expect(failed(report)[0]).toMatchObject({ what: 'SPI, registers' });
    expect(failed(report)[0]!.next).toMatch(/nothing comes back right: is a \w+ at clock \w+/);
  });

  it('hardware that gives the same after each reset', TIMEOUT, async () => {
    const report = await alone(board, { random: 'repeats' });
    expect(names(failed(report))).toEqual(['random words, two starts', 'radio noise, two starts']);
  });

  it('and no noise', TIMEOUT, async () => {
    const report = await alone(board, { random: 'deaf' });
    expect(names(failed(report))).toEqual(['random words, two starts', 'radio noise', 'radio noise, two starts']);
  });

  it('air that loses three frames of ten', TIMEOUT, async () => {
    const report = await pair(board, {}, { loss: 0.3 });
    for (const rate of report.packetErrorRates) expect(Math.abs(rate - 0.3)).toBeLessThan(0.1);
    expect(names(failed(report)).filter((what) => what === 'packet error rate')).toHaveLength(2);
    // Retries bring most of it across: what the chip does with version 2 shows all the same.
    expect(measured(report, 'hardware.version2')).toBe('yes');
  });

  it.each<[string, TwinDefects, readonly string[]]>([
    ['acknowledges', { highestAcknowledged: 1 }, ['acknowledged']],
    ['lets through', { highestVersion: 1 }, ['received', 'acknowledged']],
  ])('a radio that %s no frames of version 2', TIMEOUT, async (_what, defects, parts) => {
    const report = await pair(board, { defects });
    const wrong = ['short addresses', 'EUI-64'].flatMap((kind) => parts.map((part) => `version 2, ${kind}: ${part}`));
    expect(names(failed(report))).toEqual(wrong);
    // The receiver is the one that is looked at.
    for (const { where } of failed(report)) expect(where).toBe('port-b to port-a');
    expect(measured(report, 'hardware.version2')).toBe('no');
  });

  it('AES that is slower than the board data say', TIMEOUT, async () => {
    const report = await alone(board, {}, { aesMs: 9.4 });
    expect(names(failed(report))).toEqual(['time of an AES block']);
    expect(measured(report, 'hardware.aesMillis')).toBe(9.4);
  });
});

it('a firmware without the module crypto', TIMEOUT, async () => {
  const report = await alone(MRF, {}, { build: { crypto: false, lfsRoom: 1 << 18 } });
  expect(names(failed(report))).toEqual(['AES of the firmware']);
  expect(measured(report, 'aes')).toBe('compact');
});

it('another board than was said is told at once', TIMEOUT, async () => {
  const table = new Table({ boards: [MRF, AT86] });
  await expect(run(table, [AT86, MRF], 2)).rejects.toThrow(
    /expected an esp\w+, got an esp\w+ .*: give the board that it is/,
  );
});

it('an ESP8266 without --luac is told of it, since the image is too much for its heap', TIMEOUT, async () => {
  const table = new Table({ boards: [MRF, MRF] });
  const [line] = table.lines;
  const tested = selftest([line], { boards: [MRF], timers: table.timers });
  await expect(table.settle(tested)).rejects.toThrow(/octets of heap .*: give --luac/);
  table.close();
});

it.each([
  { lines: 0, boards: [MRF], what: 'one port or two' },
  { lines: 2, boards: [], what: 'a board, or one for each of 2 ports' },
  { lines: 1, boards: [MRF], channel: 27, what: 'a channel of 11 to 26' },
])('refuses $what', async ({ lines, boards, channel, what }) => {
  const table = new Table({ boards: [MRF, MRF] });
  const options = { boards, timers: table.timers, ...(channel !== undefined && { channel }) };
  await expect(selftest(table.lines.slice(0, lines), options)).rejects.toThrow(`expected ${what}`);
  table.close();
});

describe.each([MRF, AT86])('a mote of %s', (board) => {
  it('keeps its image and its records, and starts again', TIMEOUT, async () => {
    const network = enrol(makeNetwork({ name: 'hall', pan: '1234', channel: 15, keys: 'derived' }), [{ name: 'm1' }]);
    const table = new Table({ boards: [board, board] });
    const [line] = table.lines;
    const { timers } = table;
    let session!: Session;
    const luac = board === MRF ? LUAC : undefined;
    const flashed = await table.settle(flashLine(line, { board, network, node: 'm1', luac, timers }));
    const files = async (): Promise<Map<string, string>> => {
      session = new Session(line, timers);
      await session.enter();
      const mote = await RemoteMote.meet(session);
      const content = new Map<string, string>();
      for (const name of [...(await mote.files()).keys()].sort())
        content.set(name, (await mote.read(name))!.toString('latin1'));
      return content;
    };
    const before = await table.settle(files());
    expect([...before.keys()]).toEqual(expect.arrayContaining(['init.lua', 'kemp.a', 'kemp.b']));

    const report = await table.settle(selftest([line], { boards: [board], luac, timers }));
    expect(failed(report)).toEqual([]);
    // Before anything else starts.
    expect(await table.settle(files())).toEqual(before);

    table.said[0] = '';
    await table.settle(session.restart(() => true, 0));
    table.pass(10);
    expect(table.said[0]).toContain(`~kemp slot ${flashed.slot} ${flashed.id} lasts~`);
    table.close();
  });
});

it('an image that is not built is asked for', () => {
  expect(() => loadTarget('no-board', 'selftest')).toThrow('expected a board of');
});
