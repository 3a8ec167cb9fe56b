// SPDX-License-Identifier: Apache-2.0
// The library as built: dist/crypto-core/, for npm and for plain Lua, against OpenSSL and @noble/ciphers.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeOn, runLua, VMS, type Profile } from '../tools.ts';
import { maced, samples, sealed, sealJobs } from './oracle.ts';
import type { Job } from './engines.ts';

interface Library {
  ccm: {
    seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, tagLength: number): Uint8Array;
    open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array, tagLength: number): Uint8Array | null;
  };
  aes: { encrypt(key: Uint8Array, block: Uint8Array): Uint8Array };
  cmac: { tag(key: Uint8Array, message: Uint8Array): Uint8Array };
}

// Through a variable: TypeScript need not have built it.
const path = '../../dist/crypto-core/index.js';
const { ccm, aes, cmac } = (await import(path)) as Library;

const octets = (hex = ''): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('hex');

/** Every length that a frame may have, and messages of all nonces and tags. */
const jobs: Job[] = [
  ...Array.from({ length: 128 }, (_, length): Job => ({
    kind: 'seal',
    key: '0123456789abcdeffedcba9876543210',
    nonce: (length + 16).toString(16).padStart(26, 'a5'),
    aad: 'ad'.repeat(127 - length),
    text: '5e'.repeat(length),
    tagLength: 8,
  })),
  ...samples(sealJobs, 150).filter(({ tagLength }) => tagLength !== 0),
];

const FIPS_197 = ['000102030405060708090a0b0c0d0e0f', '00112233445566778899aabbccddeeff'] as const;
const FIPS_197_ANSWER = '69c4e0d86a7b0430d8cdb78070b4c55a';

describe('kemp-mote/crypto-core', () => {
  const of = ({ key, nonce, aad }: Job): [Uint8Array, Uint8Array, Uint8Array] => [
    octets(key),
    octets(nonce),
    octets(aad),
  ];

  it('can be imported by its name', () => {
    const code = "import('kemp-mote/crypto-core').then((m) => console.log(Object.keys(m).join()))";
    expect(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' })).toBe('aes,ccm,cmac\n');
  });

  it('seals as OpenSSL does, opens that, and leaves its arguments alone', () => {
    for (const job of jobs) {
      const plaintext = octets(job.text);
      const message = ccm.seal(...of(job), plaintext, job.tagLength!);
      expect(hex(message)).toBe(sealed(job));
      expect(hex(ccm.open(...of(job), message, job.tagLength!))).toBe(job.text);
      expect([hex(plaintext), hex(message)]).toEqual([job.text, sealed(job)]);
    }
  });

  it('leaves the octets of a Buffer alone, whose slices are views', () => {
    const job = jobs[20]!;
    const given = Buffer.from(octets(sealed(job)));
    const before = given.toString('hex');
    expect(hex(ccm.open(...of(job), given, 8))).toBe(job.text);
    given[0] ^= 1;
    expect(ccm.open(...of(job), given, 8)).toBeNull();
    given[0] ^= 1;
    aes.encrypt(Buffer.alloc(16), given.subarray(0, 16));
    expect(given.toString('hex')).toBe(before);
  });

  it('rejects every flipped bit of key, nonce, associated data, ciphertext and tag', () => {
    const job: Job = { ...jobs[20]!, aad: 'c0ffee' };
    const parts = [...of(job), octets(sealed(job))] as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(hex(ccm.open(...parts, 8))).toBe(job.text);
    for (const part of parts) {
      for (let bit = 0; bit < 8 * part.length; bit++) {
        part[bit >> 3]! ^= 1 << (bit & 7);
        expect(ccm.open(...parts, 8)).toBeNull();
        part[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
  });

  it('does AES and CMAC alone, whatever was done before', () => {
    expect(hex(aes.encrypt(octets(FIPS_197[0]), octets(FIPS_197[1])))).toBe(FIPS_197_ANSWER);
    for (const job of jobs.slice(0, 60)) expect(hex(cmac.tag(octets(job.key), octets(job.text)))).toBe(maced(job));
    expect(hex(aes.encrypt(octets(FIPS_197[0]), octets(FIPS_197[1])))).toBe(FIPS_197_ANSWER);
  });

  it('names the argument, what is allowed and what came', () => {
    const [key, nonce, none] = [new Uint8Array(16), new Uint8Array(13), new Uint8Array(0)];
    const bad: [() => unknown, string][] = [
      [
        () => ccm.seal(new Uint8Array(15), nonce, none, none, 8),
        'key: expected a Uint8Array of 16 octets, got 15 octets',
      ],
      [() => ccm.seal(key, none, none, none, 8), 'nonce: expected a Uint8Array of 7 to 13 octets, got 0 octets'],
      [() => ccm.open(key, nonce, none, none, 8), 'sealed: expected a Uint8Array of 8 to 65543 octets, got 0 octets'],
      [() => ccm.seal(key, nonce, none, none, 7), 'tagLength: expected 4, 6, 8, 10, 12, 14 or 16, got 7'],
      [
        () => ccm.seal(key, nonce, 'x' as never, none, 8),
        'aad: expected a Uint8Array of 0 to 2147483641 octets, got string',
      ],
      [
        () => ccm.seal(key, nonce, none, new Uint8Array(65536), 8),
        'plaintext: expected a Uint8Array of 0 to 65535 octets, got 65536 octets',
      ],
      [() => aes.encrypt(key, none), 'block: expected a Uint8Array of 16 octets, got 0 octets'],
      [() => cmac.tag(key, null as never), 'message: expected a Uint8Array of 0 to 2147483631 octets, got null'],
    ];
    for (const [call, message] of bad) expect(call).toThrow(new RangeError(message));
  });
});

const SCRIPT = `
local m = library()
local function octets(digits) return (digits:gsub('%x%x', function(pair) return string.char(tonumber(pair, 16)) end)) end
local function hex(s) return s and (s:gsub('[%z\\1-\\255]', function(c) return ('%02x'):format(c:byte()) end)) end
local function part(word) return word == '-' and '' or octets(word) end
local line = io.read('*l')
while line do
  local key, nonce, aad, text, tagLength = line:match('(%S+) (%S+) (%S+) (%S+) (%S+)')
  key, nonce, aad, text, tagLength = part(key), part(nonce), part(aad), part(text), tonumber(tagLength)
  local sealed = m.ccm.seal(key, nonce, aad, text, tagLength)
  assert(m.ccm.open(key, nonce, aad, sealed, tagLength) == text)
  local last = (sealed:byte(-1) + 1) % 256
  assert(m.ccm.open(key, nonce, aad, sealed:sub(1, -2) .. string.char(last), tagLength) == nil)
  print(hex(sealed), hex(m.cmac.tag(key, text)))
  line = io.read('*l')
end
print(hex(m.aes.encrypt(octets('${FIPS_197[0]}'), octets('${FIPS_197[1]}'))))
local k, n = ('k'):rep(16), ('n'):rep(13)
local function refused(f, ...) local _, message = pcall(f, ...) print((message:gsub('^.-:%d+: ', ''))) end
refused(m.ccm.seal, 'k', n, '', '', 8)
refused(m.ccm.seal, k, n .. n, '', '', 8)
refused(m.ccm.seal, k, n, '', '', 5)
refused(m.ccm.seal, k, n, nil, '', 8)
refused(m.ccm.seal, k, n, '', ('x'):rep(65536), 8)
refused(m.ccm.open, k, n, '', '1234567', 8)
refused(m.aes.encrypt, k, '')
refused(m.cmac.tag, k, 5)
`;

const REFUSALS = [
  'key: expected a string of 16 octets, got 1 octets',
  'nonce: expected a string of 7 to 13 octets, got 26 octets',
  'tagLength: expected 4, 6, 8, 10, 12, 14 or 16, got 5',
  'aad: expected a string of 0 to 2147483641 octets, got nil',
  'plaintext: expected a string of 0 to 65535 octets, got 65536 octets',
  'sealed: expected a string of 8 to 65543 octets, got 7 octets',
  'block: expected a string of 16 octets, got 0 octets',
  'message: expected a string of 0 to 2147483631 octets, got number',
];

for (const profile of Object.keys(VMS) as Profile[]) {
  describeOn(profile, 'the string API', (vm) => {
    it('seals, opens and makes tags as OpenSSL and noble do, and says what is wrong', () => {
      const cases = jobs.filter((_, i) => i % (vm === 'fengari' ? 8 : 2) === 0);
      const script = `local function library() ${readFileSync(`dist/crypto-core/${profile}.lua`, 'utf8')} end ${SCRIPT}`;
      const stdin = cases.map(({ key, nonce, aad, text, tagLength }) =>
        [key, nonce, aad || '-', text || '-', tagLength].join(' '),
      );
      const lines = runLua(vm, { script, stdin: stdin.join('\n') })
        .trimEnd()
        .split('\n');
      expect(lines.slice(0, cases.length)).toEqual(cases.map((job) => `${sealed(job)}\t${maced(job)}`));
      expect(lines.slice(cases.length)).toEqual([FIPS_197_ANSWER, ...REFUSALS]);
    });
  });
}
