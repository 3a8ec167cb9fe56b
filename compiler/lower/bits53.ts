// SPDX-License-Identifier: Apache-2.0
// Bit operators for Lua 5.3: its own. With 32-bit integers they are JavaScript's, but for `>>`, which Lua has not (its `>>` is
// JavaScript's `>>>`). With 64-bit integers a number is kept sign-extended; `& | ~ ^` keep it so, `<<` and arithmetic do not, and
// are brought back by (v & 0xffffffff ~ 0x80000000) - 0x80000000 where the value leaves the bit operators.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { chain, isBitOperator, lowMask, shift, unsignedBits, type Shift } from './bits.ts';
import { packedOctets, shiftedTogether, turn, turnedByShifts } from './octets.ts';
import { literal, skipParentheses, type Unit } from './unit.ts';

/** A value of which the low 32 bits are right; `extended` tells that the others are the sign's, as at rest. */
interface Word {
  readonly value: lua.Expression;
  readonly extended: boolean;
}

type Operator = Parameters<typeof lua.createBinaryExpression>[2];

/** Lowers `& | ^ << >> >>> ~` and `x | 0`. */
export function bits53(node: ts.Expression, unit: Unit): lua.Expression {
  return extend(word(node, unit), unit, node);
}

function extend(found: Word, unit: Unit, node: ts.Node): lua.Expression {
  if (found.extended || unit.profile.arithmetic === 'int32') return found.value;
  const low = binary(found.value, lua.createNumericLiteral(0xffffffff), lua.SyntaxKind.BitwiseAndOperator, node);
  const flipped = binary(low, lua.createNumericLiteral(0x80000000), lua.SyntaxKind.BitwiseExclusiveOrOperator, node);
  return binary(flipped, lua.createNumericLiteral(0x80000000), lua.SyntaxKind.SubtractionOperator, node);
}

function word(node: ts.Expression, unit: Unit): Word {
  const bare = skipParentheses(node);
  const value = unit.chunk.constant(bare);
  if (typeof value === 'number') return { value: literal(value | 0, bare), extended: true };
  if (ts.isPrefixUnaryExpression(bare) && bare.operator === ts.SyntaxKind.TildeToken) {
    const inner = word(bare.operand, unit);
    return { ...inner, value: lua.createUnaryExpression(inner.value, lua.SyntaxKind.BitwiseNotOperator, bare) };
  }
  const packed = packedOctets(bare, unit);
  if (packed) return word(shiftedTogether(packed), unit);
  const turned = turn(bare, unit);
  if (turned) return word(turnedByShifts(turned), unit);
  if (ts.isBinaryExpression(bare) && isBitOperator(bare.operatorToken.kind)) {
    const found = shift(bare, unit);
    return found ? lowerShift(found, bare, unit) : lowerChain(bare, unit);
  }
  return { value: unit.expression(bare), extended: !isArithmetic(bare) };
}

/** Sums, differences and products may leave 32 bits; everything else the dialect has is an int32. */
function isArithmetic(node: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(node)) return true;
  return ts.isBinaryExpression(node) || ts.isConditionalExpression(node);
}

function lowerChain(node: ts.BinaryExpression, unit: Unit): Word {
  const { kind } = node.operatorToken;
  const { operands, constant } = chain(node, unit);
  if (kind === ts.SyntaxKind.AmpersandToken && constant !== undefined && constant > 0)
    return lowerMask(operands, constant, node, unit);
  const words = operands.map((part) => word(part, unit));
  if (constant !== undefined) words.push({ value: literal(constant, node), extended: true });
  const operator =
    kind === ts.SyntaxKind.AmpersandToken
      ? lua.SyntaxKind.BitwiseAndOperator
      : kind === ts.SyntaxKind.BarToken
        ? lua.SyntaxKind.BitwiseOrOperator
        : lua.SyntaxKind.BitwiseExclusiveOrOperator;
  return {
    value: words.map((part) => part.value).reduce((left, right) => binary(left, right, operator, node)),
    extended: words.every((part) => part.extended),
  };
}

/** `x & mask` with a positive mask: all above it is cut off, so that only the low bits of x matter. */
function lowerMask(operands: readonly ts.Expression[], mask: number, node: ts.Node, unit: Unit): Word {
  let kept = mask;
  const values = operands.map((part) => {
    const left = unsignedBits(part, unit);
    if (left === 0) return word(part, unit).value;
    kept &= lowMask(left);
    const found = shift(part, unit) as Shift;
    return binary(
      word(found.operand, unit).value,
      unit.expression(found.count),
      lua.SyntaxKind.BitwiseRightShiftOperator,
      part,
    );
  });
  const value = values.reduce((left, right) => binary(left, right, lua.SyntaxKind.BitwiseAndOperator, node));
  const [first] = operands;
  const useless =
    unit.profile.arithmetic === 'int32' &&
    first &&
    operands.length === 1 &&
    unsignedBits(first, unit) > 0 &&
    kept === lowMask(unsignedBits(first, unit));
  return {
    value: useless ? value : binary(value, literal(kept, node), lua.SyntaxKind.BitwiseAndOperator, node),
    extended: true,
  };
}

function lowerShift(found: Shift, node: ts.Node, unit: Unit): Word {
  const { kind, operand, count, bits } = found;
  if (bits === 0) return word(operand, unit);
  if (kind === ts.SyntaxKind.LessThanLessThanToken) {
    return {
      value: binary(word(operand, unit).value, unit.expression(count), lua.SyntaxKind.BitwiseLeftShiftOperator, node),
      extended: false,
    };
  }
  if (kind === ts.SyntaxKind.GreaterThanGreaterThanToken)
    return { value: arithmeticShift(found, node, unit), extended: true };
  let { value } = word(operand, unit);
  if (unit.profile.arithmetic === 'int64') {
    value = binary(value, lua.createNumericLiteral(0xffffffff), lua.SyntaxKind.BitwiseAndOperator, node);
  }
  return {
    value: binary(value, unit.expression(count), lua.SyntaxKind.BitwiseRightShiftOperator, node),
    extended: true,
  };
}

/** x >> n is floor(x / 2^n), which is what `//` does with integers. 2^31 is negative where integers have 32 bits. */
function arithmeticShift({ operand, count, bits }: Shift, node: ts.Node, unit: Unit): lua.Expression {
  const value = bits53(operand, unit);
  const floor = (divisor: lua.Expression): lua.Expression =>
    binary(value, divisor, lua.SyntaxKind.FloorDivisionOperator, node);
  const wide = unit.profile.arithmetic === 'int64';
  if (bits !== undefined && (bits < 31 || wide)) return floor(lua.createNumericLiteral(2 ** bits));
  const amount = unit.expression(count);
  const right = (x: lua.Expression): lua.Expression =>
    binary(x, amount, lua.SyntaxKind.BitwiseRightShiftOperator, node);
  if (bits !== undefined) return lua.createUnaryExpression(right(value), lua.SyntaxKind.NegationOperator, node);
  if (wide) return floor(binary(lua.createNumericLiteral(1), amount, lua.SyntaxKind.BitwiseLeftShiftOperator, node));
  // Shift in zeros, then carry the sign bit up: (y ~ s) - s where s is the sign bit's new place.
  const sign = right(lua.createNumericLiteral(-0x80000000));
  return binary(
    binary(right(value), sign, lua.SyntaxKind.BitwiseExclusiveOrOperator, node),
    sign,
    lua.SyntaxKind.SubtractionOperator,
    node,
  );
}

function binary(left: lua.Expression, right: lua.Expression, operator: Operator, node: ts.Node): lua.Expression {
  return lua.createBinaryExpression(left, right, operator, node);
}
