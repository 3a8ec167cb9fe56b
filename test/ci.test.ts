// SPDX-License-Identifier: Apache-2.0
// The gate's last line and status, from reports as vitest writes them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const verdict = fileURLToPath(new URL('../.ci/verdict.mjs', import.meta.url));

/** The lines printed and the status for test files given as the states of their tests. */
function judge(files: { status: string; tests: string[]; message?: string }[], gateFailed = '0') {
  const folder = mkdtempSync(join(tmpdir(), 'kemp-ci-'));
  try {
    const path = join(folder, 'report.json');
    const testResults = files.map(({ status, tests, message = '' }, i) => ({
      name: join(folder, `${i}.test.ts`),
      status,
      message,
      assertionResults: tests.map((status, j) => ({ status, fullName: `case ${j}` })),
    }));
    writeFileSync(path, JSON.stringify({ testResults }));
    const run = spawnSync(process.execPath, [verdict, path, gateFailed], { encoding: 'utf8', cwd: folder });
    return { status: run.status, lines: run.stdout.trimEnd().split('\n') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('verdict', () => {
  it('is one line where all passed', () => {
    const files = [
      { status: 'passed', tests: ['passed', 'passed'] },
      { status: 'passed', tests: ['passed'] },
    ];
    expect(judge(files)).toEqual({ status: 0, lines: ['3 passed, 0 failed'] });
  });

  it('counts what was skipped as failed and names it', () => {
    expect(judge([{ status: 'passed', tests: ['passed', 'skipped', 'todo'] }])).toEqual({
      status: 1,
      lines: [
        'not run (skipped), which counts as failed: 0.test.ts: case 1',
        'not run (todo), which counts as failed: 0.test.ts: case 2',
        '1 passed, 2 failed',
      ],
    });
  });

  it('names what failed, and a file that could not be loaded', () => {
    const files = [
      { status: 'failed', tests: ['passed', 'failed'] },
      { status: 'failed', tests: [], message: 'Cannot find module' },
    ];
    expect(judge(files)).toEqual({
      status: 1,
      lines: ['failed: 0.test.ts: case 1', 'failed: 1.test.ts: Cannot find module', '1 passed, 2 failed'],
    });
  });

  it('never claims success after a failed command or without a test', () => {
    expect(judge([{ status: 'passed', tests: ['passed'] }], '1')).toMatchObject({ status: 1 });
    expect(judge([])).toEqual({ status: 1, lines: ['no test passed', '0 passed, 1 failed'] });
  });
});
