// SPDX-License-Identifier: Apache-2.0
// A missing tool must not pass unnoticed: vitest is run on a test that needs one, where it cannot be found.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { has } from './tools.ts';

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const tools = fileURLToPath(new URL('./tools.ts', import.meta.url));

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: { assertionResults: { fullName: string; failureMessages: string[] }[] }[];
}

/** Run one test that needs `maude`, with no folder to find it in. */
function runWithout(environment: NodeJS.ProcessEnv): { status: number | null; report: Report; shown: string } {
  const folder = mkdtempSync(join(tmpdir(), 'kemp-tools-'));
  try {
    writeFileSync(
      join(folder, 'needs.test.js'),
      `import { describeWith } from ${JSON.stringify(tools)};
       describeWith(['fengari', 'maude'], 'models', () => it('hold', () => {}));
       describeWith('fengari', 'others', () => it('run', () => {}));`,
    );
    const args = [vitest, 'run', '--root', folder, '--globals', '--reporter=json', '--outputFile=report.json'];
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', env: { PATH: folder, ...environment } });
    const text = readFileSync(join(folder, 'report.json'), 'utf8');
    return { status: run.status, report: JSON.parse(text) as Report, shown: run.stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('describeWith', () => {
  it('skips without the tool and says why', () => {
    const { status, report, shown } = runWithout({});
    expect(report).toMatchObject({ numPassedTests: 1, numFailedTests: 0, numPendingTests: 1 });
    expect(status).toBe(0);
    expect(shown).toContain('SKIPPED: needs maude (Debian package maude): models\n');
  });

  it.each([{ KEMP_REQUIRE_TOOLS: '1' }, { CI: 'true' }])('fails without the tool under %o', (environment) => {
    const { status, report } = runWithout(environment);
    expect(report).toMatchObject({ numPassedTests: 1, numFailedTests: 1, numPendingTests: 0 });
    expect(status).toBe(1);
    const failures = report.testResults.flatMap(({ assertionResults }) =>
      assertionResults.flatMap((r) => r.failureMessages),
    );
    expect(failures.join()).toContain('needs maude (Debian package maude)');
  });
});

describe('has', () => {
  it('knows what comes with npm', () => expect(has('fengari')).toBe(true));
});
