// SPDX-License-Identifier: Apache-2.0
// The program as its users run it: capture, key log and result of a run on Lua. tshark reads and decrypts what was on air with
// the key log and nothing else.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultSchema } from '../../host/bench/result.ts';
import type { Result } from '../../host/bench/result.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Scenario, ScenarioFile } from '../../host/scenario/schema.ts';
import { describeWith, pathOf } from '../tools.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kemp-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

function kemp(...args: string[]): { status: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, ['dist/host/kemp.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

/** @returns path of a scenario file. */
function write(name: string, scenario: Scenario | ScenarioFile | string): string {
  writeFileSync(file(name), typeof scenario === 'string' ? scenario : JSON.stringify(scenario));
  return file(name);
}

describe('kemp bench', () => {
  const roaming = loadScenario('roaming');

  it('ends with status 1 and a plain sentence where a mote holds no key', () => {
    const motes = roaming.motes.map((mote) =>
      mote.name === 'm2' ? { ...mote, position: { x: 900, y: 0 }, waypoints: [] } : mote,
    );
    const path = write('far.json', { ...roaming, durationSeconds: 25, motes });
    const { status, err, out } = kemp('bench', '--scenario', path, '--vm', 'v8', '--quiet');
    expect(err).toBe('kemp: m2 holds no key at the end, after 25 s.\n');
    expect(out).toBe('');
    expect(status).toBe(1);
  });

  it.each([
    ['an unknown option', ['--loud'], /unknown option '--loud'/],
    [
      'a scenario that is not there',
      ['--scenario', 'nowhere'],
      /expected a scenario \(besieged, blackout, .*roaming, .*\) or .*, got nowhere/,
    ],
    ['an engine that is none', ['--vm', 'lua2'], /Allowed choices are fengari/],
    ['a seed that is none', ['--seed', '-1'], /expected a whole number/],
  ])('ends with status 2 for %s', (_, args, message) => {
    const { status, err } = kemp('bench', ...args);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\bat .*\.js:/);
    expect(status).toBe(2);
  });

  it('ends with status 2 for a scenario file with faults, and names each', () => {
    const [base, ...others] = roaming.motes;
    const faulty = { ...roaming, durationSeconds: 0, motes: [{ ...base, short: 'FFFF' }, ...others] };
    const { status, err } = kemp('bench', '--scenario', write('faulty.json', faulty as ScenarioFile));
    expect(err).toContain('durationSeconds: ');
    expect(err).toContain('motes[0].short: expected a short address from "0000" to "FFFD", got "FFFF"');
    expect(status).toBe(2);
    expect(kemp('bench', '--scenario', write('cut.json', '{ "name": ')).status).toBe(2);
  });
});

const FIELDS = [
  ...['frame.number', 'wpan.fcs_ok', 'wpan.aux_sec.sec_level', 'wpan.aux_sec.key_id_mode', 'wpan.aux_sec.key_index'],
  ...['wpan.key_number', 'wpan.decrypt_error', 'wpan.mpx.transfer_type', 'wpan.mpx.multiplex_id', 'wpan.mpx.kmp.id'],
  ...['wpan.mpx.kmp.vendor_oui', 'data.data', 'wpan.src16', 'wpan.dst16', 'wpan.frame_type', 'frame.time_epoch'],
];
type Row = Record<string, string>;

/** tshark with a configuration made of a key log as host/README.md says. */
function dissect(capture: string, keylog: string): Row[] {
  const config = mkdtempSync(join(folder, 'config-'));
  writeFileSync(join(config, 'ieee802154_keys'), keylog);
  const addresses = [...keylog.matchAll(/^# 802154_addresses: (.*)$/gm)].map(([, line]) => `${line}\n`);
  writeFileSync(join(config, '802154_addresses'), addresses.join(''));
  mkdirSync(join(config, 'home'));
  const off = ['6lowpan', 'zbee_nwk', 'lwm'].flatMap((name) => ['--disable-protocol', name]);
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const { status, stdout, stderr } = spawnSync(
    pathOf('tshark'),
    ['-n', '-r', capture, ...off, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=f', ...fields],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        WIRESHARK_CONFIG_DIR: config,
        HOME: join(config, 'home'),
        XDG_CONFIG_HOME: join(config, 'home'),
      },
      maxBuffer: 1 << 26,
    },
  );
  expect(status, stderr).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => Object.fromEntries(line.split('\t').map((value, i) => [FIELDS[i], value])));
}

describeWith('tshark', 'a run that kemp captured', () => {
  const [pcap, keys, json] = ['run.pcap', 'run.keys', 'run.json'].map(file);
  let result: Result;
  let rows: Row[];
  let keylog: string;
  beforeAll(() => {
    const scenario = write('short.json', { ...loadScenario('roaming'), durationSeconds: 75 });
    const { status, out, err } = kemp(
      'bench',
      '--scenario',
      scenario,
      '--pcap',
      pcap,
      '--keylog',
      keys,
      '--json',
      json,
    );
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(out).toContain('Handovers');
    result = resultSchema.parse(JSON.parse(readFileSync(json, 'utf8')));
    keylog = readFileSync(keys, 'utf8');
    rows = dissect(pcap, keylog);
  });

  const isSecured = (row: Row): boolean => row['wpan.aux_sec.sec_level'] !== '';
  const isMpx = (row: Row): boolean => row['wpan.mpx.transfer_type'] !== '';
  const isOpen = (row: Row): boolean => row['wpan.key_number'] !== '' && row['wpan.decrypt_error'] === '';
  const seconds = (row: Row): number => Number(row['frame.time_epoch']);

  it('has a result by the published schema, and a key log for its owner alone', () => {
    expect(result).toMatchObject({ schema: 1, scenario: 'roaming', vm: 'fengari' });
    expect(result.handovers.filter(({ mode }) => mode === 'predictive').length).toBeGreaterThanOrEqual(2);
    expect(statSync(keys).mode & 0o077).toBe(0);
    const frames = result.runs.reduce((sum, run) => sum + run.frames, 0);
    console.log(`${rows.length} captured transmissions; ${frames} key frames in ${result.runs.length} runs`);
  });

  it('has good FCS in every frame, level 6 and key identifier mode 1 in every secured one', () => {
    expect(rows.length).toBeGreaterThan(500);
    expect(rows.filter((row) => row['wpan.fcs_ok'] !== '1' && row['wpan.fcs_ok'] !== 'True')).toEqual([]);
    const modes = new Set(
      rows.filter(isSecured).map((row) => `${row['wpan.aux_sec.sec_level']} ${row['wpan.aux_sec.key_id_mode']}`),
    );
    expect([...modes].map((mode) => mode.split(' ').map(Number))).toEqual([[6, 1]]);
  });

  it('decrypts with its key log: every secured frame, those of each handover among them', () => {
    const secured = rows.filter(isSecured);
    expect(secured.length).toBeGreaterThan(150);
    expect(secured.filter((row) => !isOpen(row))).toEqual([]);
    for (const handover of result.handovers) {
      const [from, to] = [handover.atMs / 1000 - 1, handover.atMs / 1000 + 10];
      const around = secured.filter((row) => seconds(row) > from && seconds(row) < to);
      const short = loadScenario('roaming').motes.find(({ name }) => name === handover.mote)!.short!;
      const own = around.filter((row) => Number(row['wpan.src16']) === parseInt(short, 16));
      // CONFIRM and then readings: kind 1, sequence number, seconds since power on.
      expect(own.length).toBeGreaterThan(2);
      const readings = own.map((row) => row['data.data']).filter((data) => data !== '');
      expect(readings.length).toBeGreaterThan(1);
      for (const data of readings) expect(data).toMatch(/^01[0-9a-f]{12}$/);
      console.log(`handover of ${handover.mote} to ${handover.to}: ${own.length} secured frames of its own decrypted`);
    }
  });

  it('has KMP messages under the OUI of the documentation, plain and secured', () => {
    const messages = rows.filter(isMpx);
    const plain = messages.filter((row) => !isSecured(row));
    expect(plain.length).toBeGreaterThan(60);
    expect(messages.length - plain.length).toBeGreaterThan(8);
    for (const row of messages) {
      const numbers = ['transfer_type', 'multiplex_id', 'kmp.id', 'kmp.vendor_oui'].map((name) =>
        Number(row[`wpan.mpx.${name}`]),
      );
      expect(numbers).toEqual([1, 1, 255, 0xacde48]);
      expect(row['data.data']).toMatch(/^[1-8ef][4-7]/);
    }
    // All that is neither secured nor a message is an acknowledgement.
    const others = rows.filter((row) => !isSecured(row) && !isMpx(row));
    expect(new Set(others.map((row) => Number(row['wpan.frame_type'])))).toEqual(new Set([2]));
    console.log(
      `${plain.length} plain messages, ${messages.length - plain.length} secured ones, ${others.length} acknowledgements`,
    );
  });

  it('opens under no other key, and not for one who does not know who has which address', () => {
    const wrong = keylog.replaceAll(
      /^"(..)/gm,
      (_, first: string) => `"${(parseInt(first, 16) ^ 1).toString(16).padStart(2, '0')}`,
    );
    expect(wrong).not.toBe(keylog);
    expect(dissect(pcap, wrong).filter((row) => isSecured(row) && isOpen(row))).toEqual([]);
    const nameless = keylog.replaceAll(/^# 802154_addresses.*\n/gm, '');
    expect(dissect(pcap, nameless).filter((row) => isSecured(row) && isOpen(row))).toEqual([]);
  });
});
