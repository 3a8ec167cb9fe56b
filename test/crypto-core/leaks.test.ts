// SPDX-License-Identifier: Apache-2.0
// The number of instructions a machine executes depends on lengths and on nothing else: not on keys, texts or MACs, and not on
// where a forged tag differs. (Time is another matter: docs/crypto-core.md.)
import { expect, it } from 'vitest';
import { describeWith, runLua, VMS, type Profile, type Vm } from '../tools.ts';
import type { Cipher } from '../../compiler/choose.ts';
import { CIPHERS, nameOf } from './ciphers.ts';
import { bundle } from './engines.ts';

/** Prints each count that was seen, and how often. */
const TALLY = `
local seen = {}
local function tally(n) seen[n] = (seen[n] or 0) + 1 end
local function report() for n, times in pairs(seen) do print(n, times) end seen = {} end
local function fill(t, at, n, f) for i = 0, n - 1 do t[at + i] = f(i) end return t end
local state = 1
local function random() state = (state * 137 + 29) % 65521 return state % 256 end
local function words(n, t)
  local b = fill({}, 0, 4 * n, random)
  return fill(t or {}, 0, n, function(i) return core.getWord(b, 4 * i) end)
end
local key, nonce = words(4), fill({}, 0, 13, random)
`;

const TAGS = `
local tagLength = tonumber(arg[1])
for at = 0, tagLength - 1 do
  for difference = 1, 255, 23 do
    local text = fill({}, 0, 24 + tagLength, random)
    core.ccmSealBegin(key, 0, nonce, text, 0, 4, text, 4, 20, tagLength)
    core.step(1000)
    text[24 + at] = (text[24 + at] + difference) % 256
    core.ccmOpenBegin(key, 0, nonce, text, 0, 4, text, 4, 20, tagLength)
    local result
    tally(vm.count(function() result = core.step(1000) end))
    assert(result == 2)
  end
end
report()`;

const WORDS = `
local octets, b = {}, {}
for at = 0, 15 do
  local bit = 1
  while bit < 256 do
    local a = words(4)
    for i = 0, 3 do core.putWord(octets, 4 * i, a[i]) end
    octets[at] = (octets[at] + bit) % 256
    for i = 0, 3 do b[i] = core.getWord(octets, 4 * i) end
    assert(not core.equalWords(a, 0, b, 0, 4))
    tally(vm.count(core.equalWords, a, 0, b, 0, 4))
    bit = 2 * bit
  end
end
assert(core.equalWords(b, 0, b, 0, 4))
tally(vm.count(core.equalWords, b, 0, b, 0, 4))
report()`;

/**
 * Firmware whose instructions are as many each time, since it is counted with the rest. Its tag is the first block of what it is
 * a tag of, so that a tag can still differ in one place.
 */
const PLAIN = `
crypto = {
  encrypt = function(mode, key, data) return (data .. ('\\0'):rep(15)):sub(1, #data + 15 - (#data + 15) % 16):reverse() end,
  mask = function(message) return message:sub(1) end,
}
`;

/** New key, whole job; each kind prints one line of counts. */
const JOBS = `
local text, out = fill({}, 0, 65, random), {}
local function whole(begin, ...) begin(...) core.step(1000) end
local kinds = {
  function() whole(core.ccmSealBegin, key, 0, nonce, text, 0, 20, text, 20, 37, 8) end,
  function() whole(core.ccmOpenBegin, key, 0, nonce, text, 0, 20, text, 20, 37, 8) end,
  function() whole(core.cmacBegin, key, 0, text, 0, 32) end,
  function() whole(core.cmacBegin, key, 0, text, 0, 37) end,
  function() whole(core.kdfBegin, key, 0, text, 0, 21, out, 0) end,
}
kinds[1]() -- from now on there is a key to compare the next one with
for _, job in ipairs(kinds) do
  for i = 1, 60 do
    words(4, key)
    fill(nonce, 0, 13, random)
    fill(text, 0, 65, random)
    tally(vm.count(job))
  end
  report()
end`;

/** The lines a script prints, given the bundle and TALLY. */
async function run(cipher: Cipher, profile: Profile, vm: Vm, script: string, ...args: string[]): Promise<string[]> {
  const plain = cipher.aes === 'native' ? PLAIN : '';
  return runLua(vm, { script: (await bundle(profile, cipher)) + plain + TALLY + script, args })
    .trimEnd()
    .split('\n');
}

for (const cipher of CIPHERS) {
  // fengari's profile has a faster machine.
  for (const [profile, machines] of Object.entries(VMS) as [Profile, readonly Vm[]][]) {
    for (const vm of machines.filter((name) => cipher === CIPHERS[0] || name !== 'fengari')) {
      describeWith(vm, `instructions of ${nameOf(cipher)} on ${vm}`, () => {
        it.each([4, 8, 16])('are as many wherever a tag of %i octets differs', async (tagLength) => {
          const counts = await run(cipher, profile, vm, TAGS, String(tagLength));
          expect(counts).toEqual([expect.stringMatching(`^\\d+\t${12 * tagLength}$`)]);
        });

        it('are as many wherever words differ, or do not', async () => {
          expect(await run(cipher, profile, vm, WORDS)).toEqual([expect.stringMatching(/^\d+\t129$/)]);
        });

        it('are as many for all keys, nonces and texts of the same lengths', async () => {
          expect(await run(cipher, profile, vm, JOBS)).toEqual(
            Array.from({ length: 5 }, () => expect.stringMatching(/^\d+\t60$/)),
          );
        });
      });
    }
  }
}
