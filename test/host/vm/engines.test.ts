// SPDX-License-Identifier: Apache-2.0
// Every engine carries the same words and octets both ways, and says what went wrong inside.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { COMMAND, INIT, POSTED, PRELOAD, RECEIVE, SENT, START } from '../../../host/vm/abi.ts';
import { openFengari } from '../../../host/vm/fengari.ts';
import type { MoteVm } from '../../../host/vm/mote-vm.ts';
import { openNative } from '../../../host/vm/native.ts';
import { imageOf, vmFactory } from '../../../host/vm/open.ts';
import { openV8 } from '../../../host/vm/v8.ts';
import { describeWith, pathOf } from '../../tools.ts';

const TOY = fileURLToPath(new URL('toy.lua', import.meta.url));

let vm: MoteVm | undefined;
afterEach(() => {
  vm?.close();
  vm = undefined;
});

function step(mote: MoteVm, op: number, ...args: number[]): number[] {
  mote.inbox.set([op, 1234, 56, ...args]);
  return [...mote.outbox.subarray(0, mote.step(3 + args.length))];
}

/** What an engine must do with the toy image. */
function carries(open: () => MoteVm): void {
  it('carries words of all sizes both ways', () => {
    vm = open();
    expect(step(vm, INIT, -1, 0x7fffffff, -0x80000000, 256)).toEqual([5, 1234, 56, -1, 0x7fffffff, -0x80000000, 256]);
    expect(step(vm, START)).toEqual([7, 65535, 65534, -0x80000000, 0x7fffffff, 8, 3]);
    const words = Array.from({ length: 64 }, (_, i) => (i * 0x9e3779b9) | 0);
    expect(step(vm, PRELOAD, 16, 64, ...words)).toEqual([4, 16, 64, ...words]);
  });

  it('carries frames of every octet', () => {
    vm = open();
    for (const length of [5, 127]) {
      const frame = Uint8Array.from({ length }, (_, i) => (i * 37 + 11) & 255);
      vm.rxFrame.set(frame);
      expect(step(vm, RECEIVE, length, 200)).toEqual([1, length, 5, 200, 0, 0, 0, 0, 0]);
      expect(vm.txFrame.slice(0, length)).toEqual(frame.slice().reverse());
    }
  });

  it('carries console lines, line ends and all', () => {
    vm = open();
    const line = Buffer.from('key show \r\n\0\x1a\xff', 'latin1');
    vm.rxLine.set(line);
    expect(step(vm, COMMAND, line.length)).toEqual([...line].flatMap((octet) => [6, octet]));
  });

  it('gives the message and the place of an error', () => {
    vm = open();
    expect(() => step(vm!, SENT, 0)).toThrow(/toy\.lua:\d+: the toy fails, as it was told[^]*traceback/);
  });

  it('ends a step that does not end by itself', () => {
    vm = open();
    expect(() => step(vm!, POSTED)).toThrow('the step does not end');
  });
}

describe('fengari', () => carries(() => openFengari(readFileSync(TOY), TOY)));

for (const name of ['lua5.1', 'lua5.3', 'lua5.4'] as const) {
  describeWith(name, name, () => {
    carries(() => openNative(pathOf(name), TOY));

    it('stays dead once it died', () => {
      vm = openNative(pathOf(name), TOY);
      expect(() => step(vm!, SENT, 0)).toThrow('as it was told');
      expect(() => step(vm!, START)).toThrow('as it was told');
    });
  });
}

describe('v8', () => {
  const code = `exports.inbox = new Int32Array(80);
    exports.outbox = new Int32Array(512);
    exports.rxFrame = new Uint8Array(128);
    exports.txFrame = new Uint8Array(128);
    exports.rxLine = new Uint8Array(256);
    let steps = 0;
    exports.step = () => {
      exports.outbox[0] = 8;
      exports.outbox[1] = ++steps + exports.inbox[0];
      return 2;
    };`;

  it('runs the chunk anew for each mote', () => {
    vm = openV8(code, 'toy.js');
    const other = openV8(code, 'toy.js');
    expect(step(vm, COMMAND)).toEqual([8, 1 + COMMAND]);
    expect(step(vm, COMMAND)).toEqual([8, 2 + COMMAND]);
    expect(step(other, COMMAND)).toEqual([8, 1 + COMMAND]);
  });

  it('refuses a chunk that does not keep to the ABI', () => {
    expect(() => openV8(code.replace('Int32Array(512)', 'Int32Array(8)'), 'toy.js')).toThrow(
      'expected toy.js to export outbox, a Int32Array(512)',
    );
    expect(() => openV8(code.replace('exports.step', 'const step'), 'toy.js')).toThrow('a function step');
  });
});

describe('a chunk that does not keep to the ABI', () => {
  it.each([
    ['returns nothing', 'local x = 1', 'to return a table'],
    ['has a short table', 'return { inbox = { [0] = 0, 1, 2 } }', 'inbox to have 80 entries from 0, got 3'],
    ['has no inbox', 'return {}', 'to have a table inbox'],
    ['is no Lua', 'return return', 'unexpected symbol'],
  ])('%s', (_, code, message) => {
    expect(() => openFengari(Buffer.from(code), 'bad.lua')).toThrow(message);
  });
});

describe('what is missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kemp-path-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => void vi.unstubAllEnvs());

  it.each([
    ['lua5.1', 'lua5.1 lua-bitop'],
    ['lua5.3', 'lua5.3'],
    ['lua5.4', 'lua5.4'],
  ] as const)('%s is named with its Debian package', (name, packages) => {
    vi.stubEnv('PATH', folder);
    expect(() => vmFactory(name)).toThrow(`${name} is not installed: apt-get install ${packages},`);
  });

  it('lua5.1 without its bit library counts as missing', () => {
    for (const tool of ['lua5.1', 'timeout']) writeFileSync(join(folder, tool), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    vi.stubEnv('PATH', folder);
    expect(() => vmFactory('lua5.1')).toThrow('apt-get install lua5.1 lua-bitop');
  });

  it('each engine has an image of its own profile', () => {
    expect(imageOf('fengari', 'mote')).toBe('dist/bench/mote.lua');
    expect(imageOf('v8', 'base')).toBe('dist/bench/base.js');
    expect(imageOf('lua5.1', 'router')).toBe('dist/bench-lua51/router.lua');
    expect(imageOf('lua5.4', 'router')).toBe('dist/bench-lua53w/router.lua');
  });
});
