// SPDX-License-Identifier: Apache-2.0
// Exit status and messages of `kemp`, without a run.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { kemp } from './kemp.ts';

afterEach(() => void vi.restoreAllMocks());

describe('kemp', () => {
  it('lists its options where asked, with status 0', async () => {
    const { status, out } = await kemp('bench', '--help');
    expect(status).toBe(0);
    for (const option of ['scenario', 'seed', 'vm', 'pcap', 'keylog', 'json', 'quiet'])
      expect(out).toContain(`--${option}`);
  });

  it.each([
    [['bench', '--seed', '12a'], 'expected a whole number from 0 to 4294967295, got 12a'],
    [['bench', '--seed', '4294967296'], 'got 4294967296'],
    [['bench', '--vm', 'lua5.2'], 'Allowed choices are fengari, lua5.1, lua5.3, lua5.4, v8'],
    [['bench', '--fast'], "unknown option '--fast'"],
    [['bench', 'now'], 'too many arguments'],
    [['fly'], "unknown command 'fly'"],
    [['bench', '--scenario', 'nowhere'], 'kemp: expected a scenario (besieged, blackout, '],
    [['bench', '--pcap', '/nowhere/x.pcap'], 'kemp: expected a file that can be written, got ENOENT'],
  ])('refuses %j with status 2', async (args, message) => {
    const { status, out, err } = await kemp(...args);
    expect(err).toContain(message);
    expect(status).toBe(2);
    expect(out).toBe('');
  });
});
