// SPDX-License-Identifier: Apache-2.0
// `kemp console`, `monitor` and `doctor` on real pseudo-terminals: motes of a bench with serial ports behind them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { serveBench } from '../../../host/bench/serial.ts';
import type { SerialBench } from '../../../host/bench/serial.ts';
import { runCli } from '../../../host/cli.ts';
import { completer } from '../../../host/console/completion.ts';
import { examine, LEAST_FILES, MODULES as LOOKED_FOR } from '../../../host/console/doctor.ts';
import { converse } from '../../../host/console/interactive.ts';
import { MoteConsole } from '../../../host/console/mote-console.ts';
import { loadTarget } from '../../../host/flash/target.ts';
import { twinBoards } from '../../../host/twin/board.ts';
import { openPort } from '../../../host/serial/port.ts';
import { openPty } from '../../../host/serial/pty.ts';
import { stand } from '../../protocol/resets.ts';
import { serveRepl } from './repl.ts';
import { kemp } from '../kemp.ts';

const stop = new AbortController();
let bench: SerialBench;
const portOf = (mote: string): string => bench.ports.get(mote)!;
const folder = mkdtempSync(join(tmpdir(), 'kemp-console-'));

beforeAll(async () => {
  bench = serveBench({ scenario: stand({ durationSeconds: 36_000 }), vm: 'v8' }, 10, stop.signal);
  // Joined before anything is asked.
  const mote = new MoteConsole(await openPort(portOf('m1')));
  await vi.waitUntil(async () => (await mote.rows('state')).join().includes('joined'), {
    timeout: 20_000,
    interval: 200,
  });
  await mote.close();
}, 30_000);

afterAll(async () => {
  stop.abort();
  await bench.ended;
  rmSync(folder, { recursive: true });
});

afterEach(() => void vi.restoreAllMocks());

describe('kemp console with lines', () => {
  it('prints what the mote says, as rows and as JSON', async () => {
    const plain = await kemp('console', '--port', portOf('m1'), '-e', 'role', '-e', 'state');
    expect(plain).toMatchObject({ status: 0, err: '' });
    expect(plain.out).toMatch(/^role=mote\neui64=\w{16} short=0021 state=joined parent=\w{16}\n$/);
    const json = await kemp('console', '--port', portOf('m1'), '-e', 'neighbors', '--json');
    expect((JSON.parse(json.out) as object[]).length).toBeGreaterThan(0);
    expect(json.out.trim()).not.toContain('\n');
  });

  it("ends with the number of the mote's error, and names port, line and the next step", async () => {
    const { status, err } = await kemp('console', '--port', portOf('m1'), '-e', 'ping 0099', '-e', 'role');
    expect(status).toBe(5);
    expect(err).toMatch(new RegExp(`^kemp: ${portOf('m1')} \\([0-9a-f]{16}\\): "ping 0099" was`));
    expect(err).toMatch(/"ping 0099" was answered by Error 5: UnknownNode: `keys` lists/);
    expect((await kemp('console', '--port', portOf('base'), '-e', 'state')).out).toContain('state=base');
    expect((await kemp('console', '--port', portOf('base'), '-e', 'fly')).status).toBe(1);
  });

  it('runs a script file, with comments, and shows what a filter lets through', async () => {
    const script = join(folder, 'script');
    writeFileSync(script, '# who\nrole # it\n\nversion\nkeys\n');
    const { out, status } = await kemp('console', '--port', portOf('r1'), script, '--filter', '^(role|version)=');
    expect(status).toBe(0);
    expect(out.split('\n').map((row) => row.split('=')[0])).toEqual(['role', 'version', '']);
  });

  it.each([
    [['--port', '/dev/none'], 1, /^kemp: \/dev\/none: cannot open the port .*: plug the board in/],
    [['-e', 'role', 'script'], 2, /expected -e or a script, got both/],
    [['--json'], 2, /expected -e or a script with --json/],
    [['--filter', '('], 2, /expected a regular expression, got \(/],
    [['--timeout', '0'], 2, /expected seconds, up to 600, got 0/],
    [['script-that-is-not-there'], 2, /expected a script that can be read/],
  ])('refuses %j', async (args, status, message) => {
    const said = await kemp('console', ...args);
    expect(said.err).toMatch(message);
    expect(said.status).toBe(status);
  });

  it('says so where nothing answers', async () => {
    const silent = openPty();
    const { status, err } = await kemp('console', '--port', silent.path, '--timeout', '0.2', '-e', 'role');
    expect(status).toBe(1);
    expect(err).toBe(
      `kemp: ${silent.path}: expected an answer to "role" within 0.2 s, got none: \`kemp doctor --port ${silent.path}\` tells what is there\n`,
    );
    await silent.close();
  });
});

describe('a conversation', () => {
  it('answers, filters, stamps, tells what comes unasked, and ends', { timeout: 30_000 }, async () => {
    const mote = new MoteConsole(await openPort(portOf('base')));
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = '';
    output.on('data', (text: Buffer) => (shown += text.toString()));
    const ended = converse(mote, { input, output, time: false, filter: undefined });
    await expect.poll(() => shown, { timeout: 8000 }).toContain('> ');
    const says = async (text: string, expected: RegExp): Promise<void> => {
      shown = '';
      input.write(`${text}\n`);
      await expect.poll(() => shown, { timeout: 8000 }).toMatch(expected);
    };
    expect(shown).toMatch(new RegExp(`^${portOf('base')} \\([0-9a-f]{16}\\): \`help\` lists`));
    await says('role', /role=base\n/);
    await says('fly', /Error 1: UnknownCommand\n/);
    await says('.filter via', /> /);
    await says('where 0021', /via=\w{16}\n/);
    await says('role', /^> $/);
    await says('.filter (', /expected a regular expression/);
    await says('.filter', /> /);
    await says('.time', /> /);
    await says('role', /\d\d:\d\d:\d\d\.\d{3} role=base\n/);
    await says('.help', /\.filter \[PATTERN\]/);
    await says('log events', /~ reading from \w{16} octets=\d+\n/);
    await says('log none', /> /);
    input.write('.quit\n');
    await ended;
    await mote.close();
  });

  it('takes no line for JSON of which it has heard the end alone', async () => {
    let hears: (octets: Uint8Array) => void = () => undefined;
    const mote = new MoteConsole({
      path: 'torn',
      write: () => hears(Buffer.from('b 1 22\n{"state":"base"}\nDone\n')),
      onData: (f) => void (hears = f),
      close: () => Promise.resolve(),
    });
    const notes: string[] = [];
    mote.onNote = (note) => notes.push(note);
    expect(await mote.json('state')).toEqual({ state: 'base' });
    expect(notes).toEqual(['b 1 22']);
  });

  it('completes from the help of the mote', async () => {
    const mote = new MoteConsole(await openPort(portOf('m1')));
    const complete = completer(await mote.rows('help'), ['.quit']);
    expect(complete('ne')).toEqual([['neighbors '], 'ne']);
    expect(complete('re')[0].sort()).toEqual(['reboot ', 'refresh ', 'refusals ']);
    expect(complete('log ')).toEqual([['none', 'events', 'refusals', 'json'], '']);
    expect(complete('log ev')).toEqual([['events'], 'ev']);
    expect(complete('.q')).toEqual([['.quit '], '.q']);
    expect(complete('nothing ')).toEqual([[], '']);
    await mote.close();
  });

  it('asks one question after the other, whoever asks, and refuses what is no line', async () => {
    const mote = new MoteConsole(await openPort(portOf('r1')));
    const answers = await Promise.all(['role', 'fly', 'keys', 'role'].map((line) => mote.ask(line)));
    expect(answers.map(({ error }) => error)).toEqual([0, 1, 0, 0]);
    expect(answers[3]!.rows).toEqual(['role=router']);
    await expect(mote.ask('a\nb')).rejects.toThrow('expected one line');
    expect(await mote.ask('  ')).toMatchObject({ rows: [], error: 0 });
    await mote.close();
  });
});

describe('kemp monitor', () => {
  it('follows several motes, each by its name', { timeout: 30_000 }, async () => {
    let out = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    const status = runCli(['monitor', '--port', portOf('base'), '--port', portOf('r1'), '--level', 'refusals']);
    await expect.poll(() => out, { timeout: 15_000 }).toMatch(/base \w{16} +~ reading from/);
    expect(out).toMatch(/router \w{16} {2}follows \/dev\/pts/);
    process.emit('SIGINT');
    expect(await status).toBe(0);
    vi.restoreAllMocks();
    expect((await kemp('console', '--port', portOf('base'), '-e', 'log')).out).toBe('log=none\n');
  });

  it('names the port that cannot be opened', async () => {
    const { status, err } = await kemp('monitor', '--port', portOf('base'), '--port', '/dev/none');
    expect(status).toBe(1);
    expect(err).toContain('/dev/none: cannot open the port');
  });
});

/** Modules of a NodeMCU firmware for the ESP8266, as far as they are looked at. */
const MODULES = `for m in ('tmr gpio spi uart rtcmem adc crypto'):gmatch('%S+') do _G[m] = {} end
  file = { fsinfo = function() return FREE or 3000000, 1, 3000001 end }
  node = { heap = function() return HEAP or 42000 end, info = function(what) return { number_type = 'integer', ssl = false } end }`;
const ENCODER = "encoder = { fromBase64 = function(text) return text == 'S0VNUA==' and 'KEMP' or nil end }";

async function diagnose(setup: string): Promise<{ status: number; out: string; err: string }> {
  const board = openPty();
  serveRepl(board, setup);
  const said = await kemp('doctor', '--port', board.path);
  await board.close();
  return said;
}

describe('kemp doctor', () => {
  it('finds a mote well', async () => {
    const { status, out } = await kemp('doctor', '--port', portOf('m1'));
    expect(status).toBe(0);
    expect(out).toMatch(/ok {2}a mote: version=\S+ board=bench role=mote/);
    expect(out).toMatch(/ok {2}it is \w{16}, state joined/);
    const line = await openPort(portOf('r1'));
    expect((await examine(line)).every(({ good }) => good)).toBe(true);
    await line.close();
  });

  it('finds NodeMCU well that has all it needs', async () => {
    const { status, out } = await diagnose(`${MODULES} ${ENCODER}`);
    expect(out).toMatch(/ok {2}NodeMCU, no image of ours running: Lua 5\.3 on esp8266/);
    expect(out).toMatch(/ok {2}build: .*number_type=integer/);
    expect(out).toMatch(/ok {2}numbers: 32-bit integers/);
    expect(out).not.toContain('!!');
    expect(status).toBe(0);
  });

  it.each([
    ['a module', MODULES, [/!! {2}modules missing: encoder/, /!! {2}encoder does not work/]],
    ['memory', `HEAP = 9000 ${MODULES} ${ENCODER}`, [/!! {2}9000 octets of heap are free/]],
    ['room for files', `FREE = 100 ${MODULES} ${ENCODER}`, [/!! {2}100 octets of the file system/]],
    [
      'Lua 5.3',
      `_VERSION = 'Lua 5.1' ${MODULES} ${ENCODER}`,
      [/!! {2}numbers: lua51 /, /!! {2}bit operations are missing/],
    ],
  ])('says that %s is missing, and what to do', async (_, setup, expected) => {
    const { status, out, err } = await diagnose(setup);
    for (const line of expected) expect(out).toMatch(line);
    expect(err).toMatch(/^kemp: \/dev\/pts\/\d+: \d to mend/);
    expect(status).toBe(1);
  });

  it('looks for what the images are made of', () => {
    for (const board of twinBoards())
      for (const role of ['mote', 'router', 'base'] as const) {
        const { family, modules, useful, content } = loadTarget(board, role);
        expect(LOOKED_FOR[family]).toEqual(expect.arrayContaining([...modules, ...useful]));
        expect(LEAST_FILES).toBeGreaterThan(content.length + 12_000);
        expect(LEAST_FILES).toBeLessThan(1.5 * content.length);
      }
  });

  it('says that nothing answers', async () => {
    const silent = openPty();
    const { status, out } = await kemp('doctor', '--port', silent.path);
    expect(status).toBe(1);
    expect(out).toContain('nothing answers');
    await silent.close();
  });
});
