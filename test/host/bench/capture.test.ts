// SPDX-License-Identifier: Apache-2.0
// Captures and key logs: the octets, and that tshark takes them.
import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addressLines, keylogLines } from '../../../host/bench/keylog.ts';
import { pcapHeader, pcapRecord } from '../../../host/bench/pcap.ts';
import { immAck, withFcs } from '../../../host/medium/frame.ts';
import { describeWith, pathOf } from '../../tools.ts';
import { row } from './toys.ts';

const KEY = '00112233445566778899aabbccddeeff';

describe('pcap', () => {
  it('begins with 24 octets that say microseconds and link type 195', () => {
    expect(pcapHeader().toString('hex')).toBe(
      'd4c3b2a1' + '02000400' + '00000000' + '00000000' + '00010000' + 'c3000000',
    );
  });

  it('has 16 octets before each frame: seconds, microseconds, length twice', () => {
    const octets = immAck(7);
    const record = pcapRecord({ start: 3_000_042, octets });
    expect(record.toString('hex')).toBe(
      '03000000' + '2a000000' + '05000000' + '05000000' + Buffer.from(octets).toString('hex'),
    );
  });
});

describe('key log', () => {
  it('is a row of Wireshark after a line that names the motes', () => {
    expect(keylogLines({ key: KEY, index: 4, motes: ['base', 'n'] })).toBe(`# base n\n"${KEY}","4","No hash"\n`);
  });

  it('begins with who has which short address', () => {
    const [first] = addressLines(row({ n: 'mote' })).split('\n');
    expect(first).toBe('# 802154_addresses: "0001","abcd",acde480000000001');
  });
});

/** A version 1 data frame from 0002 to 0001, level 6, key index 4, as IEEE 802.15.4 9.3 secures it. */
function securedFrame(): Uint8Array {
  const header = Buffer.from('69' + '98' + '05' + 'cdab' + '0100' + '0200' + '0e' + '0b000000' + '04', 'hex');
  const nonce = Buffer.from('acde480000000002' + '0000000b' + '06', 'hex');
  const cipher = createCipheriv('aes-128-ccm', Buffer.from(KEY, 'hex'), nonce, { authTagLength: 8 });
  cipher.setAAD(header, { plaintextLength: 5 });
  const sealed = Buffer.concat([cipher.update('hello'), cipher.final()]);
  return withFcs(Buffer.concat([header, sealed, cipher.getAuthTag()]));
}

describeWith('tshark', 'tshark reads a capture with the key log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kemp-capture-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const capture = join(folder, 'x.pcap');
  const frame = pcapRecord({ start: 1_500_000, octets: securedFrame() });
  writeFileSync(capture, Buffer.concat([pcapHeader(), frame, pcapRecord({ start: 1_502_000, octets: immAck(5) })]));

  const FIELDS = ['frame.time_epoch', 'wpan.frame_type', 'wpan.fcs_ok', 'wpan.key_number', 'data.data'];
  function read(options: readonly string[], env: NodeJS.ProcessEnv): string[] {
    const fields = FIELDS.flatMap((field) => ['-e', field]);
    const plain = ['--disable-protocol', '6lowpan', '--disable-protocol', 'zbee_nwk'];
    const args = ['-n', '-r', capture, ...options, ...plain, '-T', 'fields', '-E', 'separator=|', ...fields];
    const text = execFileSync(pathOf('tshark'), args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.toString().trim().split('\n');
  }
  const log = addressLines(row({ n: 'mote' })) + keylogLines({ key: KEY, index: 4, motes: ['base', 'n'] });
  const expected = ['1.500000000|0x0001|1|0|68656c6c6f', '1.502000000|0x0002|1||'];

  it('as the file ieee802154_keys of its configuration, comments and all', () => {
    const config = join(folder, 'config');
    mkdirSync(config);
    writeFileSync(join(config, 'ieee802154_keys'), log);
    const addresses = [...log.matchAll(/^# 802154_addresses: (.*)$/gm)].map(([, line]) => line).join('\n');
    writeFileSync(join(config, '802154_addresses'), `${addresses}\n`);
    expect(read([], { WIRESHARK_CONFIG_DIR: config, HOME: folder, XDG_CONFIG_HOME: folder })).toEqual(expected);
  });

  it('as options made of its lines', () => {
    const keys = log.split('\n').filter((line) => line.startsWith('"'));
    const addresses = [...log.matchAll(/^# 802154_addresses: (.*)$/gm)].map(([, line]) => line);
    const options = [
      ...keys.flatMap((line) => ['-o', `uat:ieee802154_keys:${line}`]),
      ...addresses.flatMap((line) => ['-o', `uat:802154_addresses:${line}`]),
    ];
    expect(read(options, { HOME: folder, XDG_CONFIG_HOME: folder })).toEqual(expected);
  });

  it('and not without it', () => {
    expect(read([], { HOME: folder, XDG_CONFIG_HOME: folder })[0]).toMatch(/^1.500000000\|0x0001\|1\|\|/);
  });
});
