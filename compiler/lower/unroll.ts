// SPDX-License-Identifier: Apache-2.0
// `for (let i = a; i < unrolled(b); i += c)`: the body once for each turn, with i a constant. A turn of a loop costs 61 to 145
// instructions of the processor, and a table's constant index comes for nothing.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { stepOf } from './loops.ts';
import { childrenOf } from './remainders.ts';
import { block } from './statements.ts';
import { skipParentheses, type Unit } from './unit.ts';

const MAX_TURNS = 64;
const FORM = `for (let i = a; i < unrolled(b); i += c) of at most ${MAX_TURNS} turns, a, b and c constants, i not assigned, no break`;

/** The turns of a loop whose bound is `unrolled(...)`; undefined for any other. */
export function unrolled(node: ts.ForStatement, unit: Unit): lua.Statement[] | undefined {
  const test = node.condition && skipParentheses(node.condition);
  if (!test || !ts.isBinaryExpression(test)) return undefined;
  const call = skipParentheses(test.right);
  if (!ts.isCallExpression(call) || unit.chunk.intrinsic(call.expression) !== 'unrolled') return undefined;

  const refuse = (): never => {
    throw new DialectError(node, 'unrolled here', FORM);
  };
  const { initializer, incrementor } = node;
  const declaration =
    initializer && ts.isVariableDeclarationList(initializer) ? initializer.declarations[0] : undefined;
  const symbol = declaration && ts.isIdentifier(declaration.name) ? unit.chunk.symbolOf(declaration.name) : undefined;
  const constant = (part: ts.Expression | undefined): number => {
    const value = part && unit.chunk.constant(part);
    return typeof value === 'number' ? value : refuse();
  };
  const isCounter = (part: ts.Expression): boolean => ts.isIdentifier(part) && unit.chunk.symbolOf(part) === symbol;
  if (!symbol || !incrementor || test.operatorToken.kind !== ts.SyntaxKind.LessThanToken || !isCounter(test.left))
    return refuse();
  if (unit.chunk.assignments(symbol).some((place) => place !== incrementor)) return refuse();
  if (breaks(node.statement)) return refuse();
  const step = stepOf(incrementor, isCounter, unit) ?? refuse();
  const start = constant(declaration?.initializer);
  const bound = constant(call.arguments[0]);
  if (step <= 0 || bound - start > step * MAX_TURNS) return refuse();

  const values: number[] = [];
  for (let value = start; value < bound; value += step) values.push(value);
  return writtenOut(
    node.statement,
    values,
    (value, part) => unit.chunk.withConstant(symbol, value, () => block(part, unit)),
    unit,
  );
}

/**
 * Turns that end in `a = p; b = q`, each right side a constant of the turn, are written in pairs: the first leaves its
 * results in p and q, the second takes them from there and leaves its own in a and b. Nothing is copied.
 */
function writtenOut(
  body: ts.Statement,
  values: readonly number[],
  lower: (value: number, part: ts.Statement) => lua.Block,
  unit: Unit,
): lua.Statement[] {
  const { work, carried } = carriedNames(body, unit);
  const turns: lua.Statement[] = [];
  for (let i = 0; i < values.length; i++) {
    const [value, next] = [values[i] as number, values[i + 1]];
    if (carried.size === 0 || next === undefined) {
      turns.push(lua.createDoStatement(lower(value, body).statements, body));
      continue;
    }
    const there = lower(value, work).statements;
    const back = lower(next, work).statements;
    exchangeNames(back, carried);
    const targets = new Set(carried.keys());
    turns.push(lua.createDoStatement([...there, ...back.map((statement) => assigned(statement, targets))], body));
    i++;
  }
  return turns;
}

/** What a body does before its last assignments, and those: variable to constant. */
function carriedNames(body: ts.Statement, unit: Unit): { work: ts.Statement; carried: Map<string, string> } {
  const statements = ts.isBlock(body) ? [...body.statements] : [body];
  const constants = new Set(
    statements.flatMap((statement) =>
      ts.isVariableStatement(statement)
        ? statement.declarationList.declarations.map(({ name }) => unit.chunk.symbolOf(name as ts.Identifier))
        : [],
    ),
  );
  const carried = new Map<string, string>();
  for (let last = statements.at(-1); last && ts.isExpressionStatement(last); last = statements.at(-1)) {
    const { expression } = last;
    if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) break;
    const { left, right } = expression;
    if (!ts.isIdentifier(left) || !ts.isIdentifier(right)) break;
    const target = unit.chunk.symbolOf(left);
    if (!target || unit.chunk.topLevel.has(target) || !constants.has(unit.chunk.symbolOf(right))) break;
    carried.set(unit.plan.nameOf(left), unit.plan.nameOf(right));
    statements.pop();
  }
  return { work: ts.factory.createBlock(statements), carried };
}

function exchangeNames(nodes: readonly lua.Node[], pairs: ReadonlyMap<string, string>): void {
  const other = new Map([...pairs].flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
  const seen = new Set<lua.Node>();
  const visit = (node: lua.Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (lua.isIdentifier(node)) node.text = other.get(node.text) ?? node.text;
    for (const child of childrenOf(node)) visit(child);
  };
  nodes.forEach(visit);
}

/** A declaration of a name that is there already, as an assignment. */
function assigned(statement: lua.Statement, names: ReadonlySet<string>): lua.Statement {
  const [name] = lua.isVariableDeclarationStatement(statement) ? statement.left : [];
  if (!lua.isVariableDeclarationStatement(statement) || !name || !names.has(name.text)) return statement;
  return lua.setNodePosition(lua.createAssignmentStatement(name, statement.right), lua.getOriginalPos(statement));
}

/** Whether a body breaks out of its own loop. */
function breaks(node: ts.Node): boolean {
  if (ts.isBreakStatement(node)) return true;
  return !ts.isIterationStatement(node, false) && (ts.forEachChild(node, breaks) ?? false);
}
