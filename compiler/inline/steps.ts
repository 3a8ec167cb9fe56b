// SPDX-License-Identifier: Apache-2.0
// What an expression does, in the order that JavaScript does it.
import ts from 'typescript';
import { skipParentheses } from '../lower/unit.ts';
import { assignedBy } from './plain.ts';

export interface Step {
  /** `name` reads a name; `read` is of a table or of a board's module, `write` of a name or a table. */
  readonly kind: 'name' | 'read' | 'call' | 'write';
  /** The name read or written, or the function called; undefined for tables and fields. */
  readonly name: string | undefined;
  /** Whether it is done only under a condition: on the right of `&&` and `||`, in a branch of `?:`. */
  readonly conditional: boolean;
  /** Whether a name stands alone as the argument of a call. */
  readonly isArgument: boolean;
}

/** @param node an expression as isPlain (plain.ts) wants it, or an assignment that is a statement */
export function stepsOf(node: ts.Expression): Step[] {
  const steps: Step[] = [];
  const add = (kind: Step['kind'], part: ts.Node, conditional: boolean, isArgument = false): void => {
    steps.push({ kind, name: ts.isIdentifier(part) ? part.text : undefined, conditional, isArgument });
  };
  const visit = (part: ts.Expression, conditional: boolean, isArgument = false): void => {
    const bare = skipParentheses(part);
    const target = assignedBy(bare);
    if (target) visitAssignment(bare, target);
    else if (ts.isIdentifier(bare)) add('name', bare, conditional, isArgument);
    else if (ts.isElementAccessExpression(bare)) {
      visit(bare.expression, conditional);
      visit(bare.argumentExpression, conditional);
      add('read', bare, conditional);
    } else if (ts.isPropertyAccessExpression(bare)) {
      visit(bare.expression, conditional);
      add('read', bare, conditional);
    } else if (ts.isCallExpression(bare)) {
      visit(bare.expression, conditional);
      for (const argument of bare.arguments) visit(argument, conditional, true);
      add('call', bare.expression, conditional);
    } else if (ts.isConditionalExpression(bare)) {
      visit(bare.condition, conditional);
      visit(bare.whenTrue, true);
      visit(bare.whenFalse, true);
    } else if (ts.isBinaryExpression(bare)) {
      visit(bare.left, conditional);
      visit(bare.right, conditional || isLogical(bare));
    } else if (ts.isPrefixUnaryExpression(bare)) visit(bare.operand, conditional);
  };
  const visitAssignment = (whole: ts.Expression, target: ts.Expression): void => {
    const isPlainAssignment = ts.isBinaryExpression(whole) && whole.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (!isPlainAssignment) visit(target, false);
    else if (ts.isElementAccessExpression(target)) {
      visit(target.expression, false);
      visit(target.argumentExpression, false);
    }
    if (ts.isBinaryExpression(whole)) visit(whole.right, false);
    add('write', target, false);
  };
  visit(node, false);
  return steps;
}

export type Logical = ts.BinaryExpression & { readonly operatorToken: ts.Token<ts.LogicalOperator> };
export type And = ts.BinaryExpression & { readonly operatorToken: ts.Token<ts.SyntaxKind.AmpersandAmpersandToken> };

/** Whether it is `&&` or `||`. */
export function isLogical(node: ts.Expression): node is Logical {
  return isAnd(node) || (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.BarBarToken);
}

export function isAnd(node: ts.Expression): node is And {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
}

const SHIFTS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
]);

/** The part of an expression in which the dialect allows no calls, inlined or not: what Lua has to be told twice. */
export function callFreePart(node: ts.Expression): ts.Expression | undefined {
  if (ts.isBinaryExpression(node) && SHIFTS.has(node.operatorToken.kind)) return node.right;
  const isPlainAssignment = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return isPlainAssignment ? undefined : assignedBy(node);
}
