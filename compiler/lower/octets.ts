// SPDX-License-Identifier: Apache-2.0
// Octets of a word on their way in and out. 5.3 has operators for both. On 5.1 a call of `bit` costs ten times an arithmetic
// operation, and arithmetic is exact here: words are joined by products and sums, and octets are cut out by remainders (float)
// or by the floored division of integer builds.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { skipParentheses, type Unit } from './unit.ts';

/** The four octets of `pack(b3, b2, b1, b0)` and `tableWord(...)`, undefined for any other expression. */
export function packedOctets(node: ts.Expression, unit: Unit): readonly ts.Expression[] | undefined {
  const bare = skipParentheses(node);
  const name = ts.isCallExpression(bare) ? unit.chunk.intrinsic(bare.expression) : undefined;
  if (!ts.isCallExpression(bare) || (name !== 'pack' && name !== 'tableWord')) return undefined;
  if (bare.arguments.length !== 4)
    throw new DialectError(bare, `${name} with ${bare.arguments.length} arguments`, `${name}(b3, b2, b1, b0)`);
  return bare.arguments;
}

/** b3 << 24 | b2 << 16 | b1 << 8 | b0. */
export function shiftedTogether(octets: readonly ts.Expression[]): ts.Expression {
  const { factory } = ts;
  return octets
    .map((octet, i) =>
      i === 3
        ? octet
        : factory.createBinaryExpression(
            octet,
            ts.SyntaxKind.LessThanLessThanToken,
            factory.createNumericLiteral(24 - 8 * i),
          ),
    )
    .reduce((left, right) => factory.createBinaryExpression(left, ts.SyntaxKind.BarToken, right));
}

/** b3 * 2^24 + b2 * 2^16 + b1 * 2^8 + b0: right modulo 2^32, not negative where numbers are floats. */
export function summedUp(octets: readonly ts.Expression[], node: ts.Node, unit: Unit): lua.Expression {
  return octets
    .map((octet, i) => {
      const value = unit.expression(octet);
      return i === 3 ? value : arithmetic(value, lua.SyntaxKind.MultiplicationOperator, 2 ** (24 - 8 * i), node);
    })
    .reduce((left, right) => lua.createBinaryExpression(left, right, lua.SyntaxKind.AdditionOperator, node));
}

/**
 * The `count` bits of x from bit `at` on, not negative: `(x >>> at) & (2^count - 1)`. On floats x is written several times;
 * remainders that several fields share are computed once (remainders.ts).
 * @param at 1 to 30
 * @param count 1 to 30; at + count is not 31, and not above 32
 */
export function bitField(x: lua.Expression, at: number, count: number, node: ts.Node, unit: Unit): lua.Expression {
  if (unit.profile.arithmetic === 'int32') return modulo(floorDivided(x, at, node), count, node);
  const above = at + count < 32 ? modulo(x, at + count, node) : x;
  const field = scaledDown(
    lua.createBinaryExpression(above, modulo(x, at, node), lua.SyntaxKind.SubtractionOperator, node),
    at,
    node,
  );
  return at + count < 32 ? field : modulo(field, count, node);
}

export interface Turn {
  readonly operand: ts.Identifier;
  /** 2 to 30. */
  readonly bits: number;
}

/** A word of a table to be rotated right, `turned(x, bits)`; undefined for any other expression. */
export function turn(node: ts.Expression, unit: Unit): Turn | undefined {
  const bare = skipParentheses(node);
  if (!ts.isCallExpression(bare) || unit.chunk.intrinsic(bare.expression) !== 'turned') return undefined;
  const [operand, count] = bare.arguments.map(skipParentheses);
  const bits = count && unit.chunk.constant(count);
  if (!operand || !ts.isIdentifier(operand) || typeof bits !== 'number' || bits < 2 || bits > 30)
    throw new DialectError(bare, bare.getText(), 'turned(x, n) with a name x and a constant n of 2 to 30');
  return { operand, bits };
}

/** x >>> bits | x << 32 - bits. */
export function turnedByShifts({ operand, bits }: Turn): ts.Expression {
  const { factory } = ts;
  const shifted = (operator: ts.BinaryOperator, by: number): ts.Expression =>
    factory.createBinaryExpression(operand, operator, factory.createNumericLiteral(by));
  return factory.createBinaryExpression(
    shifted(ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, bits),
    ts.SyntaxKind.BarToken,
    shifted(ts.SyntaxKind.LessThanLessThanToken, 32 - bits),
  );
}

/** The two parts of it, modulo 2^32, which have no bit in common. Words of tables are not negative where numbers are floats. */
export function turnedByArithmetic(
  { operand, bits }: Turn,
  node: ts.Node,
  unit: Unit,
): [lua.Expression, lua.Expression] {
  const x = unit.expression(operand);
  const isFloat = unit.profile.arithmetic === 'float';
  const low = modulo(x, bits, node);
  const high = isFloat
    ? scaledDown(lua.createBinaryExpression(x, low, lua.SyntaxKind.SubtractionOperator, node), bits, node)
    : modulo(floorDivided(x, bits, node), 32 - bits, node);
  const raised = arithmetic(
    isFloat ? modulo(x, bits, node) : x,
    lua.SyntaxKind.MultiplicationOperator,
    2 ** (32 - bits),
    node,
  );
  return [high, raised];
}

/** Floor of x / 2^bits, 1 to 30 bits, on integer builds, whose division is floored. */
export function floorDivided(x: lua.Expression, bits: number, node: ts.Node): lua.Expression {
  return arithmetic(x, lua.SyntaxKind.DivisionOperator, 2 ** bits, node);
}

/** x % 2^bits. */
export function modulo(x: lua.Expression, bits: number, node: ts.Node): lua.Expression {
  return arithmetic(x, lua.SyntaxKind.ModuloOperator, 2 ** bits, node);
}

/** A product with a power of two is exact and costs half a division; Lua's compiler folds the constant. */
function scaledDown(x: lua.Expression, bits: number, node: ts.Node): lua.Expression {
  const factor = arithmetic(lua.createNumericLiteral(1), lua.SyntaxKind.DivisionOperator, 2 ** bits, node);
  return lua.createBinaryExpression(x, factor, lua.SyntaxKind.MultiplicationOperator, node);
}

function arithmetic(
  x: lua.Expression,
  operator: Parameters<typeof lua.createBinaryExpression>[2],
  value: number,
  node: ts.Node,
): lua.Expression {
  return lua.createBinaryExpression(x, lua.createNumericLiteral(value), operator, node);
}
