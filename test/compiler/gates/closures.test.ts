// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { closures, MAX_CLOSURES } from '../../../compiler/gates/closures.ts';
import { image, PROFILES_OF_EACH_VERSION } from './sample.ts';

const functions = (count: number): string =>
  `local t = {}\n${Array.from({ length: count }, (_, i) => `t[${i}] = function() end`).join('\n')}`;

describe('the closures gate', () => {
  it.each(PROFILES_OF_EACH_VERSION)('counts the functions of a bundle on %s', (profile) => {
    expect(closures(image(functions(MAX_CLOSURES), profile))).toEqual([]);
    expect(closures(image(functions(MAX_CLOSURES + 1), profile))).toEqual([
      `sample: ${MAX_CLOSURES + 1} functions; at most ${MAX_CLOSURES} closures fit into a mote's RAM`,
    ]);
  });
});
