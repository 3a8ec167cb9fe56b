// SPDX-License-Identifier: Apache-2.0
// What an expression plainly is, by its form alone. The chunk has no types any more; the lint (eslint.config.js) sees them
// and finds what this cannot.
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { skipParentheses, type Unit } from './unit.ts';

const BOOLEAN_OPERATORS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
]);

const NUMBER_OPERATORS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.BarToken,
  ts.SyntaxKind.CaretToken,
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
]);

/** Whether an expression is a boolean by its form. */
export function isBoolean(node: ts.Expression, unit: Unit): boolean {
  const bare = skipParentheses(node);
  if (typeof unit.chunk.constant(bare) === 'boolean') return true;
  if (ts.isPrefixUnaryExpression(bare)) return bare.operator === ts.SyntaxKind.ExclamationToken;
  return ts.isBinaryExpression(bare) && BOOLEAN_OPERATORS.has(bare.operatorToken.kind);
}

/** @throws DialectError for an operand that is plainly no number */
export function requireNumber(node: ts.Expression, unit: Unit): void {
  const bare = skipParentheses(node);
  if (ts.isStringLiteralLike(bare)) throw new DialectError(bare, 'a string as operand', 'numbers');
  if (isBoolean(bare, unit)) throw new DialectError(bare, 'a boolean as operand', 'numbers');
}

/** In Lua 0 is true, so that nothing but a boolean will do. @throws DialectError for a condition that is plainly none */
export function requireBoolean(node: ts.Expression, unit: Unit): void {
  const bare = skipParentheses(node);
  const isNumber =
    typeof unit.chunk.constant(bare) === 'number' ||
    ts.isElementAccessExpression(bare) ||
    (ts.isPrefixUnaryExpression(bare) && !isBoolean(bare, unit)) ||
    (ts.isBinaryExpression(bare) && NUMBER_OPERATORS.has(bare.operatorToken.kind));
  if (isNumber)
    throw new DialectError(bare, 'a number as condition (0 is true in Lua)', 'a comparison, such as x !== 0');
}
