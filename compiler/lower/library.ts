// SPDX-License-Identifier: Apache-2.0
// How many library functions a chunk may need as locals, before it is lowered.
import ts from 'typescript';
import type { Chunk } from '../chunk.ts';
import type { Profile } from '../profiles.ts';

/** Operators, with and without assignment, and the function of `bit` that stands for each. */
const FUNCTION_OF = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.AmpersandToken, 'band'],
  [ts.SyntaxKind.AmpersandEqualsToken, 'band'],
  [ts.SyntaxKind.BarToken, 'bor'],
  [ts.SyntaxKind.BarEqualsToken, 'bor'],
  [ts.SyntaxKind.CaretToken, 'bxor'],
  [ts.SyntaxKind.CaretEqualsToken, 'bxor'],
  [ts.SyntaxKind.TildeToken, 'bnot'],
  [ts.SyntaxKind.LessThanLessThanToken, 'lshift'],
  [ts.SyntaxKind.LessThanLessThanEqualsToken, 'lshift'],
  [ts.SyntaxKind.GreaterThanGreaterThanToken, 'arshift'],
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken, 'arshift'],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, 'rshift'],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken, 'rshift'],
]);

const FUNCTIONS_OF_INTRINSIC = new Map([
  ['div', ['floor']],
  ['pack', ['bor']],
  ['flashAt', ['byte']],
  ['textOf', ['char', 'unpack']],
  ['chars', ['char']],
  ['part', ['sub']],
  ['charAt', ['byte']],
  ['putChars', ['byte']],
  ['attempt', ['pcall']],
]);

/** @returns an upper bound: constant expressions and masks need no function in the end. */
export function libraryDemand(chunk: Chunk, profile: Profile): number {
  if (profile.version === '5.3') return 0;
  const wanted = new Set<string>();
  const visit = (node: ts.Node): void => {
    let names: readonly (string | undefined)[] = [];
    if (ts.isBinaryExpression(node)) names = [FUNCTION_OF.get(node.operatorToken.kind)];
    else if (ts.isPrefixUnaryExpression(node)) names = [FUNCTION_OF.get(node.operator)];
    else if (ts.isCallExpression(node))
      names = FUNCTIONS_OF_INTRINSIC.get(chunk.intrinsic(node.expression) ?? '') ?? [];
    for (const name of names) if (name !== undefined) wanted.add(name);
    ts.forEachChild(node, visit);
  };
  visit(chunk.file);
  return wanted.size;
}
