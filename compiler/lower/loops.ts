// SPDX-License-Identifier: Apache-2.0
// Loops. A numeric for costs less than half a while loop's turn, so it is used wherever it means the same: the counter is
// changed by the loop alone and nothing in the loop changes the bound.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { condition } from './expressions.ts';
import { block, lowerAssignment, lowerVariables } from './statements.ts';
import { unrolled } from './unroll.ts';
import { literal, skipParentheses, type Unit } from './unit.ts';

export function lowerWhile(node: ts.WhileStatement, unit: Unit): lua.Statement[] {
  if (unit.chunk.constant(node.expression) === false) return [];
  return [lua.createWhileStatement(block(node.statement, unit), condition(node.expression, unit), node)];
}

export function lowerDo(node: ts.DoStatement, unit: Unit): lua.Statement {
  const body = block(node.statement, unit);
  const test = condition(node.expression, unit);
  // `until` sees the body's locals; JavaScript's while does not.
  const statements = hides(node.statement, node.expression)
    ? [lua.createDoStatement(body.statements)]
    : body.statements;
  return lua.createRepeatStatement(lua.createBlock(statements), negated(test), node);
}

function negated(test: lua.Expression): lua.Expression {
  if (lua.isUnaryExpression(test) && test.operator === lua.SyntaxKind.NotOperator) return test.operand;
  return lua.createUnaryExpression(test, lua.SyntaxKind.NotOperator);
}

export function lowerFor(node: ts.ForStatement, unit: Unit): lua.Statement | lua.Statement[] {
  const copies = unrolled(node, unit);
  if (copies) return copies;
  const counted = countedLoop(node, unit);
  if (counted) {
    const { counter, start, limit, step } = counted;
    const control = lua.createIdentifier(unit.plan.nameOf(counter), counter, undefined, counter.text);
    return lua.createForStatement(
      block(node.statement, unit),
      control,
      start,
      limit,
      step === 1 ? undefined : lua.createNumericLiteral(step),
      node,
    );
  }
  const statements: lua.Statement[] = [];
  if (node.initializer) {
    if (ts.isVariableDeclarationList(node.initializer)) statements.push(...lowerVariables(node.initializer, unit));
    else statements.push(assignment(node.initializer, unit));
  }
  const test = node.condition ? condition(node.condition, unit) : lua.createBooleanLiteral(true);
  let body = block(node.statement, unit);
  if (node.incrementor) {
    if (hides(node.statement, node.incrementor)) body = lua.createBlock([lua.createDoStatement(body.statements)]);
    body.statements.push(assignment(node.incrementor, unit));
  }
  statements.push(lua.createWhileStatement(body, test, node));
  return statements.length === 1 && statements[0] ? statements[0] : lua.createDoStatement(statements, node);
}

function assignment(node: ts.Expression, unit: Unit): lua.Statement {
  const statement = lowerAssignment(skipParentheses(node), unit);
  if (!statement) throw new DialectError(node, 'this part of a for statement', 'one assignment, such as i++ or i += 4');
  return statement;
}

interface Counted {
  readonly counter: ts.Identifier;
  readonly start: lua.Expression;
  readonly limit: lua.Expression;
  readonly step: number;
}

/** `for (let i = start; i < bound; i += step)` where a numeric for does the same; undefined elsewhere. */
function countedLoop(node: ts.ForStatement, unit: Unit): Counted | undefined {
  const { initializer, condition: test, incrementor } = node;
  if (!initializer || !test || !incrementor || !ts.isVariableDeclarationList(initializer)) return undefined;
  const [declaration] = initializer.declarations;
  if (!declaration?.initializer || initializer.declarations.length !== 1 || !ts.isIdentifier(declaration.name))
    return undefined;
  const counter = declaration.name;
  const symbol = unit.chunk.symbolOf(counter);
  const isCounter = (part: ts.Expression): boolean => ts.isIdentifier(part) && unit.chunk.symbolOf(part) === symbol;
  const step = stepOf(incrementor, isCounter, unit);
  const bare = skipParentheses(test);
  if (!symbol || step === undefined || !ts.isBinaryExpression(bare) || !isCounter(bare.left)) return undefined;
  if (unit.chunk.assignments(symbol).some((place) => place !== incrementor)) return undefined;
  const bound = skipParentheses(bare.right);
  if (!isFixed(bound, node, unit)) return undefined;
  const offset = OFFSETS.get(bare.operatorToken.kind);
  if (offset === undefined || offset[0] > 0 !== step > 0) return undefined;
  return { counter, start: unit.expression(declaration.initializer), limit: shifted(bound, offset[1], unit), step };
}

/** Direction of the loop, and what takes the bound to the last value the counter may have. */
const OFFSETS = new Map<ts.SyntaxKind, readonly [direction: number, offset: number]>([
  [ts.SyntaxKind.LessThanToken, [1, -1]],
  [ts.SyntaxKind.LessThanEqualsToken, [1, 0]],
  [ts.SyntaxKind.GreaterThanToken, [-1, 1]],
  [ts.SyntaxKind.GreaterThanEqualsToken, [-1, 0]],
]);

function shifted(bound: ts.Expression, offset: number, unit: Unit): lua.Expression {
  const value = unit.chunk.constant(bound);
  if (typeof value === 'number') return literal(value + offset, bound);
  const limit = unit.expression(bound);
  if (offset === 0) return limit;
  const operator = offset < 0 ? lua.SyntaxKind.SubtractionOperator : lua.SyntaxKind.AdditionOperator;
  return lua.createBinaryExpression(limit, lua.createNumericLiteral(1), operator, bound);
}

/** What one turn adds to a counter; undefined where that is not a constant. */
export function stepOf(
  node: ts.Expression,
  isCounter: (part: ts.Expression) => boolean,
  unit: Unit,
): number | undefined {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    if (!isCounter(node.operand)) return undefined;
    return node.operator === ts.SyntaxKind.PlusPlusToken
      ? 1
      : node.operator === ts.SyntaxKind.MinusMinusToken
        ? -1
        : undefined;
  }
  if (!ts.isBinaryExpression(node) || !isCounter(node.left)) return undefined;
  const value = unit.chunk.constant(node.right);
  if (typeof value !== 'number' || value === 0) return undefined;
  if (node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken) return value;
  return node.operatorToken.kind === ts.SyntaxKind.MinusEqualsToken ? -value : undefined;
}

/** Constants, locals and parameters the loop does not assign, and sums of these. A top-level name may change in any call. */
function isFixed(node: ts.Expression, loop: ts.ForStatement, unit: Unit): boolean {
  const bare = skipParentheses(node);
  if (typeof unit.chunk.constant(bare) === 'number') return true;
  if (ts.isBinaryExpression(bare)) {
    const { kind } = bare.operatorToken;
    const isSum =
      kind === ts.SyntaxKind.PlusToken || kind === ts.SyntaxKind.MinusToken || kind === ts.SyntaxKind.AsteriskToken;
    return isSum && isFixed(bare.left, loop, unit) && isFixed(bare.right, loop, unit);
  }
  if (!ts.isIdentifier(bare)) return false;
  const symbol = unit.chunk.symbolOf(bare);
  if (!symbol || unit.chunk.topLevel.has(symbol)) return false;
  return !unit.chunk.assignments(symbol).some((place) => place.pos >= loop.pos && place.end <= loop.end);
}

/** Whether a body declares, at its own level, a name that an expression outside of it uses. */
function hides(body: ts.Statement, outside: ts.Expression): boolean {
  if (!ts.isBlock(body)) return false;
  const declared = new Set<string>();
  for (const statement of body.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) declared.add(name.text);
  }
  const uses = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && declared.has(node.text)) || (ts.forEachChild(node, uses) ?? false);
  return declared.size > 0 && uses(outside);
}
