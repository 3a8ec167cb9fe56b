// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { MESSAGES, messageName, modeName, outcomeName, reasonName, revocationName } from '../../../host/bench/names.ts';
import * as layout from '../../../firmware/kemp/layout.ts';

describe('names', () => {
  it('of messages are those of the layouts', () => {
    const values: Readonly<Record<string, unknown>> = { ...layout };
    for (const [type, name] of Object.entries(MESSAGES)) {
      if (type !== '0') expect(values[name], name).toBe(Number(type));
    }
    expect(messageName(3)).toBe('REQUEST');
    expect([2, 9, 10, 11, 12, 13].map(messageName)).toEqual(['SOLICIT', 'REVOKE', 'REVOKED', 'ROUTE', 'GROUP', 'ECHO']);
    expect(messageName(16)).toBe('type 16');
  });

  it('of modes, outcomes and reasons follow the public faces of the firmware', () => {
    expect([0, 1, 2, 3].map(modeName)).toEqual(['centralised', 'predictive', 'reactive', 'refresh']);
    expect(() => modeName(4)).toThrow('expected a mode from 0 to 3, got 4');
    expect([1, 2, 3].map(outcomeName)).toEqual(['established', 'rejected', 'timeout']);
    expect(() => outcomeName(0)).toThrow('got 0');
    expect([1, 2, 3].map(revocationName)).toEqual(['removed', 'compromised', 'chain']);
    expect(() => revocationName(0)).toThrow('expected a kind of revocation from 1 to 3, got 0');
    expect([97, 98, 99].map(reasonName)).toEqual(['crossing', 'bucket', 'revoked']);
    expect(reasonName(86)).toBe('live-key');
    expect(reasonName(1000)).toBe('reason 1000');
  });
});
