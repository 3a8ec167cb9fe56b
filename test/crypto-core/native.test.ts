// SPDX-License-Identifier: Apache-2.0
// AES by NodeMCU's `crypto`: what a frame costs, and what is done where the module is absent or wrong. That its answers are those
// of every other variant is seen in variants.test.ts.
import { rollup, type OutputOptions } from 'rollup';
import { describe, expect, it } from 'vitest';
import { readBoard } from '../../compiler/boards.ts';
import type { Cipher } from '../../compiler/choose.ts';
import { imagesOf } from '../../compiler/images.ts';
import { describeOn, describeWith, runLua, VMS, type Profile } from '../tools.ts';
import { bundle, onV8, runOne, unloaded, type Job } from './engines.ts';
import { v8Crypto } from './nodemcu.ts';
import { samples, sealed, sealJobs } from './oracle.ts';

const NATIVE: Cipher = { aes: 'native', schedule: 'on-the-fly' };

/** The longest that is done natively, and a message beyond it. */
const frame: Job = {
  kind: 'seal',
  key: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  nonce: '42'.repeat(13),
  aad: 'ad'.repeat(128),
  text: '7e'.repeat(128),
  tagLength: 16,
};
const beyond: Job[] = [
  { ...frame, text: '7e'.repeat(129) },
  { ...frame, aad: 'ad'.repeat(129) },
];

describe('native AES on V8', () => {
  /** What a list of jobs calls, and whether all of it is right. */
  async function calls(jobs: readonly Job[], crypto?: Partial<typeof v8Crypto>): Promise<string[]> {
    const seen: string[] = [];
    const noted = {
      ...crypto,
      ...(crypto?.encrypt && {
        encrypt(mode: string, key: string, data: string) {
          seen.push(mode);
          return crypto.encrypt!(mode, key, data);
        },
      }),
      ...(crypto?.mask && {
        mask(message: string, by: string) {
          seen.push('mask');
          return crypto.mask!(message, by);
        },
      }),
    };
    const core = await onV8(NATIVE, crypto && noted);
    seen.length = 0; // of the self-test
    for (const job of jobs) expect(runOne(core, job)).toMatchObject({ outcome: 'done', data: sealed(job) });
    return seen;
  }

  it('is three calls a frame, in one block of a step', async () => {
    expect(await calls([frame], v8Crypto)).toEqual(['AES-ECB', 'AES-CBC', 'mask']);
    expect(await calls([{ ...frame, tagLength: 0 }], v8Crypto)).toEqual(['AES-ECB', 'mask']);
    const core = await onV8(NATIVE);
    expect(runOne(core, frame).blocks).toBe(1);
    expect(runOne(core, { ...frame, kind: 'open', text: sealed(frame) })).toEqual({
      outcome: 'done',
      data: frame.text,
      blocks: 1,
    });
  });

  it('leaves longer messages, CMAC and keys to software', async () => {
    expect(await calls(beyond, v8Crypto)).toEqual([]);
    const core = await onV8(NATIVE);
    expect(runOne(core, beyond[0]!).blocks).toBe(1 + 9 + 18 + 1);
  });

  const { encrypt, mask } = v8Crypto;
  const WRONG: Record<string, Partial<typeof v8Crypto> | undefined> = {
    'is absent': undefined,
    'has no AES': { mask },
    'has no mask': { encrypt },
    'knows no AES-CBC': {
      encrypt(mode: string, ...rest: [string, string]) {
        if (mode === 'AES-CBC') throw new Error('unknown cipher: AES-CBC');
        return encrypt(mode, ...rest);
      },
      mask,
    },
    // nodemcu-firmware issue 1677, mended in 2016.
    'masks with four octets': { encrypt, mask: (message: string, by: string) => mask(message, by.slice(0, 4)) },
    'does not chain': { encrypt: (_: string, ...rest: [string, string]) => encrypt('AES-ECB', ...rest), mask },
    'fills up with ones': {
      encrypt: (mode: string, key: string, data: string) =>
        encrypt(mode, key, data.padEnd(16 * Math.ceil(data.length / 16), '\x01')),
      mask,
    },
    'gives nothing': { encrypt: () => '', mask: () => '' },
  };

  it.each(Object.keys(WRONG))('is not used where the module %s', async (name) => {
    expect(await calls([frame, ...samples(sealJobs, 20)], WRONG[name])).toEqual([]);
  });
});

/** `crypto` that costs what strings cost and no more: it makes one string a call, of the length that it ought to have. */
const PLAIN = `
crypto = {
  encrypt = function(mode, key, data)
    assert(#data % 16 == 0, 'not whole blocks')
    return data:reverse()
  end,
  mask = function(message) return message:reverse() end,
}
`;

const FRAMES = `
local key, nonce, t = { [0] = 1, 2, 3, 4 }, {}, {}
for i = 0, 12 do nonce[i] = i end
for i = 0, 300 do t[i] = i % 256 end
local function frames(n, aadLength, textLength, tagLength)
  for i = 1, n do
    nonce[12], nonce[11], nonce[10] = i % 256, textLength, tagLength
    t[aadLength] = i % 256
    core.ccmSealBegin(key, 0, nonce, t, 0, aadLength, t, aadLength, textLength, tagLength)
    assert(core.step(1) == 1)
  end
end
`;

/** Octets of strings a frame may make, by the length of its associated data, text and tag: docs/crypto-core.md. */
const CAPS = [
  [20, 64, 8, 1700],
  [128, 128, 16, 2600],
] as const;

for (const profile of Object.keys(VMS) as Profile[]) {
  for (const vm of VMS[profile].filter((name) => name !== 'fengari')) {
    describeWith(vm, `strings of native AES on ${vm}`, () => {
      it.each(CAPS)('of a frame of %i + %i + %i stay below %i octets', async (aad, text, tag, cap) => {
        const script = `${await bundle(profile, NATIVE)}${PLAIN}${FRAMES}
          collectgarbage() collectgarbage('stop')
          frames(20, ${aad}, ${text}, ${tag})
          local before = collectgarbage('count')
          frames(200, ${aad}, ${text + 0}, ${tag})
          print(math.floor((collectgarbage('count') - before) * 1024 / 200))`;
        const octets = Number(runLua(vm, { script }));
        expect(octets).toBeGreaterThan(cap / 2);
        expect(octets).toBeLessThanOrEqual(cap);
      });
    });
  }

  describeOn(profile, 'native AES', (vm) => {
    it('is three calls a frame, and none where the module is absent or wrong', async () => {
      const script = `${await unloaded(profile, NATIVE)}
        local right = crypto
        local wrong = {
          right,
          false,
          { encrypt = right.encrypt },
          { mask = right.mask },
          { encrypt = right.encrypt, mask = function(m, by) return right.mask(m, by:sub(1, 4)) end },
          { mask = right.mask, encrypt = function(mode, ...) assert(mode == 'AES-ECB') return right.encrypt(mode, ...) end },
        }
        for i = 1, 6 do
          crypto = wrong[i] or nil
          local core = load()
          calls.encrypt, calls.mask = 0, 0
          local key, nonce, t = { [0] = 0, 0, 0, 0 }, {}, {}
          for j = 0, 12 do nonce[j] = 0 end
          for j = 0, 69 do t[j] = j end
          core.ccmSealBegin(key, 0, nonce, t, 0, 20, t, 20, 50, 4)
          while core.step(2) == 0 do end
          print(calls.encrypt, calls.mask, ('%02x%02x%02x%02x'):format(t[70], t[71], t[72], t[73]))
        end`;
      const zeros = '00'.repeat(13);
      const octets = Buffer.from(Array.from({ length: 70 }, (_, i) => i)).toString('hex');
      const [aad, text] = [octets.slice(0, 40), octets.slice(40)];
      const tag = sealed({ kind: 'seal', key: '00'.repeat(16), nonce: zeros, aad, text, tagLength: 4 }).slice(-8);
      const lines = runLua(vm, { script }).trimEnd().split('\n');
      expect(lines).toEqual([`2\t1\t${tag}`, ...Array.from({ length: 5 }, () => `0\t0\t${tag}`)]);
    });
  });
}

it('makes an image of a board that has it', async () => {
  const board = {
    ...readBoard('bench'),
    aes: 'native',
    schedule: 'on-the-fly',
    modules: ['crypto'],
    roles: ['mote'],
  } as const;
  const [options] = imagesOf({ ...board, name: 'native', modules: [...board.modules], roles: [...board.roles] });
  const bundled = await rollup(options!);
  const { output } = await bundled.generate(options!.output as OutputOptions);
  await bundled.close();
  const image = output.find(({ fileName }) => fileName === 'native/mote.lua');
  expect(image?.type === 'asset' && String(image.source)).toContain('crypto.encrypt("AES-CBC"');
});
