// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compile, dialect } from './expect-lua.ts';

/** Each gives a checksum of the turns it made. */
const LOOPS: Record<string, string> = {
  'up to a constant': 'for (let i = 0; i < 7; i++) sum = mix(sum, i);',
  'up to a parameter, inclusive': 'for (let i = 2; i <= n; i += 3) sum = mix(sum, i);',
  'down to zero': 'for (let i = n - 1; i >= 0; i--) sum = mix(sum, i);',
  'down, exclusive, in steps': 'for (let i = n; i > -4; i -= 2) sum = mix(sum, i);',
  'down from a constant': 'for (let i = 9; i > n; i--) sum = mix(sum, i);',
  'up to a sum of fixed names': 'const m = n + 1; for (let i = 0; i < n + m * 2 - 1; i++) sum += i;',
  'with break': 'for (let i = 0; i < 20; i++) { if (i === n) break; sum = mix(sum, i); }',
  'with return': 'for (let i = 0; i < n; i++) { if (i === 3) return sum * 7; sum += i + 1; }',
  'with the counter changed inside': 'for (let i = 0; i < n; i++) { sum = mix(sum, i); if (i === 2) i++; }',
  'with the bound changed inside': 'let m = n; for (let i = 0; i < m; i++) { sum = mix(sum, i); if (sum === 0) m--; }',
  'with a bound that a call changes': 'limit = n; for (let i = 0; i < limit; i++) { sum = mix(sum, i); shrink(); }',
  'with a bound in memory': 't[0] = n; for (let i = 0; i < t[0]; i++) { sum = mix(sum, i); t[0] -= 1; }',
  'with a step that varies': 'for (let i = 1; i < n; i += i) sum = mix(sum, i);',
  'in the wrong direction': 'for (let i = n; i < n; i--) sum++; sum += 4;',
  'with two counters': 'for (let i = 0, j = n; i < j; i++) { sum = mix(sum, i); j--; }',
  'without counter': 'let k = n; for (; k > 0; ) { k -= 2; sum++; }',
  'with an outer counter': 'let k = 0; for (k = 1; k < n; k++) sum += k; sum = sum * 100 + k;',
  'with the step hidden':
    'const s = 2; for (let i = 0; i < n; i += s + t[3]) { const s = i * 2; t[3] = 0; sum = mix(sum, s); }',
  'for ever': 'let k = 0; for (;;) { k++; if (k > n) break; sum += k; }',
  while: 'let k = n; while (k > 0) { k = div(k, 2); sum++; }',
  'while with break': 'let k = 0; while (true) { k++; if (k * k > n) break; }  sum = k;',
  do: 'let k = n; do { sum = mix(sum, k); k--; } while (k > 0);',
  'do with its own name in the test':
    'let k = n; let stop = false; do { const k2 = k; const stop = k2 > 3; if (!stop) sum++; k--; } while (!stop && k > 0);',
  'do not': 'let k = 0; do { k++; sum += k; } while (!(k >= n));',
  nested: 'for (let i = 0; i < n; i++) for (let j = i; j < 4; j++) { if (j === 2) break; sum = mix(sum, i * 10 + j); }',
};

for (const [title, body] of Object.entries(LOOPS)) {
  dialect(`
    const t = makeWords(4);
    let limit = 0;
    function shrink(): void { if (limit > 3) limit--; }
    function mix(sum: number, x: number): number { return ((sum & 0xffff) * 31 + x) | 0; }
    export function run(n: number): number { let sum = 0; ${body} return sum + limit + t[1]; }`)
    .calling([0], [1], [2], [4], [5], [-3])
    .agrees(`a loop ${title}`);
}

describe('the Lua of loops', () => {
  const loop = async (body: string): Promise<string> => {
    const source = `let limit = 3; export function more(): void { limit++; } export function run(n: number): number { let sum = 0; ${body} return sum; }`;
    return /(for|while|repeat)[^\n]*/.exec((await compile(source, 'lua51')).lua)![0];
  };

  it('is a numeric for where nothing but the loop moves counter and bound', async () => {
    expect(await loop('for (let i = 0; i < 8; i++) sum += i;')).toBe('for i = 0, 7 do');
    expect(await loop('for (let i = 0; i < n; i++) sum += i;')).toBe('for i = 0, n - 1 do');
    expect(await loop('for (let i = n; i >= 0; i -= 4) sum += i;')).toBe('for i = n, 0, -4 do');
  });

  it('is a while elsewhere', async () => {
    expect(await loop('for (let i = 0; i < limit; i++) sum += i;')).toBe('while i < limit do');
    expect(await loop('for (let i = 0; i < n; i++) { sum += i; n--; }')).toBe('while i < n do');
    expect(await loop('for (let i = 0; i < n; i++) { sum += i; i *= 2; }')).toBe('while i < n do');
    expect(await loop('for (let i = 0; i !== n; i++) sum += i;')).toBe('while i ~= n do');
  });
});
