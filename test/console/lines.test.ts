// SPDX-License-Identifier: Apache-2.0
// The lines of docs/console.md: what `help` says is what the page says, each line answers, and in JSON the same.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { imagesOf } from '../../compiler/images.ts';
import { readBoard } from '../../compiler/boards.ts';
import { rollup } from 'rollup';
import type { OutputOptions } from 'rollup';
import { runBench } from '../../host/bench/run.ts';
import type { BenchHooks } from '../../host/bench/run.ts';
import { inRepository } from '../../host/root.ts';
import { twinBoards } from '../../host/twin/board.ts';
import type { Role } from '../../host/vm/open.ts';
import { openV8 } from '../../host/vm/v8.ts';
import { stand } from '../protocol/resets.ts';
import { BOARDS } from '../tools.ts';
import { Typist } from './typist.ts';

const PAGE = readFileSync(inRepository('docs', 'console.md'), 'utf8');
const { version } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as { version: string };

/** The rows of a table of the page, as `help` says them. */
function helpOf(section: string): string[] {
  const [, text] = new RegExp(`### ${section}\n([^]*?)(?=\n##)`).exec(PAGE)!;
  return [...text!.matchAll(/^\| `(.*?)` \| (.*) \|$/gm)].map(([, line, what]) => `${line}: ${what}`);
}

const ALL = helpOf('All roles');
const NODE = helpOf('A mote or a router');
const HELP: Record<Role, readonly string[]> = {
  mote: [...ALL, ...helpOf('A mote'), ...NODE],
  router: [...ALL, ...NODE],
  base: [...ALL, ...helpOf('The base station')],
};

/** Types lines at motes of a run at its 60th second, one after the other. @returns what each said */
function typed(lines: readonly (readonly [mote: string, line: string])[], hooks: BenchHooks = {}): string[][] {
  const answers = lines.map(() => [] as string[]);
  let at = 0;
  const own: BenchHooks = {
    onStart: (bench) =>
      lines.forEach(([mote, line], i) =>
        bench.at((60 + i) * 1e6, () => {
          at = i;
          bench.command(mote, line);
        }),
      ),
    onConsole: (_, row) => answers[at]!.push(row),
  };
  runBench({
    scenario: stand({ durationSeconds: 61 + lines.length, dataPeriodMs: 500 }),
    vm: 'v8',
    hooks: [own, hooks],
  });
  return answers;
}

describe.each(Object.keys(HELP) as Role[])('a %s', (role) => {
  it('says what the page says', () => {
    const typist = new Typist(role);
    const rows = typist.ask('help');
    expect(rows).toEqual([...HELP[role], 'Done']);
    expect(JSON.parse(typist.ask('help json')[0]!)).toEqual(HELP[role]);
  });

  it('answers each line that only reads with rows and Done, and as one line of JSON', () => {
    const typist = new Typist(role);
    for (const line of [
      'version',
      'state',
      'role',
      'neighbors',
      'keys',
      'counters',
      'channel',
      'power',
      'log',
      'echo',
      'heap',
    ]) {
      const rows = typist.ask(line);
      expect(rows.at(-1), line).toBe('Done');
      const answer = typist.ask(`${line} json`);
      expect(answer.at(-1), line).toBe('Done');
      expect(answer, line).toHaveLength(2);
      const fields = rows
        .slice(0, -1)
        .map((row) => Object.fromEntries(row.split(' ').map((field) => field.split('='))));
      const parsed = JSON.parse(answer[0]!) as object;
      const plain = [parsed]
        .flat()
        .map((one) => Object.fromEntries(Object.entries(one).map(([k, v]) => [k, String(v)])));
      expect(plain, line).toEqual(fields);
    }
    expect(typist.ask('version')[0]).toBe(`version=${version} board=bench role=${role}`);
  });

  it('takes nothing but the whole line', () => {
    const typist = new Typist(role);
    for (const line of ['key', 'keyss', 'KEYS', 'x', 'json', 'keys=', '~', '\u00e9']) {
      expect(typist.ask(line), line).toEqual(['Error 1: UnknownCommand']);
    }
    for (const line of [
      ...['keys x', 'keys json x', 'help me', 'reboot now', 'factoryreset', 'factoryreset x', 'heap 1'],
    ])
      expect(typist.ask(line), line).toEqual(['Error 3: InvalidArgument']);
    for (const line of [
      'channel 10',
      'channel 27',
      'channel x',
      'channel 1234567',
      'log all',
      'echo maybe',
      'power x',
      'power -',
    ])
      expect(typist.ask(line), line).toEqual(['Error 3: InvalidArgument']);
    expect(typist.ask('ping 00')).toEqual(['Error 3: InvalidArgument']);
    expect(typist.ask('ping 0009')).toEqual(['Error 5: UnknownNode']);
    expect(typist.restarts).toBe(0);
  });

  it('takes CR, LF and both, backspace, many spaces, and lines that come before the answer', () => {
    const typist = new Typist(role);
    const said = (text: string): string[] => {
      typist.said = '';
      typist.type(Buffer.from(text));
      return typist.said.split('\n').filter(Boolean);
    };
    const own = [`role=${role}`, 'Done'];
    expect(said('role\r')).toEqual(own);
    expect(said('\n')).toEqual([]);
    expect(said('role\r\n')).toEqual(own);
    expect(said('rx\bole\n')).toEqual(own);
    expect(said('xy\x7f\x7f\x7frole\n')).toEqual(own);
    expect(said('   role \t  \n')).toEqual(own);
    expect(said('role\nrole\r\nrole\r')).toEqual([...own, ...own, ...own]);
    expect(said(`${'x'.repeat(500)}\nrole\n`)).toEqual(['Error 4: LineTooLong', ...own]);
    // 190 octets of lines wait; each is answered or counted.
    const flood = said('role\n'.repeat(200));
    expect(flood.length).toBeGreaterThan(2 * 30);
    expect(
      flood.filter((row) => row === 'Done').length + flood.filter((row) => row.startsWith('Error')).length,
    ).toBeGreaterThan(30);
    expect(said('role\n')).toEqual(own);
  });

  it('shows what is typed where it is told to, and ends rows by CR LF there', () => {
    const typist = new Typist(role);
    typist.ask('echo on');
    typist.said = '';
    typist.type(Buffer.from('rol\bxe\b\be\n'));
    expect(typist.said).toContain('rol\b \bxe\b \b\b \be\r\n');
    typist.type(Buffer.from('role\n'));
    expect(typist.said).toContain(`role\r\nrole=${role}\r\nDone\r\n`);
  });

  it('answers without an identity, too', () => {
    const typist = new Typist(role, { provisioned: false });
    expect(typist.ask('state')).toEqual(['state=unprovisioned', 'Done']);
    expect(typist.ask('role')).toEqual([`role=${role}`, 'Done']);
    expect(typist.ask('channel 15')).toEqual(['Error 2: Refused']);
    expect(typist.ask('reboot')).toEqual(['Done']);
    expect(typist.ask('factoryreset confirm')).toEqual(['Done']);
    expect(typist.restarts).toBe(2);
  });
});

describe('a network', () => {
  it('answers each line of a node', () => {
    const [state, neighbors, keys, ping, pong, send, refresh, power, low, channel] = typed([
      ['m1', 'state'],
      ['m1', 'neighbors json'],
      ['m1', 'keys json'],
      ['m1', 'ping'],
      ['r1', 'ping 0001'],
      ['m1', 'send 0a0B0c'],
      ['m1', 'refresh'],
      ['m1', 'power'],
      ['m1', 'power -9'],
      ['r1', 'channel'],
    ]);
    expect(state![0]).toMatch(/^eui64=[0-9a-f]{16} short=0021 state=joined parent=[0-9a-f]{16}$/);
    const parent = /parent=(\w+)/.exec(state![0]!)![1]!;
    const routers = JSON.parse(neighbors![0]!) as { eui64: string; quality: number; left: number }[];
    expect(routers.find(({ eui64 }) => eui64 === parent)!.left).toBeGreaterThan(0);
    const held = JSON.parse(keys![0]!) as { peer: string; state: string; left: number }[];
    expect(held.find(({ peer }) => peer === parent)).toMatchObject({ state: 'live' });
    expect(keys!.join()).not.toMatch(/secret|key"/);
    expect(ping).toEqual([expect.stringMatching(new RegExp(`^peer=${parent} ms=\\d+$`)), 'Done']);
    expect(pong!.at(-1)).toBe('Done');
    for (const done of [send, refresh, low]) expect(done).toEqual(['Done']);
    expect(power).toEqual(['dbm=0', 'Done']);
    expect(channel).toEqual(['channel=26', 'Done']);
  });

  it('hands over on request, and says what happens where that is wanted', () => {
    const answers = typed([
      ['m1', 'log events'],
      ['base', 'log events'],
      ['m1', 'handover'],
      ['m1', 'handover 0099'],
      ['m1', 'log none'],
      ['base', 'log none'],
    ]);
    expect(answers[2]![0]).toBe('Done');
    const later = answers.flat();
    expect(later.find((row) => row.startsWith('~ handed over to ') || row.startsWith('~ returned to '))).toBeDefined();
    expect(later.find((row) => /^~ reading from [0-9a-f]{16} octets=4$/.test(row))).toBeDefined();
    expect(answers[3]).toContain('Error 5: UnknownNode');
  });

  it('answers each line of the base station', () => {
    const answers = typed([
      ['base', 'nodes json'],
      ['base', 'where 0021'],
      ['base', 'where 0021 json'],
      ['base', 'down 0021 0102'],
      ['base', 'revoke 0021'],
      ['base', 'nodes'],
      ['base', 'enrol 0021'],
      ['base', 'revoke 0021 compromised'],
      ['base', 'enrol 0021'],
      ['base', 'revoke 0099'],
      ['base', 'where'],
    ]);
    const nodes = JSON.parse(answers[0]![0]!) as { short: string; state: string }[];
    expect(nodes.find(({ short }) => short === '0021')).toMatchObject({ state: 'keyed' });
    expect(answers[1]!.length).toBeGreaterThanOrEqual(2);
    for (const row of answers[1]!.slice(0, -1)) expect(row).toMatch(/^via=[0-9a-f]{16}$/);
    expect((JSON.parse(answers[2]![0]!) as object[]).length).toBe(answers[1]!.length - 1);
    expect(answers[3]).toEqual(['Done']);
    expect(answers[4]).toEqual(['Done']);
    expect(answers[5]!.find((row) => row.includes('short=0021'))).toContain('state=revoked');
    expect(answers[6]).toEqual(['Done']);
    expect(answers[7]).toEqual(['Done']);
    expect(answers.slice(8)).toEqual([['Error 2: Refused'], ['Error 5: UnknownNode'], ['Error 3: InvalidArgument']]);
  });

  it('starts again, and forgets, where it is told to', () => {
    const power: string[] = [];
    let flash = -1;
    typed(
      [
        ['m1', 'reboot'],
        ['m1', 'role'],
        ['m1', 'factoryreset confirm'],
        ['m1', 'state'],
      ],
      {
        onPower: (mote, on) => void (mote === 'm1' && power.push(on ? 'on' : 'off')),
        onStart: (bench) => bench.at(63.5e6, () => (flash = bench.flash('m1').size)),
      },
    );
    expect(power).toEqual(['on', 'off', 'on', 'off', 'on']);
    expect(flash).toBe(0);
  });
});

describe('key octets', { timeout: 180_000 }, () => {
  /** The image of a mote, in Lua and in JavaScript. */
  async function imageOf(debug: boolean): Promise<{ lua: string; js: string }> {
    const images = imagesOf({ ...readBoard('bench'), roles: ['mote'], debug, imageBytes: { mote: 1e6 } });
    const bundle = await rollup(images[0]!);
    const { output } = await bundle.generate(images[0]!.output as OutputOptions);
    const textOf = (end: string): string => {
      const asset = output.find(({ fileName }) => fileName.endsWith(end));
      return asset?.type === 'asset' ? String(asset.source) : asset!.code;
    };
    return { lua: textOf('mote.lua'), js: textOf('mote.js') };
  }

  it('can be asked for in a debug image, which says so', async () => {
    const { lua, js } = await imageOf(true);
    expect(lua).toContain('keylog');
    const typist = new Typist('mote', { vm: openV8(js, 'mote.js') });
    const own = helpOf('A debug image');
    expect(own).toHaveLength(1);
    const all = HELP.mote;
    expect(typist.ask('help')).toEqual([...all.slice(0, ALL.length), ...own, ...all.slice(ALL.length), 'Done']);
    expect(typist.ask('keylog')).toEqual(['keylog=off', 'Done']);
    expect(typist.ask('keylog on')).toEqual(['Done']);
    expect(typist.ask('keylog json')).toEqual(['{"keylog":"on"}', 'Done']);
    expect(typist.ask('keylog perhaps')).toEqual(['Error 3: InvalidArgument']);
    expect(typist.ask('keylog off')).toEqual(['Done']);
    expect(typist.ask('keylog')).toEqual(['keylog=off', 'Done']);
  });

  it('cannot in others: the code is not there', async () => {
    const { lua } = await imageOf(false);
    expect(lua).toContain('factoryreset');
    expect(lua).not.toContain('keylog');
    // And so in those that were built.
    for (const board of [...Object.values(BOARDS), ...twinBoards()])
      for (const role of Object.keys(HELP))
        expect(readFileSync(inRepository('dist', board, `${role}.lua`), 'utf8')).not.toContain('keylog');
    for (const role of Object.keys(HELP) as Role[])
      for (const line of ['keylog', 'keylog on', 'keylog json'])
        expect(new Typist(role).ask(line)).toEqual(['Error 1: UnknownCommand']);
  });
});
