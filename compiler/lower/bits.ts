// SPDX-License-Identifier: Apache-2.0
// What the bit operators of all profiles have in common.
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { isPure, skipParentheses, type Unit } from './unit.ts';

const BIT_OPERATORS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.BarToken,
  ts.SyntaxKind.CaretToken,
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
]);

export function isBitOperator(kind: ts.SyntaxKind): boolean {
  return BIT_OPERATORS.has(kind);
}

/** Whether an expression's value comes from a bit operator: then it is an int32 already. */
export function isBitExpression(node: ts.Expression): boolean {
  const bare = skipParentheses(node);
  if (ts.isBinaryExpression(bare)) return isBitOperator(bare.operatorToken.kind);
  return ts.isPrefixUnaryExpression(bare) && bare.operator === ts.SyntaxKind.TildeToken;
}

/** What is left of an expression without parentheses, and of `c ? a : b` with a constant c. */
export function decided(node: ts.Expression, unit: Unit): ts.Expression {
  const bare = skipParentheses(node);
  if (!ts.isConditionalExpression(bare)) return bare;
  const condition = unit.chunk.constant(bare.condition);
  return typeof condition === 'boolean' ? decided(condition ? bare.whenTrue : bare.whenFalse, unit) : bare;
}

export interface Chain {
  /** Operands that are not constant, in order. */
  readonly operands: readonly ts.Expression[];
  /** All constant operands folded into one; undefined if there is none or it changes no bit (`x | 0`, `x ^ 0`, `x & -1`). */
  readonly constant: number | undefined;
}

/** The operands of `a ^ b ^ c`; `&` and `|` likewise. */
export function chain(node: ts.BinaryExpression, unit: Unit): Chain {
  const { kind } = node.operatorToken;
  const operands: ts.Expression[] = [];
  let constant: number | undefined;
  const collect = (part: ts.Expression): void => {
    const bare = decided(part, unit);
    const value = unit.chunk.constant(bare);
    if (typeof value === 'number') {
      if (constant === undefined) constant = value | 0;
      else if (kind === ts.SyntaxKind.AmpersandToken) constant &= value;
      else if (kind === ts.SyntaxKind.BarToken) constant |= value;
      else constant ^= value;
    } else if (ts.isBinaryExpression(bare) && bare.operatorToken.kind === kind) {
      collect(bare.left);
      collect(bare.right);
    } else operands.push(bare);
  };
  collect(node);
  if (constant === (kind === ts.SyntaxKind.AmpersandToken ? -1 : 0)) constant = undefined;
  return { operands, constant };
}

export interface Shift {
  readonly kind: ts.SyntaxKind;
  readonly operand: ts.Expression;
  readonly count: ts.Expression;
  /** The count where it is constant. */
  readonly bits: number | undefined;
}

/** A shift whose count the dialect allows; undefined for any other expression. */
export function shift(node: ts.Expression, unit: Unit): Shift | undefined {
  const bare = skipParentheses(node);
  if (!ts.isBinaryExpression(bare)) return undefined;
  const { kind } = bare.operatorToken;
  const unsigned = kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken;
  if (!unsigned && kind !== ts.SyntaxKind.LessThanLessThanToken && kind !== ts.SyntaxKind.GreaterThanGreaterThanToken)
    return undefined;
  const bits = unit.chunk.constant(bare.right);
  if (typeof bits === 'number' && (!Number.isInteger(bits) || bits > 31 || bits < (unsigned ? 1 : 0))) {
    throw new DialectError(bare.right, `a shift by ${bits}`, unsigned ? '>>> by 1 to 31' : '<< and >> by 0 to 31');
  }
  if (unsigned && typeof bits !== 'number')
    throw new DialectError(bare.right, '>>> by a variable', '>>> by a constant, 1 to 31');
  if (!isPure(bare.right, unit)) {
    throw new DialectError(
      bare.right,
      'a shift by the result of a call',
      'a shift by a constant or by an expression without calls',
    );
  }
  return { kind, operand: bare.left, count: bare.right, bits: typeof bits === 'number' ? bits : undefined };
}

/**
 * How many bits `x >>> n` leaves where a mask keeps all of them and so does nothing.
 * @returns 32 - n, or 0 where `node` is no such shift
 */
export function unsignedBits(node: ts.Expression, unit: Unit): number {
  const found = shift(node, unit);
  return found?.kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken && found.bits !== undefined
    ? 32 - found.bits
    : 0;
}

/** 2^bits - 1 for 1 to 31 bits. */
export function lowMask(bits: number): number {
  return 2 ** bits - 1;
}
