// SPDX-License-Identifier: Apache-2.0
// What a block is made of: table accesses, operators and, on Lua 5.1, calls of `bit`. Nothing else is called within it; the S-box
// in a string is read by string.byte. Calls into C are counted where bytecode has them.
import { expect, it } from 'vitest';
import { compileLua } from '../../compiler/compile-lua.ts';
import { openImage } from '../../compiler/gates/index.ts';
import { PROFILE_NAMES, PROFILES } from '../../compiler/profiles.ts';
import { nameOf, SOFTWARE } from './ciphers.ts';

const source = "export { encrypt } from '../../crypto-core/aes.ts';";

/** Functions that the lines of a chunk keep in locals: `local bxor = bit.bxor`. */
const libraries = (lua: string): Map<string, string> =>
  new Map([...lua.matchAll(/^local (\w+) = (\w+)\.\w+$/gm)].map(([, name, table]) => [name!, table!]));

for (const cipher of SOFTWARE) {
  it.each(PROFILE_NAMES)(`calls nothing but bit.* in a block of ${nameOf(cipher)} on %s`, async (name) => {
    const profile = PROFILES[name];
    const { lua } = await compileLua({ entry: 'test/crypto-core/block.ts', source, profile: name, cipher });
    const lines = lua.split('\n');
    const tables = libraries(lua);
    // The block's function is the last one; what it calls, and what that calls, is looked at alike.
    const line = lines.findLastIndex((text) => /^local function (encrypt|rounds)\(/.test(text)) + 1;
    expect(line).toBeGreaterThan(0);
    const end = lines.indexOf('end', line);
    const body = lines.slice(line, end).join('\n');
    const called = [...body.matchAll(/(\w+)\(/g)]
      .map(([, callee]) => callee!)
      .filter((word) => !/^(and|or|if|not|return)$/.test(word));
    const allowed = [...(profile.version === '5.1' ? ['bit'] : []), ...(cipher.aes === 'flash' ? ['string'] : [])];
    for (const callee of called) expect(allowed, callee).toContain(tables.get(callee));

    const { functions } = openImage('block', lua, undefined, profile);
    const block = functions.find((prototype) => prototype.line === line)!;
    const calls = block.instructions.filter(({ opcode }) => /CALL/.test(opcode)).length;
    expect(calls).toBe(called.length);
    if (profile.version === '5.3' && cipher.aes !== 'flash') expect(calls).toBe(0);
    else expect(calls).toBeGreaterThanOrEqual(40);
    expect(block.instructions.filter(({ opcode }) => /GLOBAL|CLOSURE|CONCAT|NEWTABLE/.test(opcode))).toEqual([]);
  });
}
