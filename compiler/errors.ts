// SPDX-License-Identifier: Apache-2.0
// What the compiler says when it refuses a source.
import type ts from 'typescript';

/** A construct outside the mote dialect (docs/dialect.md), at a node of the flat chunk. */
export class DialectError extends Error {
  override readonly name = 'DialectError';
  readonly node: ts.Node;

  /**
   * @param node what is refused
   * @param found what came
   * @param allowed what the dialect has instead
   */
  constructor(node: ts.Node, found: string, allowed: string) {
    super(`${found}. Allowed: ${allowed}`);
    this.node = node;
  }
}

/** All that is wrong with one bundle: one line a finding, each with file, line and column of the TypeScript source. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly findings: readonly string[];

  constructor(bundle: string, findings: readonly string[]) {
    super(
      `${bundle}: ${findings.length === 1 ? '1 error' : `${findings.length} errors`}\n${findings.map((f) => `  ${f}`).join('\n')}`,
    );
    this.findings = findings;
  }
}
