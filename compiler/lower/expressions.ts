// SPDX-License-Identifier: Apache-2.0
// Expressions other than bit operators.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { isBitOperator } from './bits.ts';
import { binary51, not51, wrapped } from './bits51.ts';
import { bits53 } from './bits53.ts';
import { packedOctets, summedUp } from './octets.ts';
import { lowerFlashAt } from './flash.ts';
import { isBoolean, requireBoolean, requireNumber } from './forms.ts';
import { lowerString, STRING_INTRINSICS } from './strings.ts';
import { isPure, literal, reference, skipParentheses, spillSlot, type Unit } from './unit.ts';

type BinaryOperator = Parameters<typeof lua.createBinaryExpression>[2];

const NUMERIC = new Map<ts.SyntaxKind, BinaryOperator>([
  [ts.SyntaxKind.PlusToken, lua.SyntaxKind.AdditionOperator],
  [ts.SyntaxKind.MinusToken, lua.SyntaxKind.SubtractionOperator],
  [ts.SyntaxKind.AsteriskToken, lua.SyntaxKind.MultiplicationOperator],
  [ts.SyntaxKind.PercentToken, lua.SyntaxKind.ModuloOperator],
]);

const RELATIONAL = new Map<ts.SyntaxKind, BinaryOperator>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, lua.SyntaxKind.EqualityOperator],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, lua.SyntaxKind.InequalityOperator],
  [ts.SyntaxKind.LessThanToken, lua.SyntaxKind.LessThanOperator],
  [ts.SyntaxKind.LessThanEqualsToken, lua.SyntaxKind.LessEqualOperator],
  [ts.SyntaxKind.GreaterThanToken, lua.SyntaxKind.GreaterThanOperator],
  [ts.SyntaxKind.GreaterThanEqualsToken, lua.SyntaxKind.GreaterEqualOperator],
]);

const LOGICAL = new Map<ts.SyntaxKind, BinaryOperator>([
  [ts.SyntaxKind.AmpersandAmpersandToken, lua.SyntaxKind.AndOperator],
  [ts.SyntaxKind.BarBarToken, lua.SyntaxKind.OrOperator],
]);

const OPERATORS = '+ - * % & | ^ ~ << >> >>> === !== < <= > >= && || ! and div(a, b)';

export function lowerIdentifier(node: ts.Identifier, unit: Unit): lua.Expression {
  const value = unit.chunk.constant(node);
  if (value !== undefined) return literal(value, node);
  const intrinsic = unit.chunk.intrinsic(node);
  if (intrinsic !== undefined) throw new DialectError(node, `${intrinsic} used as a value`, `a call of ${intrinsic}`);
  if (!unit.chunk.symbolOf(node) && !unit.globals.has(node.text)) {
    const known = unit.globals.size > 0 ? [...unit.globals].join(', ') : 'none here';
    throw new DialectError(
      node,
      `the global name ${node.text}`,
      `imported names, and the modules of the board (${known})`,
    );
  }
  return reference(node, unit);
}

export function lowerPrefix(node: ts.PrefixUnaryExpression, unit: Unit): lua.Expression {
  const value = unit.chunk.constant(node);
  if (value !== undefined) return literal(value, node);
  switch (node.operator) {
    case ts.SyntaxKind.ExclamationToken:
      return lua.createUnaryExpression(condition(node.operand, unit), lua.SyntaxKind.NotOperator, node);
    case ts.SyntaxKind.MinusToken:
      return lua.createUnaryExpression(number(node.operand, unit), lua.SyntaxKind.NegationOperator, node);
    case ts.SyntaxKind.TildeToken:
      return unit.profile.version === '5.3' ? bits53(node, unit) : not51(node, unit);
    default:
      throw new DialectError(node, `the operator ${ts.tokenToString(node.operator) ?? ''} in an expression`, OPERATORS);
  }
}

export function lowerBinary(node: ts.BinaryExpression, unit: Unit): lua.Expression {
  const value = unit.chunk.constant(node);
  if (value !== undefined) return literal(value, node);
  const { kind } = node.operatorToken;
  const numeric = NUMERIC.get(kind);
  if (numeric !== undefined)
    return lua.createBinaryExpression(number(node.left, unit), number(node.right, unit), numeric, node);
  if (isBitOperator(kind)) {
    requireNumber(node.left, unit);
    requireNumber(node.right, unit);
    return unit.profile.version === '5.3' ? bits53(node, unit) : binary51(node, unit);
  }
  const comparison = RELATIONAL.get(kind);
  if (comparison !== undefined)
    return lua.createBinaryExpression(unit.expression(node.left), unit.expression(node.right), comparison, node);
  const logical = LOGICAL.get(kind);
  if (logical !== undefined)
    return lua.createBinaryExpression(condition(node.left, unit), condition(node.right, unit), logical, node);
  throw new DialectError(node, `the operator ${node.operatorToken.getText()} in an expression`, OPERATORS);
}

/** `c ? a : b` as `c and a or b`, which is right for every a that is neither false nor nil. */
export function lowerConditional(node: ts.ConditionalExpression, unit: Unit): lua.Expression {
  const decided = unit.chunk.constant(node.condition);
  if (typeof decided === 'boolean') return unit.expression(decided ? node.whenTrue : node.whenFalse);
  if (isBoolean(node.whenTrue, unit)) {
    throw new DialectError(
      node.whenTrue,
      'c ? a : b with a boolean a',
      'a number or a function there; for booleans && and ||',
    );
  }
  const chosen = lua.createBinaryExpression(
    condition(node.condition, unit),
    unit.expression(node.whenTrue),
    lua.SyntaxKind.AndOperator,
    node,
  );
  return lua.createBinaryExpression(chosen, unit.expression(node.whenFalse), lua.SyntaxKind.OrOperator, node);
}

/** Tables are indexed as written, from 0. */
export function lowerElement(node: ts.ElementAccessExpression, unit: Unit): lua.TableIndexExpression {
  if (node.questionDotToken) throw new DialectError(node, 'optional chaining', 'table[index]');
  const symbol = ts.isIdentifier(node.expression) ? unit.chunk.symbolOf(node.expression) : undefined;
  const first = symbol && unit.plan.entries(symbol);
  if (first !== undefined) {
    return spillSlot(first + (unit.chunk.constant(node.argumentExpression) as number), unit, node);
  }
  return lua.createTableIndexExpression(unit.expression(node.expression), number(node.argumentExpression, unit), node);
}

/** `spi.send`: a field of a board's module or object. */
export function lowerProperty(node: ts.PropertyAccessExpression, unit: Unit): lua.Expression {
  if (
    node.questionDotToken ||
    !ts.isIdentifier(node.expression) ||
    !ts.isIdentifier(node.name) ||
    node.name.text === 'length'
  ) {
    throw new DialectError(
      node,
      `the property ${node.name.text}`,
      'fields of a board module, as in spi.send(...); the length of a table is a constant of its own',
    );
  }
  return lua.createTableIndexExpression(
    unit.expression(node.expression),
    lua.createStringLiteral(node.name.text),
    node,
  );
}

export function lowerCall(node: ts.CallExpression, unit: Unit): lua.Expression {
  const intrinsic = unit.chunk.intrinsic(node.expression);
  if (intrinsic === 'div') return lowerDivision(node, unit);
  if (intrinsic === 'pack') return unit.profile.version === '5.3' ? bits53(node, unit) : wrapped(node, unit, node);
  if (intrinsic === 'flashAt') return lowerFlashAt(node, unit);
  if (intrinsic !== undefined && STRING_INTRINSICS.has(intrinsic)) return lowerString(intrinsic, node, unit);
  if (intrinsic === 'tableWord') return unit.profile.version === '5.3' ? bits53(node, unit) : sum(node, unit);
  if (intrinsic === 'turned') throw new DialectError(node, 'turned alone', 'turned(x, n) as an operand of ^');
  if (intrinsic === 'unrolled')
    throw new DialectError(node, 'unrolled here', 'for (let i = a; i < unrolled(b); i += c)');
  if (intrinsic !== undefined)
    throw new DialectError(
      node,
      `${intrinsic} inside a function or expression`,
      `const name = ${intrinsic}(...) at the top level of a module`,
    );
  if (node.questionDotToken || !(ts.isIdentifier(node.expression) || ts.isPropertyAccessExpression(node.expression))) {
    throw new DialectError(node.expression, 'a call of this', 'calls of a function by its name');
  }
  const parameters = node.arguments.map((argument) => lowerArgument(argument, unit));
  return lua.createCallExpression(unit.expression(node.expression), parameters, node);
}

function lowerArgument(node: ts.Expression, unit: Unit): lua.Expression {
  if (ts.isStringLiteral(node)) return lua.createStringLiteral(node.text, node);
  return ts.isObjectLiteralExpression(node) ? lowerSettings(node, unit) : unit.expression(node);
}

/** `f({ name: value })` for a module of a board, while the modules initialise; the allocation gate refuses it elsewhere. */
function lowerSettings(node: ts.ObjectLiteralExpression, unit: Unit): lua.TableExpression {
  const fields = node.properties.map((property) => {
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name))
      throw new DialectError(property, 'this in an object', 'name: value');
    return lua.createTableFieldExpression(
      unit.expression(property.initializer),
      lua.createStringLiteral(property.name.text),
      property,
    );
  });
  return lua.createTableExpression(fields, node);
}

/** tableWord(...) where there are no operators: as the sum comes, not brought back to int32. */
function sum(node: ts.CallExpression, unit: Unit): lua.Expression {
  return summedUp(packedOctets(node, unit) ?? [], node, unit);
}

/** Floor of a / b for a >= 0 and b > 0. */
function lowerDivision(node: ts.CallExpression, unit: Unit): lua.Expression {
  const [a, b] = node.arguments;
  if (!a || !b || node.arguments.length !== 2)
    throw new DialectError(node, `div with ${node.arguments.length} arguments`, 'div(a, b)');
  const left = number(a, unit);
  const right = number(b, unit);
  if (unit.profile.version === '5.3')
    return lua.createBinaryExpression(left, right, lua.SyntaxKind.FloorDivisionOperator, node);
  if (unit.profile.arithmetic === 'int32')
    return lua.createBinaryExpression(left, right, lua.SyntaxKind.DivisionOperator, node);
  if (!isSimple(a, unit) || !isSimple(b, unit)) {
    return lua.createCallExpression(
      unit.library('math', 'floor'),
      [lua.createBinaryExpression(left, right, lua.SyntaxKind.DivisionOperator, node)],
      node,
    );
  }
  const rest = lua.createBinaryExpression(left, right, lua.SyntaxKind.ModuloOperator, node);
  const multiple = lua.createBinaryExpression(left, rest, lua.SyntaxKind.SubtractionOperator, node);
  return lua.createBinaryExpression(multiple, right, lua.SyntaxKind.DivisionOperator, node);
}

function isSimple(node: ts.Expression, unit: Unit): boolean {
  const bare = skipParentheses(node);
  return (
    ts.isIdentifier(bare) || ts.isNumericLiteral(bare) || (ts.isElementAccessExpression(bare) && isPure(bare, unit))
  );
}

function number(node: ts.Expression, unit: Unit): lua.Expression {
  requireNumber(node, unit);
  return unit.expression(skipParentheses(node));
}

/** Lowers a condition. */
export function condition(node: ts.Expression, unit: Unit): lua.Expression {
  requireBoolean(node, unit);
  return unit.expression(skipParentheses(node));
}
