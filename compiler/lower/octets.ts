// SPDX-License-Identifier: Apache-2.0
// Octets of a word on their way in and out. 5.3 has operators for both. On 5.1 a call of `bit` costs ten times an arithmetic
// operation, and arithmetic is exact here: words are joined by products and sums, and octets are cut out by remainders (float)
// or by the floored division of integer builds.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { skipParentheses, type Unit } from './unit.ts';

/** The four octets of `pack(b3, b2, b1, b0)`, undefined for any other expression. */
export function packedOctets(node: ts.Expression, unit: Unit): readonly ts.Expression[] | undefined {
  const bare = skipParentheses(node);
  if (!ts.isCallExpression(bare) || unit.chunk.intrinsic(bare.expression) !== 'pack') return undefined;
  if (bare.arguments.length !== 4)
    throw new DialectError(bare, `pack with ${bare.arguments.length} arguments`, 'pack(b3, b2, b1, b0)');
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
