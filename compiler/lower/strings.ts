// SPDX-License-Identifier: Apache-2.0
// Strings of octets (crypto-core/strings.ts) as Lua's own, and calls of Lua's string library.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { isPure, skipParentheses, type Unit } from './unit.ts';

/** What is lowered here and has a value. */
export const STRING_INTRINSICS: ReadonlySet<string> = new Set([
  'textOf',
  'chars',
  'joined',
  'part',
  'charAt',
  'lengthOf',
]);

/** Octets of one putChars. */
const PUT = 8;

export function lowerString(intrinsic: string, node: ts.CallExpression, unit: Unit): lua.Expression {
  const given = node.arguments.map((argument) => text(argument, unit));
  const [first, from, count] = node.arguments;
  if (intrinsic === 'joined') return given.reduceRight((rest, one) => concat(one, rest, node));
  if (intrinsic === 'chars') return call(unit.library('string', 'char'), given, node);
  if (intrinsic === 'lengthOf' && first)
    return lua.createUnaryExpression(given[0]!, lua.SyntaxKind.LengthOperator, node);
  if (!first || !from)
    throw new DialectError(node, `${intrinsic} without its arguments`, 'those of crypto-core/strings.ts');
  if (intrinsic === 'charAt')
    return call(unit.library('string', 'byte'), [given[0]!, number(plus(from, one()), unit)], node);
  if (!count || !isPure(from, unit))
    throw new DialectError(node, `${intrinsic} at this`, 'a place that can be written twice');
  if (intrinsic === 'part')
    return call(
      unit.library('string', 'sub'),
      [given[0]!, number(plus(from, one()), unit), number(plus(from, count), unit)],
      node,
    );
  // unpack counts as it is told, from 0 as well.
  const last = number(minus(plus(from, count), one()), unit);
  const unpack = unit.profile.version === '5.3' ? unit.library('table', 'unpack') : unit.library(undefined, 'unpack');
  return call(unit.library('string', 'char'), [call(unpack, [given[0]!, number(from, unit), last], node)], node);
}

/** `putChars(...)` and `attempt(...)`; undefined for other calls. */
export function lowerActive(node: ts.CallExpression, unit: Unit): lua.Statement | undefined {
  const intrinsic = unit.chunk.intrinsic(node.expression);
  const [first, at, source, from] = node.arguments;
  if (intrinsic === 'attempt' && first)
    return lua.createExpressionStatement(call(unit.library(undefined, 'pcall'), [unit.expression(first)], node), node);
  if (intrinsic !== 'putChars' || !first || !at || !source || !from) return undefined;
  if (!isPure(first, unit) || !isPure(at, unit) || !isPure(from, unit))
    throw new DialectError(node, 'putChars at this', 'places that can be written several times');
  const octets = Array.from({ length: PUT }, (_, i) =>
    lua.createTableIndexExpression(unit.expression(first), number(plus(at, constant(i)), unit), node),
  );
  const ends = [plus(from, one()), plus(from, constant(PUT))].map((end) => number(end, unit));
  const read = call(unit.library('string', 'byte'), [text(source, unit), ...ends], node);
  return lua.createAssignmentStatement(octets, read, node);
}

function text(node: ts.Expression, unit: Unit): lua.Expression {
  const bare = skipParentheses(node);
  return ts.isStringLiteral(bare) ? lua.createStringLiteral(bare.text, bare) : unit.expression(bare);
}

const call = (name: lua.Expression, parameters: lua.Expression[], node: ts.Node): lua.Expression =>
  lua.createCallExpression(name, parameters, node);

const concat = (left: lua.Expression, right: lua.Expression, node: ts.Node): lua.Expression =>
  lua.createBinaryExpression(left, right, lua.SyntaxKind.ConcatOperator, node);

const constant = (value: number): ts.Expression => ts.factory.createNumericLiteral(value);
const one = (): ts.Expression => constant(1);
const minus = (a: ts.Expression, b: ts.Expression): ts.Expression => ts.factory.createSubtract(a, b);

/** Sums without zeros; constants are added by the compiler. */
function plus(a: ts.Expression, b: ts.Expression): ts.Expression {
  const isZero = (node: ts.Expression): boolean => ts.isNumericLiteral(node) && Number(node.text) === 0;
  return isZero(a) ? b : isZero(b) ? a : ts.factory.createAdd(a, b);
}

const number = (node: ts.Expression, unit: Unit): lua.Expression => unit.expression(node);
