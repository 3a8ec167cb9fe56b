// SPDX-License-Identifier: Apache-2.0
// The `kemp` command in this process, with what it prints.
import { vi } from 'vitest';
import { runCli } from '../../host/cli.ts';

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** @returns the exit status, and what went to standard output and standard error */
export async function kemp(...args: string[]): Promise<Said> {
  const said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  const status = await runCli(args);
  vi.restoreAllMocks();
  return { status, ...said };
}
