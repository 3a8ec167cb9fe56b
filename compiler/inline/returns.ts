// SPDX-License-Identifier: Apache-2.0
// A function's body without its returns, to stand in the middle of another function.
import ts from 'typescript';
import { at } from './copy.ts';
import { sizeOf } from './names.ts';

/** What the place of a call does with the value that the function returns. */
export interface Sink {
  /**
   * @param value undefined for `return;` and for the end of a body
   * @returns undefined where that can't be done
   */
  take(value: ts.Expression | undefined, place: ts.Node): ts.Statement[] | undefined;
  /** Whether it may take this value and then another one. */
  mayTakeTwice(value: ts.Expression | undefined): boolean;
}

/** What follows an `if` is written twice where both branches may go on and it is no larger than this, in nodes. */
const SMALL_REST = 6;

/**
 * Rewrites early returns to branches: `if (c) return x; rest` to `if (c) sink(x) else rest`. What the sink makes is the
 * last thing done.
 * @param statements a body in which no name is declared twice
 * @returns undefined where a loop returns, or where what follows an `if` would have to be written twice
 */
export function withoutReturns(statements: readonly ts.Statement[], sink: Sink): ts.Statement[] | undefined {
  const index = statements.findIndex(hasReturn);
  const statement = statements[index];
  if (!statement) {
    const last = statements.at(-1);
    const end = sink.take(undefined, last ?? ts.factory.createEmptyStatement());
    return end && [...statements, ...end];
  }
  const after = returning(statement, statements.slice(index + 1), sink);
  return after && [...statements.slice(0, index), ...after];
}

/** A statement that may return, and what follows it. */
function returning(statement: ts.Statement, rest: readonly ts.Statement[], sink: Sink): ts.Statement[] | undefined {
  if (ts.isReturnStatement(statement)) return sink.take(statement.expression, statement);
  if (ts.isBlock(statement)) {
    const inner = withoutReturns([...statement.statements, ...rest], sink);
    return inner && [at(block(inner), statement)];
  }
  if (ts.isIfStatement(statement)) {
    const yes = listOf(statement.thenStatement);
    const no = listOf(statement.elseStatement);
    const bothGoOn = yes.every(completes) && no.every(completes);
    if (bothGoOn && rest.reduce((size, part) => size + sizeOf(part), 0) > SMALL_REST) return undefined;
    const whenTrue = withoutReturns(yes.every(completes) ? [...yes, ...rest] : yes, sink);
    const whenFalse = withoutReturns(no.every(completes) ? [...no, ...rest] : no, sink);
    return whenTrue && whenFalse && [branch(statement.expression, whenTrue, whenFalse, statement)];
  }
  return ts.isIterationStatement(statement, false) ? searching(statement, rest, sink) : undefined;
}

/** A loop that returns what it finds, and what it returns else: `r = none; loop { if (c) { r = x; break; } }`. */
function searching(loop: ts.IterationStatement, rest: readonly ts.Statement[], sink: Sink): ts.Statement[] | undefined {
  const [last, more] = rest;
  if (more || (last && !ts.isReturnStatement(last)) || !sink.mayTakeTwice(last?.expression)) return undefined;
  const otherwise = sink.take(last?.expression, last ?? loop);
  const found = replaceReturns(loop, (value, place, isNested) => {
    const taken = isNested ? undefined : sink.take(value, place);
    return taken && [...taken, at(ts.factory.createBreakStatement(), place)];
  });
  return otherwise && found && [...otherwise, found];
}

/**
 * Replaces every return in a statement, in loops too.
 * @param replace gets the value, and whether the return is in a loop within a loop
 * @returns undefined where it gives undefined
 */
export function replaceReturns(
  statement: ts.Statement,
  replace: (value: ts.Expression | undefined, place: ts.Node, isNested: boolean) => ts.Statement[] | undefined,
): ts.Statement | undefined {
  let failed = false;
  const visit = (node: ts.Node, loops: number): ts.Node | ts.Node[] => {
    if (ts.isReturnStatement(node)) {
      const made = replace(node.expression, node, loops > 1);
      if (!made) failed = true;
      return made ?? node;
    }
    const inner = ts.isIterationStatement(node, false) ? loops + 1 : loops;
    return ts.visitEachChild(node, (child) => visit(child, inner), undefined);
  };
  const made = visit(statement, 0) as ts.Statement | ts.Statement[];
  if (failed) return undefined;
  return Array.isArray(made) ? block(made) : made;
}

/** `if (test) whenTrue else whenFalse`, without an empty branch where that is possible. */
function branch(
  test: ts.Expression,
  whenTrue: readonly ts.Statement[],
  whenFalse: readonly ts.Statement[],
  place: ts.Node,
): ts.Statement {
  if (whenTrue.length === 0 && whenFalse.length > 0)
    return at(ts.factory.createIfStatement(negated(test), block(whenFalse)), place);
  return at(ts.factory.createIfStatement(test, block(whenTrue), otherwise(whenFalse)), place);
}

/** An else branch, as `else if` where it is one `if`. */
export function otherwise(statements: readonly ts.Statement[]): ts.Statement | undefined {
  const [only, more] = statements;
  return !only || (!more && ts.isIfStatement(only)) ? only : block(statements);
}

export function negated(test: ts.Expression): ts.Expression {
  if (ts.isParenthesizedExpression(test)) return negated(test.expression);
  if (ts.isPrefixUnaryExpression(test) && test.operator === ts.SyntaxKind.ExclamationToken) return test.operand;
  return at(ts.factory.createLogicalNot(test), test);
}

export function block(statements: readonly ts.Statement[]): ts.Block {
  return ts.factory.createBlock(statements, true);
}

export function listOf(statement: ts.Statement | undefined): readonly ts.Statement[] {
  if (!statement) return [];
  return ts.isBlock(statement) ? statement.statements : [statement];
}

function hasReturn(node: ts.Node): boolean {
  return ts.isReturnStatement(node) || (ts.forEachChild(node, hasReturn) ?? false);
}

/** Whether what follows a statement may run after it. */
export function completes(statement: ts.Statement): boolean {
  if (ts.isReturnStatement(statement) || ts.isBreakStatement(statement)) return false;
  if (ts.isBlock(statement)) return statement.statements.every(completes);
  if (!ts.isIfStatement(statement) || !statement.elseStatement) return true;
  return completes(statement.thenStatement) || completes(statement.elseStatement);
}
