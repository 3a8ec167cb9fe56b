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
});
