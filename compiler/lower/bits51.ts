// SPDX-License-Identifier: Apache-2.0
// Bit operators for Lua 5.1: calls of the `bit` module, kept in locals. Every function of `bit` takes numbers modulo 2^32 and
// gives a signed int32, as JavaScript's operators do. A call costs several times a `%`, so masks become `%`: Lua's is floored
// and therefore right for negative numbers too.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { maskBits } from '../fold.ts';
import { chain, isBitExpression, lowMask, shift, unsignedBits } from './bits.ts';
import { literal, skipParentheses, type Unit } from './unit.ts';

/** Lowers `& | ^ << >> >>>` and `x | 0`. */
export function binary51(node: ts.BinaryExpression, unit: Unit): lua.Expression {
  const found = shift(node, unit);
  if (found) return lowerShift(node, unit);
  const { operands, constant } = chain(node, unit);
  const [first] = operands;
  if (first && operands.length === 1 && constant === undefined) return wrapped(first, unit, node);
  const { kind } = node.operatorToken;
  if (kind === ts.SyntaxKind.AmpersandToken && constant !== undefined) return lowerMask(operands, constant, node, unit);
  const name = kind === ts.SyntaxKind.AmpersandToken ? 'band' : kind === ts.SyntaxKind.BarToken ? 'bor' : 'bxor';
  return call(name, operands, constant, node, unit);
}

/** Lowers `~x`. */
export function not51(node: ts.PrefixUnaryExpression, unit: Unit): lua.Expression {
  return call('bnot', [node.operand], undefined, node, unit);
}

function lowerShift(node: ts.BinaryExpression, unit: Unit): lua.Expression {
  if (unit.chunk.constant(node.right) === 0) return wrapped(node.left, unit, node);
  const { kind } = node.operatorToken;
  const name =
    kind === ts.SyntaxKind.LessThanLessThanToken
      ? 'lshift'
      : kind === ts.SyntaxKind.GreaterThanGreaterThanToken
        ? 'arshift'
        : 'rshift';
  return lua.createCallExpression(
    unit.library('bit', name),
    [operand(node.left, unit), unit.expression(node.right)],
    node,
  );
}

function lowerMask(operands: readonly ts.Expression[], mask: number, node: ts.Node, unit: Unit): lua.Expression {
  const bits = maskBits(mask);
  const [first] = operands;
  // 2^31 has no literal that is right on both number models.
  if (!first || bits === 0 || bits > 30) {
    if (first && operands.length === 1 && bits === 31 && unsignedBits(first, unit) === 31) return operand(first, unit);
    return call('band', operands, mask, node, unit);
  }
  if (operands.length > 1) return modulo(call('band', operands, undefined, node, unit), bits, node);
  const left = unsignedBits(first, unit);
  return left > 0 && left <= bits ? operand(first, unit) : modulo(operand(first, unit), bits, node);
}

function modulo(value: lua.Expression, bits: number, node: ts.Node): lua.Expression {
  return lua.createBinaryExpression(
    value,
    lua.createNumericLiteral(lowMask(bits) + 1),
    lua.SyntaxKind.ModuloOperator,
    node,
  );
}

function call(
  name: string,
  operands: readonly ts.Expression[],
  constant: number | undefined,
  node: ts.Node,
  unit: Unit,
): lua.Expression {
  const parameters = operands.map((part) => operand(part, unit));
  if (constant !== undefined) parameters.push(literal(constant, node));
  return lua.createCallExpression(unit.library('bit', name), parameters, node);
}

/** `bit` reduces its arguments modulo 2^32 itself, and so does `%` by a power of two: `(a + b) | 0` needs no wrap in there. */
function operand(node: ts.Expression, unit: Unit): lua.Expression {
  const bare = skipParentheses(node);
  const value = unit.chunk.constant(bare);
  if (typeof value === 'number') return literal(value | 0, bare);
  if (ts.isBinaryExpression(bare) && bare.operatorToken.kind === ts.SyntaxKind.BarToken) {
    const { operands, constant } = chain(bare, unit);
    const [first] = operands;
    if (first && operands.length === 1 && constant === undefined) return operand(first, unit);
  }
  return unit.expression(bare);
}

/** `x | 0`: integers of 32 bits wrap by themselves. */
function wrapped(node: ts.Expression, unit: Unit, original: ts.Node): lua.Expression {
  if (isBitExpression(node) || unit.profile.arithmetic === 'int32') return unit.expression(node);
  return lua.createCallExpression(
    unit.library('bit', 'bor'),
    [unit.expression(node), lua.createNumericLiteral(0)],
    original,
  );
}
