// SPDX-License-Identifier: Apache-2.0
// The gates run in every build, and name the place in the TypeScript source.
import { describe, expect, it } from 'vitest';
import { compileLua } from '../../../compiler/compile-lua.ts';

/** A function with more locals than NodeMCU 5.1 has. */
const source = `export function run(a: number): number {
${Array.from({ length: 50 }, (_, i) => `let x${i} = a + ${i};`).join('\n')}
return ${Array.from({ length: 50 }, (_, i) => `x${i}`).join(' + ')};
}`;

describe('a build', () => {
  it('fails at a gate with a plain message', async () => {
    await expect(compileLua({ entry: 'test/compiler/sample.ts', source, profile: 'lua51' })).rejects.toThrow(
      'image: 1 error\n  test/compiler/sample.ts:1: 51 locals at once; lua51 has 50',
    );
  });

  it('passes where there is room', async () => {
    const { lua } = await compileLua({ entry: 'test/compiler/sample.ts', source, profile: 'lua53' });
    expect(lua).toContain('local x49 = a + 49');
  });

  it('lets one module join strings, and no other', async () => {
    const strings = `import { joined, textOf } from '../../crypto-core/strings.ts';
import { makeBytes } from '../../crypto-core/tables.ts';
const t = makeBytes(4);
export function run(): string { return joined(textOf(t, 0, 4), textOf(t, 1, 2)); }`;
    const options = { entry: 'test/compiler/sample.ts', source: strings, profile: 'lua51' } as const;
    const refused = compileLua(options);
    await expect(refused).rejects.toThrow(
      'test/compiler/sample.ts:4: allocates (CONCAT); only module initialisation may',
    );
    await expect(refused).rejects.toThrow(/reads the global unpack; allowed here: bit, math, string/);
    const cipher = { aes: 'native', schedule: 'expanded' } as const;
    const { lua } = await compileLua({ entry: 'crypto-core/index.ts', profile: 'lua51', cipher, globals: ['crypto'] });
    expect(lua).toMatch(/data \.\. plain/);
    await expect(compileLua({ entry: 'crypto-core/index.ts', profile: 'lua51', cipher })).rejects.toThrow(
      /native\/nodemcu\.ts:\d+:\d+: the global name crypto/,
    );
  });
});
