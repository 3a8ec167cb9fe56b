// SPDX-License-Identifier: Apache-2.0
// `kemp flash` itself, on real pseudo-terminals: boards of both families with their radios, on which the images run, and boards
// that are not what they should be. What it says, and with which status it ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SerialPort } from 'serialport';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BenchControl } from '../../../host/bench/run.ts';
import { serveBench } from '../../../host/bench/serial.ts';
import type { SerialBench } from '../../../host/bench/serial.ts';
import { runCli } from '../../../host/cli.ts';
import { saveNetwork } from '../../../host/provision/file.ts';
import { enrol, findNode, makeNetwork, retire } from '../../../host/provision/network.ts';
import type { Network } from '../../../host/provision/network.ts';
import { parseScenario } from '../../../host/scenario/load.ts';
import { replBoard } from '../../../host/twin/repl/mote.ts';
import { attach } from './board.ts';
import type { Attached, AttachOptions } from './board.ts';
import type { Build } from '../../../host/twin/repl/console.ts';

const ESP32 = 'nodemcu-esp32-mrf24j40';
const ESP8266 = 'nodemcu-esp8266-at86rf233';
const LUAC = fileURLToPath(new URL('luac.mjs', import.meta.url));
const SPEED = 3;

const folder = mkdtempSync(join(tmpdir(), 'kemp-flash-'));
const boards: Attached[] = [];
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(boards.splice(0).map((board) => board.pull()));
});

interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Starts a command. @returns what it has said so far, and how it ends */
function begin(...args: string[]): { said: { out: string; err: string }; ended: Promise<Said> } {
  const said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  const ended = runCli(args).then((status) => {
    vi.restoreAllMocks();
    return { status, ...said };
  });
  return { said, ended };
}

const kemp = (...args: string[]): Promise<Said> => begin(...args).ended;

const hall = enrol(makeNetwork({ name: 'hall', pan: '1234', channel: 15 }), [
  { name: 'r1', role: 'router' },
  { name: 'm1', board: ESP32 },
  { name: 'gone' },
]);

/** A network file, not encrypted. */
async function fileOf(network: Network): Promise<string> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.kemp`);
  await saveNetwork(path, network, undefined);
  return path;
}

function plugIn(build: Build, options?: AttachOptions): Attached {
  const board = attach(build, options);
  boards.push(board);
  return board;
}

/** Blank boards with radios, one for each node. */
function table(network: Network, names: readonly string[], board: ReturnType<typeof replBoard>) {
  const stop = new AbortController();
  let control!: BenchControl;
  const motes = names.map((name, i) => {
    const { role, eui64, short } = findNode(network, name);
    return { name, role, eui64, short, position: { x: 10 * i, y: 0 } };
  });
  const bench: SerialBench = serveBench(
    {
      scenario: parseScenario(
        { name: 'table', description: 'boards', seed: 1, durationSeconds: 10_000, motes },
        'table',
      ),
      board,
      hooks: { onStart: (opened) => void (control = opened) },
    },
    SPEED,
    stop.signal,
  );
  return {
    port: (name: string): string => bench.ports.get(name)!,
    reset: (name: string): void => control.reset(name),
    async end(): Promise<void> {
      stop.abort();
      await bench.ended;
    },
  };
}

describe('kemp flash, on boards with an ESP32', { timeout: 240_000 }, () => {
  const motes = table(hall, ['base', 'm1'], replBoard(ESP32));
  const plain = (name: string): string => findNode(hall, name).eui64.replaceAll(':', '').toLowerCase();
  let network: string;
  beforeAll(async () => {
    const nodes = hall.nodes.map((node) => (node.name === 'm1' ? { ...node, port: motes.port('m1') } : node));
    network = await fileOf({ ...hall, nodes });
  });
  afterAll(() => motes.end());

  it('makes a base station of a blank board that is reset meanwhile, and shows how far it is', async () => {
    const port = motes.port('base');
    setTimeout(() => motes.reset('base'), 300);
    const { isTTY } = process.stderr;
    process.stderr.isTTY = true;
    const said = await kemp('flash', '--port', port, '--board', ESP32, '--node', 'base', '--network', network).finally(
      () => (process.stderr.isTTY = isTTY),
    );
    expect(said.out).toBe(`${port}: base: runs the new image, in slot a; its records are new\n`);
    expect(said.err).toMatch(/base .* \d+ of \d{6} octets, \d+ s/);
    expect(said.status).toBe(0);
    expect((await kemp('console', '--port', port, '-e', 'state')).out).toMatch(
      new RegExp(`^eui64=${plain('base')} short=0001 state=base\n$`),
    );
  });

  it('flashes with --all each mote for what it is: by its records, or while it is blank by the port of a node', async () => {
    const stranger = plugIn({ family: 'esp32' });
    const ports = ['base', 'm1'].map(motes.port);
    // Those that are attached, whatever else the system has.
    vi.spyOn(SerialPort, 'list').mockResolvedValue(
      [...ports, stranger.port].map((path) => ({ path, vendorId: '10c4' }) as never),
    );
    const said = await kemp('flash', '--all', '--board', ESP32, '--network', network);
    expect(said.out.split('\n').sort().slice(1)).toEqual(
      [
        `${ports[0]}: base: runs this image already, in slot a`,
        `${ports[1]}: m1: runs the new image, in slot a; its records are new`,
      ].sort(),
    );
    expect(said.err).toBe(
      `kemp: ${stranger.port}: a blank board: flash it alone, with --node, or give its node this port in the network file\n`,
    );
    expect(said.status).toBe(1);
    expect((await kemp('console', '--port', ports[1]!, '-e', 'state')).out).toContain(`eui64=${plain('m1')}`);
  });

  it('does not make another node of a mote in silence', async () => {
    const port = motes.port('m1');
    const wrong = await kemp('flash', '--port', port, '--board', ESP32, '--node', 'gone', '--network', network);
    expect(wrong.err).toBe(
      `kemp: ${port}: gone: this mote is ${findNode(hall, 'm1').eui64}, not ${findNode(hall, 'gone').eui64}: ` +
        'give --node for it, or --replace to make it another\n',
    );
    expect(wrong.status).toBe(1);
    const replaced = ['--node', 'gone', '--replace'];
    const said = await kemp('flash', '--port', port, '--board', ESP32, ...replaced, '--network', network);
    expect(said.out).toBe(`${port}: gone: runs this image already, in slot a; its records are new\n`);
    expect((await kemp('console', '--port', port, '-e', 'state')).out).toContain(`eui64=${plain('gone')}`);
  });

  it('says with --all which mote is no node of the network', async () => {
    const port = motes.port('base');
    const other = await fileOf(makeNetwork({ name: 'yard' }));
    const { status, err } = await kemp('flash', '--all', '--port', port, '--network', other);
    expect(err).toBe(
      `kemp: ${port}: this mote is ${findNode(hall, 'base').eui64}, no node of yard: flash it alone, with --node and --replace\n`,
    );
    expect(status).toBe(1);
  });
});

describe('kemp flash, on a board with an ESP8266', { timeout: 240_000 }, () => {
  // The second one is there to be two. No encoder, and hardware that has no noise: only a seed makes a mote of it.
  const motes = table(
    hall,
    ['r1', 'base'],
    replBoard(ESP8266, { encoder: false, lfsRoom: 1 << 19 }, { random: 'deaf' }),
  );
  afterAll(() => motes.end());

  it('puts the image into the flash store, where alone there is room for it, and seeds the mote', async () => {
    const port = motes.port('r1');
    const args = ['--port', port, '--board', ESP8266, '--node', 'r1', '--network', await fileOf(hall)];
    const refused = await kemp('flash', ...args);
    expect(refused.err).toMatch(
      new RegExp(
        `^kemp: ${port}: r1: expected \\d+ octets of heap for the code and what it holds, got 43000: give --luac`,
      ),
    );
    expect(refused.status).toBe(1);
    const said = await kemp('flash', ...args, '--luac', LUAC);
    expect(said.err).toBe('');
    expect(said.out).toBe(
      `${port}: this NodeMCU is built without the module encoder: all is sent in hexadecimal, which takes half as long again\n` +
        `${port}: r1: runs the new image, in slot a; its records are new\n`,
    );
    expect(said.status).toBe(0);
    expect((await kemp('console', '--port', port, '-e', 'state')).out).toContain('state=looking');
  });

  it('is no base station: that has room on an ESP32 alone', async () => {
    const port = motes.port('base');
    const where = ['--port', port, '--board', ESP8266, '--node', 'base', '--network', await fileOf(hall)];
    const { status, err, out } = await kemp('flash', ...where, '--luac', LUAC);
    expect(err).toMatch(
      new RegExp(
        `^kemp: ${port}: base: expected \\d{5} octets of heap for what a base of ${ESP8266} holds, got 43000: take a`,
      ),
    );
    expect([status, out]).toEqual([1, '']);
  });
});

describe('kemp flash, on a board that is not what it should be', { timeout: 60_000 }, () => {
  /** NodeMCU for an ESP32, as far as it is looked at: its boot loader lies at 0x1000. */
  const image = Buffer.alloc(50_000, 0xff).fill(0xe9, 0x1000, 0x9000);
  const firmware = join(folder, 'nodemcu.bin');
  beforeAll(() => writeFileSync(firmware, image));

  const wrong: [string, Build, string[], RegExp][] = [
    [
      'another family',
      { family: 'esp8266' },
      ['--board', ESP32],
      /: r1: expected an esp32, got an esp8266 \(chip \w+\): give the board that it is: --board/,
    ],
    [
      'another Lua',
      { family: 'esp32', lua: 'Lua 5.1' },
      ['--board', ESP32],
      /: r1: expected NodeMCU with Lua profile lua53, got .*: build NodeMCU with LUA=53/,
    ],
    [
      'no flash store',
      { family: 'esp8266' },
      ['--board', ESP8266, '--luac', LUAC],
      /: r1: expected NodeMCU with a Lua flash store \(LFS\), got none: build it with one/,
    ],
  ];
  it.each(wrong)('refuses %s, and sends nothing', async (_name, build, args, message) => {
    const board = plugIn(build);
    const network = await fileOf(hall);
    const { status, err, out } = await kemp(
      'flash',
      '--port',
      board.port,
      '--node',
      'r1',
      '--network',
      network,
      ...args,
    );
    expect(err.startsWith(`kemp: ${board.port}: r1: `)).toBe(true);
    expect(err).toMatch(message);
    expect([status, out]).toEqual([1, '']);
    expect(board.twin.files.content.size).toBe(0);
  });

  it('refuses a file system that has no room, on a board that resets when its port is opened', async () => {
    const board = plugIn({ family: 'esp32' }, { resetOnOpen: true });
    board.twin.files.room = 100_000;
    const { status, err } = await kemp('flash', '--port', board.port, '--board', ESP32, '--role', 'mote');
    expect(err).toMatch(
      new RegExp(`^kemp: ${board.port}: expected room for \\d{6} octets of files, got 100000 of 100000: remove files`),
    );
    expect(status).toBe(1);
  });

  it('says when the plug is pulled, and goes on from there', { timeout: 240_000 }, async () => {
    const before = plugIn({ family: 'esp32' });
    const args = ['--board', ESP32, '--role', 'mote'];
    const cut = kemp('flash', '--port', before.port, ...args);
    const part = (): number => before.twin.files.content.get('kemp-a.part')?.length ?? 0;
    await vi.waitUntil(() => part() > 20_000, { timeout: 60_000 });
    await before.pull();
    const lost = await cut;
    expect(lost.err).toMatch(
      new RegExp(`^kemp: ${before.port}: the port is gone \\(.*\\): plug the board in and do the same again`),
    );
    expect(lost.status).toBe(1);
    const had = part();

    const board = plugIn({ family: 'esp32' }, { files: before.twin.files.content });
    const sizes: number[] = [];
    board.twin.files.onChange = (change, name) => {
      if (change === 'write' && name === 'kemp-a.part') sizes.push(board.twin.files.content.get(name)!.length);
    };
    // It has no radio: the image comes whole, and does not start.
    const { status, err } = await kemp('flash', '--port', board.port, ...args);
    expect(sizes[0]).toBe(had);
    expect(err).toMatch(
      new RegExp(`^kemp: ${board.port}: slot a does not start: .*: the firmware that was there before runs again`),
    );
    expect(status).toBe(1);
  });

  it('flashes NodeMCU first where it is told to', { timeout: 120_000 }, async () => {
    const board = plugIn({ family: 'esp32' }, { download: true });
    board.twin.files.room = 100_000;
    const image = Buffer.alloc(50_000, 0xff);
    image.fill(0xe9, 0x1000, 0x9000);
    const path = join(folder, 'nodemcu.bin');
    writeFileSync(path, image);
    const { said, ended } = begin(
      'flash',
      '--port',
      board.port,
      '--firmware',
      path,
      '--board',
      ESP32,
      '--role',
      'mote',
    );
    // Who flashes it is told to press the button, and does.
    await vi.waitUntil(() => said.out.includes('press reset'), { timeout: 60_000 });
    expect(board.rom.flash.subarray(0, image.length).equals(image)).toBe(true);
    board.rom.reset(false);
    const { out, err, status } = await ended;
    expect(out).toBe(`${board.port}: NodeMCU is flashed: press reset to start it\n`);
    expect(err).toContain(`${board.port}: expected room for`);
    expect(status).toBe(1);
  });

  it('flashes NodeMCU first with --all, too, and finds out then who it is', { timeout: 120_000 }, async () => {
    const board = plugIn({ family: 'esp32' }, { download: true });
    board.twin.files.room = 100_000;
    const nodes = hall.nodes.map((node) => (node.name === 'm1' ? { ...node, port: board.port } : node));
    const args = ['--port', board.port, '--firmware', firmware, '--network', await fileOf({ ...hall, nodes })];
    const { said, ended } = begin('flash', '--all', ...args);
    await vi.waitUntil(() => said.out.includes('press reset'), { timeout: 60_000 });
    board.rom.reset(false);
    const { out, err, status } = await ended;
    expect(out).toBe(`${board.port}: NodeMCU is flashed: press reset to start it\n`);
    expect(err).toMatch(new RegExp(`^kemp: ${board.port}: m1: expected room for`));
    expect(status).toBe(1);
  });

  it('refuses a firmware for another family', { timeout: 60_000 }, async () => {
    const board = plugIn({ family: 'esp8266' }, { download: true });
    const { err, status } = await kemp('flash', '--port', board.port, '--firmware', firmware);
    expect(err).toMatch(new RegExp(`^kemp: ${board.port}: expected a firmware for this ESP8266, .*got another: give`));
    expect(status).toBe(1);
  });
});

describe('kemp flash, asked for what cannot be', () => {
  it.each([
    [['--node', 'm1'], 'expected one port, got', 2],
    [
      ['--node', 'x1', '--port', 'P'],
      'expected a node of the network hall, got x1: `kemp provision list` shows them',
      2,
    ],
    [
      ['--node', 'm1', '--role', 'base', '--port', 'P'],
      'm1: expected its role in the network, mote, got base: leave out --role',
      2,
    ],
    [['--node', 'r1', '--port', 'P'], 'expected a board: give --board, or name it in the network file', 2],
    [['--board', ESP32, '--port', 'P'], 'expected a role: give --role, or --node', 2],
    [['--node', 'm1', '--board', 'arduino', '--port', 'P'], 'Allowed choices are nodemcu-esp32-at86rf233', 2],
    [['--node', 'm1', '--luac', '/nowhere/luac', '--port', 'P'], 'expected an image of /nowhere/luac -f, got', 2],
    [['--node', 'm1', '--firmware', '/nowhere.bin', '--port', 'P'], 'expected a firmware of NodeMCU, got ENOENT', 2],
    [['--all', '--node', 'm1'], 'expected --all without --node and --role, which the network file has', 2],
    [['--node', 'm1', '--port', '/dev/none'], '/dev/none: cannot open the port', 1],
    [['--all', '--port', '/dev/none', '/dev/nil'], '/dev/nil: cannot open the port', 1],
  ])('refuses %j', async (args, message, status) => {
    vi.spyOn(SerialPort, 'list').mockResolvedValue([
      { path: '/dev/ttyUSB0', vendorId: '10c4' },
      { path: '/dev/ttyUSB1', vendorId: '10c4' },
    ] as never);
    const said = await kemp('flash', ...args, '--network', await fileOf(hall));
    expect(said.err).toContain(message);
    expect(said.status).toBe(status);
    expect(said.out).toBe('');
  });

  it('refuses a node that is retired, before it sends anything', async () => {
    const board = plugIn({ family: 'esp32' });
    const network = await fileOf(retire(hall, 'm1'));
    const { err, status } = await kemp('flash', '--port', board.port, '--node', 'm1', '--network', network);
    expect(err).toMatch(/^kemp: m1: retired on \d{4}-\d\d-\d\d: enrol a new node\n$/);
    expect(status).toBe(2);
  });

  it('needs the network file of a node, and its pass phrase', async () => {
    const absent = await kemp('flash', '--port', 'P', '--node', 'm1', '--network', join(folder, 'none.kemp'));
    expect(absent.err).toContain('none.kemp');
    expect(absent.status).toBe(2);
  });
});
