// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDecipheriv, createHash, scryptSync } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { loadNetwork, saveNetwork } from '../../../host/provision/file.ts';
import { checkedEui } from '../../../host/provision/checked.ts';
import { enrol, findNode, makeNetwork } from '../../../host/provision/network.ts';
import { kemp, type Said } from '../kemp.ts';

const folder = mkdtempSync(join(tmpdir(), 'kemp-provision-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const network = enrol(makeNetwork({ name: 'hall' }), [{ name: 'm1' }]);
const key = findNode(network, 'm1').key!;
const PHRASE = 'correct horse battery';

/** HChaCha20 (draft-irtf-cfrg-xchacha): what node:crypto lacks to open XChaCha20-Poly1305. */
function hchacha20(secret: Buffer, nonce: Buffer): Buffer {
  const x = new Uint32Array(16);
  x.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let i = 0; i < 8; i++) x[4 + i] = secret.readUInt32LE(4 * i);
  for (let i = 0; i < 4; i++) x[12 + i] = nonce.readUInt32LE(4 * i);
  const turn = (a: number, b: number, c: number, d: number): void => {
    for (const [to, from, by, left] of [
      [a, b, d, 16],
      [c, d, b, 12],
      [a, b, d, 8],
      [c, d, b, 7],
    ] as const) {
      x[to] += x[from];
      x[by] ^= x[to];
      x[by] = (x[by] << left) | (x[by] >>> (32 - left));
    }
  };
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) turn(i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++) turn(i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
  }
  const out = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((from, i) => out.writeUInt32LE(x[from], 4 * i));
  return out;
}

describe('the network file', () => {
  it('is encrypted, for its owner alone, and comes back under its pass phrase', async () => {
    const path = join(folder, 'a.kemp');
    await saveNetwork(path, network, PHRASE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).not.toMatch(new RegExp(key, 'i'));
    expect(await loadNetwork(path, () => PHRASE)).toEqual(network);
    await expect(loadNetwork(path, () => 'another phrase')).rejects.toThrow('expected its pass phrase');
  });

  it('opens by scrypt and ChaCha20-Poly1305 of node:crypto', async () => {
    const path = join(folder, 'b.kemp');
    await saveNetwork(path, network, PHRASE);
    const { format, version, kdf, nonce, sealed } = JSON.parse(readFileSync(path, 'utf8'));
    const cost = { N: kdf.N, r: kdf.r, p: kdf.p, maxmem: 2 ** 27 };
    const secret = scryptSync(PHRASE, Buffer.from(kdf.salt, 'hex'), 32, cost);
    const octets = Buffer.from(nonce, 'hex');
    const subNonce = Buffer.concat([Buffer.alloc(4), octets.subarray(16)]);
    const opener = createDecipheriv('chacha20-poly1305', hchacha20(secret, octets.subarray(0, 16)), subNonce, {
      authTagLength: 16,
    });
    const body = Buffer.from(sealed, 'base64');
    const header = JSON.stringify([format, version, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt, nonce]);
    opener.setAAD(Buffer.from(header), { plaintextLength: body.length - 16 });
    opener.setAuthTag(body.subarray(-16));
    const text = Buffer.concat([opener.update(body.subarray(0, -16)), opener.final()]).toString();
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(network)));
  });

  it('refuses a change of any part', { timeout: 60_000 }, async () => {
    const path = join(folder, 'c.kemp');
    await saveNetwork(path, network, PHRASE);
    const file = JSON.parse(readFileSync(path, 'utf8'));
    const changed = [
      { ...file, kdf: { ...file.kdf, N: 2 ** 14 } },
      { ...file, kdf: { ...file.kdf, salt: createHash('md5').digest('hex') } },
      { ...file, nonce: file.nonce.replace(/^./, (digit: string) => (digit === '0' ? '1' : '0')) },
      { ...file, sealed: file.sealed.replace(/^./, (digit: string) => (digit === 'A' ? 'B' : 'A')) },
    ];
    for (const one of changed) {
      writeFileSync(path, JSON.stringify(one));
      await expect(loadNetwork(path, () => PHRASE)).rejects.toThrow('or the file was changed');
    }
    writeFileSync(path, JSON.stringify({ ...file, kdf: { ...file.kdf, N: 2 ** 40 } }));
    await expect(loadNetwork(path, () => PHRASE)).rejects.toThrow('kdf.N');
  });

  it('is whole after a write that fails, and leaves no other file', async () => {
    const path = join(folder, 'sub', 'd.kemp');
    await expect(saveNetwork(path, network, PHRASE)).rejects.toThrow('expected a file that can be written');
    const before = readdirSync(folder);
    const old = readFileSync(join(folder, 'a.kemp'));
    await saveNetwork(join(folder, 'a.kemp'), network, PHRASE);
    expect(readdirSync(folder)).toEqual(before);
    expect(readFileSync(join(folder, 'a.kemp')).equals(old)).toBe(false);
  });

  it('is in the clear only if told so, and then not for others to read', async () => {
    const path = join(folder, 'e.kemp');
    await saveNetwork(path, network, undefined);
    const never = (): never => expect.fail('no pass phrase is needed');
    expect(await loadNetwork(path, never)).toEqual(network);
    chmodSync(path, 0o644);
    await expect(loadNetwork(path, never)).rejects.toThrow(`chmod 600 ${path}`);
  });
});

describe('kemp provision', () => {
  const provision = (...args: string[]): Promise<Said> =>
    kemp('provision', ...args, '--network', join(folder, 'cli.kemp'));

  it('shows keys only to who asks for them by name', { timeout: 60_000 }, async () => {
    vi.stubEnv('KEMP_PASSPHRASE', PHRASE);
    const eui = checkedEui('02:00:00:00:00:00:00:09');
    const said = [
      await provision('init', '--name', 'hall', '--keys', 'derived'),
      await provision('add', 'm1', '--eui', eui),
      await provision('list'),
      await provision('list', '--json'),
      await provision('export'),
      await provision('export', '--format', 'json'),
      await provision('rotate', 'm1'),
    ];
    const stored = await loadNetwork(join(folder, 'cli.kemp'), () => PHRASE);
    const now = findNode(stored, 'm1');
    expect(now).toMatchObject({ generation: 2, eui64: '02:00:00:00:00:00:00:09' });
    for (const { status, out, err } of said) {
      expect(err).toBe('');
      expect(status).toBe(0);
      for (const secret of [now.key!, stored.master!]) expect(out.replace(/\s/g, '')).not.toContain(secret);
      expect(out).not.toMatch(/\b[0-9A-F]{32}\b/);
    }
    expect((await provision('key', 'm1')).out.replace(/\s/g, '')).toContain(now.key);
    expect((await provision('export', '--include-keys')).out).toContain(now.key);
  });

  it('refuses what cannot be with status 2', async () => {
    vi.stubEnv('KEMP_PASSPHRASE', PHRASE);
    expect(await provision('add', 'm2', '--eui', '02:00:00:00:00:00:00:0A')).toMatchObject({
      status: 2,
      err: expect.stringContaining('without check digits'),
    });
    expect(await provision('init', '--name', 'hall')).toMatchObject({
      status: 2,
      err: expect.stringContaining('there is a network already'),
    });
    vi.stubEnv('KEMP_PASSPHRASE', undefined);
    expect(await provision('list')).toMatchObject({ status: 2, err: expect.stringContaining('--passphrase-file') });
  });
});
