// SPDX-License-Identifier: Apache-2.0
// The twin's traps: each breaks an uploader that does not know it. Those of luatool, nodemcu-tool and nodemcu-uploader did.
import { describe, expect, it } from 'vitest';
import type { CableOptions } from '../../../host/twin/repl/line.ts';
import type { Build } from '../../../host/twin/repl/console.ts';
import { openCable } from '../../../host/twin/repl/line.ts';
import { firmware, flashed, Rig } from './rig.ts';

const TEXT = 'print("[new]") -- a line of a program\n'.repeat(20);

/** Sends lines without looking at what comes back. @returns what there is of the file. */
function naive(build: Build, lines: readonly string[], cable: CableOptions = {}, room?: number): string | undefined {
  const rig = new Rig(build);
  if (room !== undefined) rig.twin.files.room = room;
  rig.twin.powerOn();
  rig.pass(1);
  const line = openCable(rig.clock, rig.twin, cable);
  for (const one of lines) {
    line.write(Buffer.from(`${one}\n`));
    rig.pass(0.01);
  }
  rig.pass(3);
  return rig.twin.files.content.get('x.lua');
}

/** As the tools of old did: a piece of the file in a line. */
function upload(octets: number, encoding: 'base64' | 'hex', decode: string, open = 'file'): string[] {
  const pieces = TEXT.match(new RegExp(`[^]{1,${octets}}`, 'g'))!;
  return [
    `f=${open}.open("x.lua","w")`,
    ...pieces.map((piece) => `f:write(${decode}("${Buffer.from(piece).toString(encoding)}"))`),
    'f:close()',
  ];
}

const GOOD = upload(120, 'base64', 'encoder.fromBase64');
const ESP8266: Build = { family: 'esp8266' };

describe('an uploader that does not know the trap', () => {
  it('works where there is none', () => {
    expect(naive(ESP8266, GOOD)).toBe(TEXT);
    expect(naive({ family: 'esp32' }, upload(120, 'base64', 'encoder.fromBase64', 'io'))).toBe(TEXT);
  });

  it('sends lines over 255 octets, which lose their head', () => {
    expect(naive(ESP8266, upload(180, 'base64', 'encoder.fromBase64'))).not.toBe(TEXT);
    // To the octet: 255 come through, 256 do not.
    const put = (octets: number): string[] => {
      const head = 'f=file.open("x.lua","w") f:write("';
      return [`${head}${'x'.repeat(octets - head.length - 2)}")`, 'f:close()'];
    };
    expect(naive(ESP8266, put(255))).toHaveLength(255 - 36);
    expect(naive(ESP8266, put(256))).toBeUndefined();
  });

  it('needs the module encoder', () => {
    expect(naive({ ...ESP8266, encoder: false }, GOOD)).toBe('');
  });

  it('takes file.open for granted, which the ESP32 does not have', () => {
    expect(naive({ family: 'esp32' }, GOOD)).toBeUndefined();
  });

  it('sends at once what a board that resets on opening does not hear', () => {
    expect(naive(ESP8266, GOOD, { resetOnOpen: true })).toBeUndefined();
  });

  it('renames onto a file, which stays what it was', () => {
    const rename = [...GOOD.map((line) => line.replace('x.lua', 'y.lua')), 'file.rename("y.lua","x.lua")'];
    const old = ['f=file.open("x.lua","w") f:write("old") f:close()'];
    expect(naive(ESP8266, [...old, ...rename])).toBe('old');
    expect(naive(ESP8266, rename)).toBe(TEXT);
  });

  it('does not look whether a write found room', () => {
    const there = naive(ESP8266, GOOD, {}, 512)!;
    expect(there.length).toBeLessThan(TEXT.length);
    expect(TEXT.startsWith(there)).toBe(true);
  });

  it('loses what a cable drops and doubles', () => {
    let count = 0;
    const drop = (octet: number): number[] => (++count % 700 === 0 ? [] : [octet]);
    expect(naive(ESP8266, GOOD, { toMote: drop })).not.toBe(TEXT);
    const double = (octet: number): number[] => (++count % 700 === 0 ? [octet, octet] : [octet]);
    expect(naive(ESP8266, GOOD, { toMote: double })).not.toBe(TEXT);
  });

  it('leaves half a file where the power is cut', () => {
    const rig = new Rig(ESP8266);
    rig.twin.powerOn();
    const line = openCable(rig.clock, rig.twin);
    for (const one of GOOD.slice(0, -1)) {
      line.write(Buffer.from(`${one}\n`));
      rig.pass(0.01);
    }
    expect(rig.twin.files.content.get('x.lua')).toBe(TEXT);
    rig.twin.powerOff();
    expect(rig.twin.files.content.get('x.lua')).toBe('');
  });
});

describe('kemp flash', () => {
  const next = firmware('new', 900);

  it.each([
    ['a bare NodeMCU', { family: 'esp8266' }, {}],
    ['a board that resets on opening', { family: 'esp8266' }, { resetOnOpen: true }],
    ['NodeMCU without encoder', { family: 'esp8266', encoder: false }, {}],
    ['NodeMCU without crypto', { family: 'esp8266', crypto: false }, {}],
  ] as const)('flashes %s', { timeout: 60_000 }, async (_name, build, cable) => {
    const rig = new Rig(build);
    rig.twin.powerOn();
    const notes: string[] = [];
    const note = (line: string): number => notes.push(line);
    expect(await rig.flash(next, { note }, cable)).toMatchObject({ slot: 'a', unchanged: false });
    expect(rig.boot()).toBe('new');
    const { encoder, crypto }: Build = build;
    const lacks = [...(encoder === false ? ['encoder'] : []), ...(crypto === false ? ['crypto'] : [])];
    expect(notes.map((line) => /^this NodeMCU is built without the module (\w+): /.exec(line)?.[1])).toEqual(lacks);
  });

  it('tells a mote that runs to reboot, and sends nothing twice', { timeout: 60_000 }, async () => {
    const rig = await flashed({ family: 'esp8266' }, firmware('old'));
    expect(await rig.flash(next)).toMatchObject({ slot: 'b', unchanged: false });
    expect(await rig.flash(next)).toMatchObject({ slot: 'b', unchanged: true });
    expect(await rig.flash(firmware('third'))).toMatchObject({ slot: 'a' });
    expect(rig.boot()).toBe('third');
  });

  it('goes on where an upload was cut', { timeout: 60_000 }, async () => {
    const rig = await flashed({ family: 'esp8266' }, firmware('old'));
    const long = firmware('new', 8000);
    const sent: number[] = [];
    const session = rig.plug();
    const { flashMote } = await import('../../../host/flash/flash.ts');
    const progress = (octets: number): number => sent.push(octets);
    await rig.settle(
      session.enter().then(() => flashMote(session, long, { progress })),
      () => sent.length === 40,
    );
    rig.boot();
    const again: number[] = [];
    expect(await rig.flash(long, { progress: (octets) => again.push(octets) })).toMatchObject({ slot: 'b' });
    expect(again[0]).toBeGreaterThan(4000);
    expect(rig.boot()).toBe('new');
  });

  it('runs the old firmware where the new one does not start, and says why', { timeout: 60_000 }, async () => {
    for (const wrong of ['error("no radio")', 'this is no Lua', 'tmr.create():nothing()']) {
      const rig = await flashed({ family: 'esp8266' }, firmware('old'));
      const content = Buffer.from(`print("[new]")\n${wrong}\n`);
      const result = await rig.flash({ ...next, content });
      expect((result as Error).message).toMatch(/^twin: slot b does not start: .*: the firmware that was there before/);
      rig.pass(3);
      expect(rig.boot()).toBe('old');
    }
  });

  it('runs the old firmware where the new one crashes later', { timeout: 60_000 }, async () => {
    const rig = await flashed({ family: 'esp8266' }, firmware('old'));
    const crash = 'print("[new]")\nlocal t=tmr.create() t:register(500,0,function() error("boom") end) t:start()\n';
    const result = await rig.flash({ ...next, content: Buffer.from(crash) });
    expect((result as Error).message).toContain('expected slot b to run, got slot a');
    expect(rig.boot()).toBe('old');
  });

  it.each([
    ['another family', { family: 'esp32' }, {}, 'expected an esp8266, got an esp32'],
    ['another Lua', { family: 'esp8266', lua: 'Lua 5.1' }, {}, 'expected NodeMCU with Lua profile lua53, got'],
    [
      'missing modules',
      { family: 'esp8266' },
      { modules: ['spi', 'wifi'] },
      'expected NodeMCU with the modules spi, wifi, got one without wifi: build it with them',
    ],
    [
      'too small a heap',
      { family: 'esp8266' },
      { codeOctets: 90_000 },
      'expected 91000 octets of heap for the code and what it holds, got 43000: give --luac',
    ],
    [
      'too small a heap for the role',
      { family: 'esp8266', lfsRoom: 1 << 17 },
      { kind: 'lfs', heapOctets: 50_000 },
      'expected 50000 octets of heap for what a mote of twin holds, got 43000: take a board with more',
    ],
    [
      'no flash store',
      { family: 'esp8266' },
      { kind: 'lfs' },
      'expected NodeMCU with a Lua flash store (LFS), got none',
    ],
  ] as const)('refuses %s, with port and next step', async (_name, build, change, message) => {
    const rig = new Rig(build as Build);
    rig.twin.powerOn();
    const result = (await rig.flash({ ...next, ...(change as object) })) as Error;
    expect(result.message).toContain(`twin: ${message}`);
    expect(rig.twin.files.content.size).toBe(0);
  });

  it('refuses a file system that is too small, and says so when it fills up', async () => {
    const rig = new Rig({ family: 'esp8266' });
    rig.twin.files.room = 4000;
    rig.twin.powerOn();
    expect(((await rig.flash(next)) as Error).message).toMatch(
      /^twin: expected room for \d+ octets of files, got 4000 of 4000: remove/,
    );
    const late = new Rig({ family: 'esp8266' });
    late.twin.files.room = 20_000;
    late.twin.powerOn();
    // It shrinks: pages that SPIFFS gave up.
    late.twin.files.onChanged = () => (late.twin.files.room = 600);
    expect(((await late.flash(next)) as Error).message).toMatch(/^twin: the file system is full: remove files/);
  });

  it('says when nobody answers', async () => {
    const rig = new Rig({ family: 'esp8266' });
    const result = (await rig.flash(next)) as Error;
    expect(result.message).toBe(
      'twin: no answer from a NodeMCU interpreter: press the reset button while `kemp flash` waits; ' +
        'if that does not help, flash NodeMCU with --firmware',
    );
  });

  it('keeps a foreign init.lua under another name', { timeout: 60_000 }, async () => {
    const rig = new Rig({ family: 'esp8266' });
    rig.twin.files.content.set('init.lua', 'print("[blink]")');
    rig.twin.powerOn();
    const notes: string[] = [];
    expect(await rig.flash(next, { note: (line) => notes.push(line) })).toMatchObject({ slot: 'a' });
    expect(rig.twin.files.content.get('init.old')).toBe('print("[blink]")');
    expect(notes).toEqual(['the init.lua that was there is now init.old']);
  });
});
