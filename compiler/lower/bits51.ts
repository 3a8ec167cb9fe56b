// SPDX-License-Identifier: Apache-2.0
// Bit operators for Lua 5.1: calls of the `bit` module, kept in locals. Every function of `bit` takes numbers modulo 2^32 and
// gives a signed int32, as JavaScript's operators do. A call costs several times a `%`, so masks become `%`: Lua's is floored
// and therefore right for negative numbers too.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { maskBits } from '../fold.ts';
import { chain, isBitExpression, shift, unsignedBits } from './bits.ts';
import { isCutUp } from './fields.ts';
import { bitField, floorDivided, modulo, packedOctets, summedUp, turn, turnedByArithmetic } from './octets.ts';
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
  const bits = unit.chunk.constant(node.right);
  if (bits === 0) return wrapped(node.left, unit, node);
  const { kind } = node.operatorToken;
  const byArithmetic = typeof bits === 'number' && bits <= 30 ? shiftByArithmetic(kind, node, bits, unit) : undefined;
  if (byArithmetic) return byArithmetic;
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

/** Where integers wrap, shifts are products, quotients and remainders at a tenth of a call's cost; undefined elsewhere. */
function shiftByArithmetic(
  kind: ts.SyntaxKind,
  node: ts.BinaryExpression,
  bits: number,
  unit: Unit,
): lua.Expression | undefined {
  if (unit.profile.arithmetic !== 'int32') return undefined;
  const x = operand(node.left, unit);
  if (kind === ts.SyntaxKind.GreaterThanGreaterThanToken) return floorDivided(x, bits, node);
  if (kind === ts.SyntaxKind.LessThanLessThanToken) {
    return lua.createBinaryExpression(
      x,
      lua.createNumericLiteral(2 ** bits),
      lua.SyntaxKind.MultiplicationOperator,
      node,
    );
  }
  return bits === 1 ? undefined : modulo(floorDivided(x, bits, node), 32 - bits, node);
}

function lowerMask(operands: readonly ts.Expression[], mask: number, node: ts.Node, unit: Unit): lua.Expression {
  const bits = maskBits(mask);
  const [first] = operands;
  // 2^31 has no literal that is right on both number models.
  if (!first || bits === 0 || bits > 30) {
    if (first && operands.length === 1 && bits === 31 && unsignedBits(first, unit) === 31) return operand(first, unit);
    return call('band', operands, mask, node, unit);
  }
  const field = operands.length === 1 ? shiftedField(first, bits, node, unit) : undefined;
  if (field) return field;
  if (operands.length > 1) return modulo(call('band', operands, undefined, node, unit), bits, node);
  const left = unsignedBits(first, unit);
  return left > 0 && left <= bits ? operand(first, unit) : modulo(operand(first, unit), bits, node);
}

/** `(x >>> at) & mask`, by arithmetic where that is exact. */
function shiftedField(node: ts.Expression, bits: number, place: ts.Node, unit: Unit): lua.Expression | undefined {
  const left = unsignedBits(node, unit);
  const found = left > 0 ? shift(node, unit) : undefined;
  if (!found || left === 31 || (unit.profile.arithmetic === 'float' && !isCutUp(found.operand, unit))) return undefined;
  const at = 32 - left;
  const count = Math.min(bits, left);
  // 2^31 has no literal that is right on both number models.
  return at > 30 || at + count === 31 ? undefined : bitField(operand(found.operand, unit), at, count, place, unit);
}

function call(
  name: string,
  operands: readonly ts.Expression[],
  constant: number | undefined,
  node: ts.Node,
  unit: Unit,
): lua.Expression {
  const parameters = operands.flatMap((part) => {
    const turned = name === 'bxor' ? turn(part, unit) : undefined;
    return turned ? turnedByArithmetic(turned, part, unit) : [operand(part, unit)];
  });
  if (constant !== undefined) parameters.push(literal(constant, node));
  return lua.createCallExpression(unit.library('bit', name), parameters, node);
}

/** `bit` reduces its arguments modulo 2^32 itself, and so does `%` by a power of two: `(a + b) | 0` needs no wrap in there. */
function operand(node: ts.Expression, unit: Unit): lua.Expression {
  const bare = skipParentheses(node);
  const value = unit.chunk.constant(bare);
  if (typeof value === 'number') return literal(value | 0, bare);
  const octets = packedOctets(bare, unit);
  if (octets) return summedUp(octets, bare, unit);
  if (ts.isBinaryExpression(bare) && bare.operatorToken.kind === ts.SyntaxKind.BarToken) {
    const { operands, constant } = chain(bare, unit);
    const [first] = operands;
    if (first && operands.length === 1 && constant === undefined) return operand(first, unit);
  }
  return unit.expression(bare);
}

/** `x | 0` and `pack(...)`: integers of 32 bits wrap by themselves. */
export function wrapped(node: ts.Expression, unit: Unit, original: ts.Node): lua.Expression {
  const octets = packedOctets(node, unit);
  const value = octets ? summedUp(octets, original, unit) : undefined;
  if (isBitExpression(node) || unit.profile.arithmetic === 'int32') return value ?? unit.expression(node);
  return lua.createCallExpression(
    unit.library('bit', 'bor'),
    [value ?? unit.expression(node), lua.createNumericLiteral(0)],
    original,
  );
}
