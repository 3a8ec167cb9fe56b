// SPDX-License-Identifier: Apache-2.0
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { describe, expect, it } from 'vitest';
import { compileLua } from '../../compiler/compile-lua.ts';

describe('the source map of an image', () => {
  it('leads from Lua to the line of TypeScript, over the bundle and across files', async () => {
    const source = `import { putWord } from '../../crypto-core/words.ts';
import { makeBytes } from '../../crypto-core/tables.ts';

const buffer = makeBytes(8);

export function run(value: number): number {
  putWord(buffer, 4, value);
  return buffer[5];
}`;
    const { lua, map } = await compileLua({ entry: 'test/compiler/sample.ts', source, profile: 'lua51' });
    const trace = new TraceMap(map as never);
    const origin = (text: RegExp): string => {
      const lines = lua.split('\n');
      const line = lines.findIndex((one) => text.test(one));
      const found = originalPositionFor(trace, { line: line + 1, column: lines[line]!.length });
      return `${found.source}:${found.line}`;
    };
    expect(origin(/return buffer\[5\]/)).toBe('test/compiler/sample.ts:8');
    expect(origin(/local buffer/)).toBe('test/compiler/sample.ts:4');
    expect(origin(/local function run/)).toBe('test/compiler/sample.ts:6');
    // Inlined from there.
    expect(origin(/bytes\[4\] = /)).toMatch(/^crypto-core\/words\.ts:\d+$/);
    expect(map.sourcesContent?.length).toBe(map.sources.length);
  });
});
