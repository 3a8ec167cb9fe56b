// SPDX-License-Identifier: Apache-2.0
// Statements inside functions and module initialisation, loops apart.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { isAssignment } from '../chunk.ts';
import { DialectError } from '../errors.ts';
import { condition, lowerElement } from './expressions.ts';
import { requireNumber } from './forms.ts';
import { shareRemainders } from './remainders.ts';
import { lowerActive } from './strings.ts';
import { endWithCalls } from './tail.ts';
import { isPure, reference, skipParentheses, type Unit } from './unit.ts';

/** `x op= y` to op. */
const COMPOUND = new Map<ts.SyntaxKind, ts.BinaryOperator>([
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusEqualsToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskEqualsToken, ts.SyntaxKind.AsteriskToken],
  [ts.SyntaxKind.PercentEqualsToken, ts.SyntaxKind.PercentToken],
  [ts.SyntaxKind.AmpersandEqualsToken, ts.SyntaxKind.AmpersandToken],
  [ts.SyntaxKind.BarEqualsToken, ts.SyntaxKind.BarToken],
  [ts.SyntaxKind.CaretEqualsToken, ts.SyntaxKind.CaretToken],
  [ts.SyntaxKind.LessThanLessThanEqualsToken, ts.SyntaxKind.LessThanLessThanToken],
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken, ts.SyntaxKind.GreaterThanGreaterThanToken],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken, ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken],
]);

/** `let x = 1;` inside a function. Constants leave nothing behind: they stand where they are used. */
export function lowerVariables(node: ts.VariableDeclarationList, unit: Unit): lua.Statement[] {
  if ((node.flags & (ts.NodeFlags.Let | ts.NodeFlags.Const)) === 0)
    throw new DialectError(node, 'var', 'let and const');
  return node.declarations.flatMap((declaration) => {
    const name = variableName(declaration);
    const symbol = unit.chunk.symbolOf(name);
    if (symbol && unit.chunk.constantNamed(symbol) !== undefined) return [];
    const value = declaration.initializer && unit.expression(declaration.initializer);
    return [
      lua.createVariableDeclarationStatement(
        lua.createIdentifier(unit.plan.nameOf(name), name, undefined, name.text),
        value,
        declaration,
      ),
    ];
  });
}

export function variableName(declaration: ts.VariableDeclaration | ts.ParameterDeclaration): ts.Identifier {
  if (!ts.isIdentifier(declaration.name))
    throw new DialectError(declaration, 'destructuring', 'one name a declaration');
  return declaration.name;
}

export function lowerExpressionStatement(node: ts.ExpressionStatement, unit: Unit): lua.Statement[] {
  const expression = skipParentheses(node.expression);
  if (ts.isCallExpression(expression)) {
    const active = lowerActive(expression, unit);
    if (active) return [active];
    if (unit.chunk.intrinsic(expression.expression) !== undefined) return [];
    return [lua.createExpressionStatement(unit.expression(expression), node)];
  }
  const assigned = lowerAssignment(expression, unit);
  if (!assigned) throw new DialectError(node, 'an expression whose value is not used', 'calls, assignments, ++ and --');
  return [assigned];
}

/** `x = y`, `x += y`, `x++`, on names and table elements; undefined for other expressions. */
export function lowerAssignment(node: ts.Expression, unit: Unit): lua.AssignmentStatement | undefined {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const increment = node.operator === ts.SyntaxKind.PlusPlusToken;
    if (!increment && node.operator !== ts.SyntaxKind.MinusMinusToken) return undefined;
    return lowerCompound(
      node,
      node.operand,
      increment ? ts.SyntaxKind.PlusToken : ts.SyntaxKind.MinusToken,
      ts.factory.createNumericLiteral(1),
      unit,
    );
  }
  if (!ts.isBinaryExpression(node) || !isAssignment(node)) return undefined;
  const { kind } = node.operatorToken;
  if (kind === ts.SyntaxKind.EqualsToken)
    return lua.createAssignmentStatement(lowerTarget(node.left, unit), unit.expression(node.right), node);
  const operator = COMPOUND.get(kind);
  if (operator === undefined)
    throw new DialectError(
      node,
      `the operator ${node.operatorToken.getText()}`,
      '= and += -= *= %= &= |= ^= <<= >>= >>>=',
    );
  return lowerCompound(node, node.left, operator, node.right, unit);
}

function lowerCompound(
  node: ts.Expression,
  target: ts.Expression,
  operator: ts.BinaryOperator,
  value: ts.Expression,
  unit: Unit,
): lua.AssignmentStatement {
  const bare = skipParentheses(target);
  // The target is written twice, so it must not do anything.
  if (!isPure(bare, unit))
    throw new DialectError(
      target,
      'an assignment operator on an element whose index has calls',
      'an index without calls: give it a name first',
    );
  requireNumber(value, unit);
  const sum = ts.factory.createBinaryExpression(bare, operator, value);
  ts.setOriginalNode(sum, node);
  return lua.createAssignmentStatement(lowerTarget(bare, unit), unit.expression(sum), node);
}

function lowerTarget(node: ts.Expression, unit: Unit): lua.AssignmentLeftHandSideExpression {
  const bare = skipParentheses(node);
  if (ts.isElementAccessExpression(bare)) return lowerElement(bare, unit);
  if (ts.isIdentifier(bare) && unit.chunk.symbolOf(bare)) return reference(bare, unit);
  throw new DialectError(node, 'an assignment to this', 'assignments to names and table elements');
}

export function lowerIf(node: ts.IfStatement, unit: Unit): lua.Statement[] {
  const decided = unit.chunk.constant(node.expression);
  if (typeof decided === 'boolean') {
    const kept = decided ? node.thenStatement : node.elseStatement;
    return kept ? unit.statements([kept]) : [];
  }
  return [ifStatement(node, unit)];
}

function ifStatement(node: ts.IfStatement, unit: Unit): lua.IfStatement {
  const otherwise = node.elseStatement;
  const isChain =
    otherwise && ts.isIfStatement(otherwise) && typeof unit.chunk.constant(otherwise.expression) !== 'boolean';
  return lua.createIfStatement(
    condition(node.expression, unit),
    block(node.thenStatement, unit),
    isChain ? ifStatement(otherwise, unit) : otherwise && block(otherwise, unit),
    node,
  );
}

export function lowerReturn(node: ts.ReturnStatement, unit: Unit): lua.Statement {
  return lua.createReturnStatement(node.expression ? [unit.expression(node.expression)] : [], node);
}

/** The body of a loop or a branch. */
export function block(node: ts.Statement, unit: Unit): lua.Block {
  return lua.createBlock(unit.statements(ts.isBlock(node) ? node.statements : [node]), node);
}

export function lowerFunction(node: ts.FunctionDeclaration, unit: Unit): lua.FunctionExpression {
  const refused = node.asteriskToken ?? node.modifiers?.[0];
  if (refused) throw new DialectError(refused, `${refused.getText()} function`, 'plain functions');
  const parameters = node.parameters.map((parameter) => {
    const name = variableName(parameter);
    if (parameter.initializer ?? parameter.dotDotDotToken)
      throw new DialectError(parameter, 'a default or rest parameter', 'plain parameters');
    return lua.createIdentifier(unit.plan.nameOf(name), name, undefined, name.text);
  });
  const body = lua.createBlock(unit.statements(node.body?.statements ?? []));
  shareRemainders(body, parameters.length, unit);
  if (unit.plan.memory > 0) endWithCalls(body);
  return lua.createFunctionExpression(body, parameters, undefined, lua.NodeFlags.Declaration, node);
}
