// SPDX-License-Identifier: Apache-2.0
// What `kemp doctor` makes of motes that are not well, and of what is no mote: each is said, with how to mend it.
import { afterEach, expect, it, vi } from 'vitest';
import { runCli } from '../../../host/cli.ts';
import type { Finding } from '../../../host/console/doctor.ts';
import { openPty } from '../../../host/serial/pty.ts';

afterEach(() => void vi.restoreAllMocks());

/** Examines what answers a line with these rows. @returns what is not good, by what was found */
async function ills(
  answers: (line: string) => string,
): Promise<{ status: number; found: Map<string, string>; err: string }> {
  const board = openPty();
  let typed = '';
  board.onData((octets) => {
    typed += Buffer.from(octets).toString('latin1');
    for (let end = typed.indexOf('\n'); end >= 0; end = typed.indexOf('\n')) {
      const line = typed.slice(0, end);
      typed = typed.slice(end + 1);
      if (line !== '') board.write(Buffer.from(answers(line)));
    }
  });
  let out = '';
  let err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  const status = await runCli(['doctor', '--port', board.path, '--json']);
  vi.restoreAllMocks();
  await board.close();
  const { port, findings } = JSON.parse(out) as { port: string; findings: Finding[] };
  expect(port).toBe(board.path);
  if (status !== 0) expect(err).toMatch(new RegExp(`^kemp: ${board.path}: \\d to mend, see above\n$`));
  return { status, err, found: new Map(findings.filter(({ good }) => !good).map(({ what, mend }) => [what, mend!])) };
}

/** A mote's console. */
function mote(state: string, heap: string): (line: string) => string {
  return (line) => {
    if (line === 'version') return 'version=0.1.0 board=x role=mote\nDone\n';
    if (line === 'state json') return `${state}\nDone\n`;
    return line === 'heap json' ? `${heap}\nDone\n` : 'Error 1: UnknownCommand\n';
  };
}

const JOINED = '{"eui64":"acde480000000021","short":"0021","state":"joined","parent":"acde480000000011"}';

it('finds nothing wrong with a mote that has joined', async () => {
  expect(await ills(mote(JOINED, '{"free":20000}'))).toMatchObject({ status: 0, err: '', found: new Map() });
  expect((await ills(mote(JOINED, '{"free":0}'))).status).toBe(0);
});

it.each([
  [
    'without an identity',
    mote('{"state":"unprovisioned"}', '{"free":20000}'),
    'it has no identity',
    'kemp provision, then kemp flash',
  ],
  [
    'that finds no router',
    mote(JOINED.replace('joined', 'looking'), '{"free":20000}'),
    'it finds no router',
    '`channel`',
  ],
  ['short of memory', mote(JOINED, '{"free":3000}'), '3000 octets of memory are free', '--luac'],
  ['of another version', () => 'Error 1: UnknownCommand\n', 'a console that has no `version`', 'kemp flash'],
  ['that is none', () => 'AT OK\r\n', /^an answer that is neither a mote's nor NodeMCU's: "AT OK/, 'flash NodeMCU'],
])('says what is wrong with a mote %s', { timeout: 20_000 }, async (_, answers, what, mend) => {
  const { status, found } = await ills(answers);
  expect(status).toBe(1);
  expect([...found.keys()]).toEqual([expect.stringMatching(what)]);
  expect([...found.values()][0]).toContain(mend);
});
