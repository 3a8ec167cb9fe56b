// SPDX-License-Identifier: Apache-2.0
// Frames built by firmware/mac as tshark reads and decrypts them: a judge that shares no line with us.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { JOB_DONE, JOB_RUNNING, step } from '../../crypto-core/index.ts';
import type { Words } from '../../crypto-core/tables.ts';
import { buildHeader } from '../../firmware/mac/build-header.ts';
import { fcsUpdate, putFcs } from '../../firmware/mac/fcs.ts';
import { fragmentCount, fragmentLength, fragmentStart, mpxRoom } from '../../firmware/mac/fragment.ts';
import { frameLength, micLength } from '../../firmware/mac/header.ts';
import { putMpxFragment, putMpxFull } from '../../firmware/mac/mpx.ts';
import { sealFrameBegin } from '../../firmware/mac/security.ts';
import { describeWith, pathOf } from '../tools.ts';
import { anyMhr, bytes, extended, headerOf, mhrOf, pansOf, short, type Mhr } from './support.ts';

const KEY = 'c0c1c2c3c4c5c6c7c8c9cacbcccdcecf';
const KEY_WORDS = Int32Array.from([0xc0c1c2c3, 0xc4c5c6c7, 0xc8c9cacb, 0xcccdcecf]) as unknown as Words;
const PAN = 0x4321;
/** Sender of every frame that is to be decrypted; its short address is told to tshark. */
const EUI = [0xacde4800, 0x00000002] as const;
const SHORT = 0xabcd;
const here = [short(PAN, SHORT), extended(PAN, ...EUI)];
const there = [short(PAN, 0x0001), extended(PAN, 0xacde4800, 1)];

/** A whole frame: MHR, payload, MIC, FCS. `put` writes the payload from `at` on and returns where it ends. */
function build(m: Mhr, put: (frame: Uint8Array, at: number) => number): Uint8Array {
  const frame = bytes('');
  const header = headerOf(m);
  const raw = frame as unknown as Uint8Array;
  const end = put(raw, buildHeader(frame, header));
  if (m.level > 0) {
    expect(sealFrameBegin(frame, header, end, KEY_WORDS, 0, EUI[0] | 0, EUI[1])).toBe(0);
    let outcome = step(9);
    while (outcome === JOB_RUNNING) outcome = step(9);
    expect(outcome).toBe(JOB_DONE);
  }
  const length = frameLength(header, end);
  putFcs(frame, length - 2, fcsUpdate(0, frame, 0, length - 2));
  return raw.slice(0, length);
}

const payload = (octets: Uint8Array) => (frame: Uint8Array, at: number) => {
  frame.set(octets, at);
  return at + octets.length;
};
const message = (body: Uint8Array) => (frame: Uint8Array, at: number) =>
  payload(body)(frame, putMpxFull(frame as never, at, body.length));

const FIELDS = [
  ...['frame_type', 'version', 'pending', 'ack_request', 'pan_id_compression', 'seqno_suppression', 'seq_no'],
  ...['dst_addr_mode', 'dst_pan', 'dst16', 'dst64', 'src_addr_mode', 'src_pan', 'src16', 'src64', 'fcs_ok'],
  ...['aux_sec.sec_level', 'aux_sec.key_id_mode', 'aux_sec.frame_counter', 'aux_sec.key_index'],
  ...['aux_sec.key_source.bytes', 'mic', 'key_number', 'decrypt_error', 'header_ie.ht1', 'header_ie.ht2'],
  ...['mpx.transfer_type', 'mpx.transaction_id', 'mpx.multiplex_id', 'mpx.fragment_number', 'mpx.total_frame_size'],
  ...['mpx.kmp.id', 'mpx.kmp.vendor_oui', 'mpx.fragment'],
].map((name) => `wpan.${name}`);

type Row = Record<string, string>;

/** Writes a capture (DLT 195: FCS included) and reads it by tshark. @returns one row of fields a frame. */
function dissect(frames: readonly Uint8Array[]): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'kemp-pcap-'));
  try {
    const start = Buffer.alloc(24);
    start.writeUInt32LE(0xa1b2c3d4, 0);
    start.writeUInt16LE(2, 4);
    start.writeUInt16LE(4, 6);
    start.writeUInt32LE(65535, 16);
    start.writeUInt32LE(195, 20);
    const packets = frames.flatMap((frame, i) => {
      const head = Buffer.alloc(16);
      head.writeUInt32LE(i, 0);
      head.writeUInt32LE(frame.length, 8);
      head.writeUInt32LE(frame.length, 12);
      return [head, frame];
    });
    const file = join(folder, 'frames.pcap');
    writeFileSync(file, Buffer.concat([start, ...packets]));
    const names = [...FIELDS, 'data.data', '_ws.expert.message'];
    const { status, stdout, stderr } = spawnSync(
      pathOf('tshark'),
      [
        ...['-n', '-r', file, '--disable-protocol', '6lowpan', '--disable-protocol', 'zbee_nwk'],
        // Key identifier mode 0 is looked up as index 0; the key source is not looked at.
        ...[0, 1].flatMap((index) => ['-o', `uat:ieee802154_keys:"${KEY}","${index}","No hash"`]),
        ...['-o', `uat:802154_addresses:"${SHORT.toString(16)}","${PAN.toString(16)}",acde480000000002`],
        ...['-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', ...names.flatMap((name) => ['-e', name])],
      ],
      { encoding: 'utf8', env: { ...process.env, HOME: folder }, maxBuffer: 1 << 26 },
    );
    expect(status, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBe(frames.length);
    return lines.map((line) => {
      const values = line.split('\t');
      return Object.fromEntries(names.map((name, i) => [name.replace('wpan.', ''), values[i] ?? '']));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const number = (text: string): number => (text === '' ? -1 : Number(text));
const hexEui = ([high, low]: readonly [number, number]): string =>
  [high, low]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('')
    .replace(/..(?!$)/g, '$&:');
const bool = (text: string): number => (text === '1' || text === 'True' ? 1 : 0);

/** What a row says of an MHR, and what it ought to say. */
function seen(row: Row) {
  return {
    type: number(row.frame_type),
    version: number(row.version),
    pending: bool(row.pending),
    ackRequest: bool(row.ack_request),
    compression: bool(row.pan_id_compression),
    suppressed: bool(row.seqno_suppression),
    sequence: number(row.seq_no),
    dst: [number(row.dst_addr_mode), number(row.dst16), row.dst64],
    // tshark adds the EUI-64 it was told to belong to a short address.
    src: [number(row.src_addr_mode), number(row.src16), row.src_addr_mode.endsWith('3') ? row.src64 : ''],
    level: number(row['aux_sec.sec_level']),
    keyMode: number(row['aux_sec.key_id_mode']),
    counter: number(row['aux_sec.frame_counter']),
    keyIndex: number(row['aux_sec.key_index']),
    fcs: bool(row.fcs_ok),
  };
}
function expected(m: Mhr) {
  const secured = m.level > 0;
  const address = (a: Mhr['dst']) => [a.mode, a.mode === 2 ? a.short : -1, a.mode === 3 ? hexEui(a.eui) : ''];
  return {
    type: m.type,
    version: m.version,
    pending: m.pending,
    ackRequest: m.ackRequest,
    compression: m.compression,
    suppressed: m.sequence < 0 ? 1 : 0,
    sequence: m.sequence,
    dst: address(m.dst),
    src: address(m.src),
    level: secured ? m.level : -1,
    keyMode: secured ? m.keyMode : -1,
    counter: secured ? m.counter : -1,
    keyIndex: secured && m.keyMode > 0 ? m.keyIndex : -1,
    fcs: 1,
  };
}

describeWith('tshark', 'tshark', () => {
  const body = Uint8Array.from({ length: 33 }, (_, i) => 0xa0 + i);
  const bodyHex = Buffer.from(body).toString('hex');

  const headers = fc.sample(anyMhr, { seed: 154, numRuns: 600 });
  const levels = [1, 2, 3, 5, 6, 7];
  const secured = [0, 1].flatMap((wide) =>
    levels.flatMap((level) =>
      [0, 1, 2, 3].map((keyMode) =>
        mhrOf({
          ...{ level, keyMode, keyIndex: keyMode === 0 ? 0 : 1, counter: 0x01020304, compression: 1 - wide },
          ...{
            dst: there[wide],
            src: here[wide],
            keySource: [keyMode === 3 ? 0x0a0b0c0d : 0, keyMode > 1 ? 0x01020304 : 0],
          },
        }),
      ),
    ),
  );
  const inMpx = secured.map((m) => ({ ...m, iePresent: 1, payloadIes: 1 }));
  const plainMpx = [0, 1].map((wide) =>
    mhrOf({ iePresent: 1, payloadIes: 1, compression: 1 - wide, dst: there[wide], src: here[wide] }),
  );
  const version1 = secured.map((m) => ({ ...m, version: 1 }));
  /** What KEMP's link frames are: short to short address, level 6, key identifier mode 1. */
  const LINK = 4 * levels.indexOf(6) + 1;
  const commands = [1, 2].map((version) => ({ ...secured[LINK], version, type: 3 }));

  const long = Uint8Array.from({ length: 224 }, (_, i) => (7 * i) & 255);
  const room = mpxRoom(80, 17, micLength(6));
  const pieces = Array.from({ length: fragmentCount(224, room) }, (_, i) => i);

  const groups = new Map<string, Row[]>();
  beforeAll(() => {
    const frames: [string, Uint8Array[]][] = [
      // The payload of a beacon or a command must look like one.
      ['headers', headers.map((m) => build(m, payload(m.payloadIes === 1 ? new Uint8Array(0) : bodyOf(m.type))))],
      ['secured data', secured.map((m) => build(m, payload(body)))],
      ['version 1', version1.map((m) => build(m, payload(body)))],
      ['MPX', inMpx.map((m) => build(m, message(body)))],
      ['plain MPX', plainMpx.map((m) => build(m, message(body)))],
      ['commands', commands.map((m) => build(m, payload(Uint8Array.of(0x04))))],
      ['fragments', pieces.map((i) => build({ ...inMpx[LINK], counter: 100 + i, sequence: i }, slice(i)))],
      ['forged', [build(inMpx[0], message(body)).map((octet, i, all) => (i === all.length - 3 ? octet ^ 1 : octet))]],
    ];
    const rows = dissect(frames.flatMap(([, list]) => list));
    let at = 0;
    for (const [name, list] of frames) {
      groups.set(name, rows.slice(at, at + list.length));
      at += list.length;
    }
  });
  const group = (name: string): Row[] => groups.get(name) ?? [];

  function bodyOf(type: number): Uint8Array {
    if (type === 0) return Uint8Array.of(0x55, 0xcf, 0, 0, 1, 2);
    return type === 3 ? Uint8Array.of(4) : Uint8Array.of(1, 2, 3);
  }
  function slice(i: number) {
    const length = fragmentLength(i, 224, room);
    const start = fragmentStart(i, room);
    return (frame: Uint8Array, at: number): number => {
      const to = putMpxFragment(frame as never, at, 21, i, pieces.length, 224, length);
      return payload(long.subarray(start, start + length))(frame, to);
    };
  }

  it('reads every field of 600 headers of all kinds as it was meant', () => {
    expect(group('headers').map(seen)).toEqual(headers.map(expected));
  });

  it('finds the PAN IDs and key sources where the tables have them', () => {
    group('headers').forEach((row, i) => {
      const m = headers[i];
      const pans = pansOf(m) ?? '';
      if (pans.includes('d')) expect(number(row.dst_pan)).toBe(m.dst.pan);
      if (pans.includes('s')) expect(number(row.src_pan)).toBe(m.src.pan);
      const source = hexEui(m.keySource)
        .replaceAll(':', '')
        .slice(m.keyMode === 2 ? 8 : 0);
      const onAir = Buffer.from(source, 'hex').reverse().toString('hex');
      expect(row['aux_sec.key_source.bytes'].replaceAll(/[ :]/g, '')).toBe(m.keyMode >= 2 ? onAir : '');
    });
  });

  it.each(['secured data', 'version 1'])('decrypts %s on every level, in every key identifier mode', (name) => {
    for (const row of group(name)) {
      // Only key_number says that a MIC fits: tshark shows the payload it got from a wrong key too.
      expect(row.key_number).not.toBe('');
      expect(row).toMatchObject({ decrypt_error: '', 'data.data': bodyHex });
    }
  });

  it('decrypts MPX frames, and finds KMP id and OUI in them', () => {
    expect(group('MPX').map(seen)).toEqual(inMpx.map(expected));
    for (const row of group('MPX')) expect(row.key_number).not.toBe('');
    for (const row of [...group('MPX'), ...group('plain MPX')]) {
      expect(row).toMatchObject({ decrypt_error: '', 'data.data': bodyHex, '_ws.expert.message': '' });
      const numbers = ['transfer_type', 'multiplex_id', 'kmp.id', 'kmp.vendor_oui'].map((f) => Number(row[`mpx.${f}`]));
      expect(numbers).toEqual([1, 1, 255, 0xacde48]);
    }
  });

  it('decrypts MAC commands, with the command ID open in version 1 and hidden in version 2', () => {
    for (const row of group('commands')) {
      expect(row.key_number).not.toBe('');
      expect(row.decrypt_error).toBe('');
    }
  });

  it('reads each fragment, and together they are the message', () => {
    const found = group('fragments');
    expect(found.map((row) => Number(row['mpx.transfer_type']))).toEqual([2, 2, 2, 2, 4]);
    expect(found.map((row) => Number(row['mpx.transaction_id']))).toEqual([21, 21, 21, 21, 21]);
    expect(found.map((row) => Number(row['mpx.fragment_number']))).toEqual([0, 1, 2, 3, 4]);
    expect(found.map((row) => row['mpx.total_frame_size'])).toEqual(['228', '', '', '', '']);
    expect([found[0]['mpx.kmp.id'], found[0]['mpx.kmp.vendor_oui']].map(Number)).toEqual([255, 0xacde48]);
    expect(found.map((row) => row['mpx.fragment'].replaceAll(/[ :]/g, '')).join('')).toBe(
      Buffer.from(long).toString('hex'),
    );
  });

  it('does not take a forged frame', () => {
    const [row] = group('forged');
    expect(row.key_number).toBe('');
    expect(row['mpx.transfer_type']).toBe('');
  });
});
