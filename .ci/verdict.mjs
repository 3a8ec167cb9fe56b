// SPDX-License-Identifier: Apache-2.0
// node .ci/verdict.mjs REPORT FAILED: vitest's JSON report as one line `N passed, N failed`, and the status of the gate.
// FAILED is 1 where a command of the gate failed; the line then never claims that nothing did.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [reportPath, gateFailed] = process.argv.slice(2);
const report = JSON.parse(readFileSync(reportPath, 'utf8'));
let passed = 0;
let failed = 0;
const fail = (what) => {
  failed += 1;
  console.log(what);
};

for (const { name, status, message, assertionResults } of report.testResults) {
  const file = relative(process.cwd(), name);
  for (const { status, fullName } of assertionResults) {
    if (status === 'passed') passed += 1;
    else
      fail(`${status === 'failed' ? 'failed' : `not run (${status}), which counts as failed`}: ${file}: ${fullName}`);
  }
  // A file that cannot be loaded has no assertions at all.
  if (status === 'failed' && !assertionResults.some((result) => result.status === 'failed')) {
    fail(`failed: ${file}: ${message}`);
  }
}
if (passed === 0) fail('no test passed');
if (gateFailed === '1' && failed === 0) fail('a command failed, see above');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
