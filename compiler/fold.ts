// SPDX-License-Identifier: Apache-2.0
// Constant expressions, evaluated exactly as JavaScript would.
import ts from 'typescript';

export type Constant = number | boolean;

/** What an identifier stands for where it names a constant; undefined where it does not. */
export type ConstantOf = (name: ts.Identifier) => Constant | undefined;

const ARITHMETIC = new Map<ts.SyntaxKind, (a: number, b: number) => Constant>([
  [ts.SyntaxKind.PlusToken, (a, b) => a + b],
  [ts.SyntaxKind.MinusToken, (a, b) => a - b],
  [ts.SyntaxKind.AsteriskToken, (a, b) => a * b],
  [ts.SyntaxKind.PercentToken, (a, b) => a % b],
  [ts.SyntaxKind.AmpersandToken, (a, b) => a & b],
  [ts.SyntaxKind.BarToken, (a, b) => a | b],
  [ts.SyntaxKind.CaretToken, (a, b) => a ^ b],
  [ts.SyntaxKind.LessThanLessThanToken, (a, b) => a << b],
  [ts.SyntaxKind.GreaterThanGreaterThanToken, (a, b) => a >> b],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, (a, b) => a >>> b],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, (a, b) => a === b],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, (a, b) => a !== b],
  [ts.SyntaxKind.LessThanToken, (a, b) => a < b],
  [ts.SyntaxKind.LessThanEqualsToken, (a, b) => a <= b],
  [ts.SyntaxKind.GreaterThanToken, (a, b) => a > b],
  [ts.SyntaxKind.GreaterThanEqualsToken, (a, b) => a >= b],
]);

/**
 * The value of a constant expression.
 * @param node an expression of the chunk
 * @param constantOf looks names up
 * @returns undefined where the expression is not constant
 */
export function evaluate(node: ts.Expression, constantOf: ConstantOf): Constant | undefined {
  if (ts.isParenthesizedExpression(node)) return evaluate(node.expression, constantOf);
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (ts.isIdentifier(node)) return constantOf(node);
  if (ts.isPrefixUnaryExpression(node)) return evaluateUnary(node, constantOf);
  if (ts.isBinaryExpression(node)) return evaluateBinary(node, constantOf);
  if (ts.isConditionalExpression(node)) {
    const condition = evaluate(node.condition, constantOf);
    if (typeof condition !== 'boolean') return undefined;
    return evaluate(condition ? node.whenTrue : node.whenFalse, constantOf);
  }
  return undefined;
}

function evaluateUnary(node: ts.PrefixUnaryExpression, constantOf: ConstantOf): Constant | undefined {
  const operand = evaluate(node.operand, constantOf);
  if (node.operator === ts.SyntaxKind.ExclamationToken && typeof operand === 'boolean') return !operand;
  if (typeof operand !== 'number') return undefined;
  if (node.operator === ts.SyntaxKind.MinusToken) return 0 - operand; // never -0
  if (node.operator === ts.SyntaxKind.TildeToken) return ~operand;
  return undefined;
}

function evaluateBinary(node: ts.BinaryExpression, constantOf: ConstantOf): Constant | undefined {
  const left = evaluate(node.left, constantOf);
  const kind = node.operatorToken.kind;
  // `false && f()` and `true || f()` never look at the right side.
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken && left === false) return false;
  if (kind === ts.SyntaxKind.BarBarToken && left === true) return true;
  const right = evaluate(node.right, constantOf);
  if (typeof left === 'boolean' && typeof right === 'boolean') {
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken) return right;
  }
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  return ARITHMETIC.get(kind)?.(left, right);
}

/** Whether a value is a signed 32-bit integer, the only number a mote has at rest. */
export function isInt32(value: number): boolean {
  return (value | 0) === value;
}

/** @returns k where mask is 2^k - 1 for k of 1 to 31, else 0. */
export function maskBits(mask: number): number {
  return mask > 0 && (mask & (mask + 1)) === 0 ? 32 - Math.clz32(mask) : 0;
}
