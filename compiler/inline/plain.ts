// SPDX-License-Identifier: Apache-2.0
// Whether a function has nothing but what the mote dialect has. Others are left as they are, for the lowering to refuse.
import ts from 'typescript';
import { isAssignment } from '../chunk.ts';
import { skipParentheses } from '../lower/unit.ts';

/** A top-level function of the dialect. */
export type Plain = ts.FunctionDeclaration & { readonly name: ts.Identifier; readonly body: ts.FunctionBody };

export function isPlain(node: ts.Statement): node is Plain {
  return (
    ts.isFunctionDeclaration(node) &&
    node.name !== undefined &&
    node.body !== undefined &&
    !node.asteriskToken &&
    !node.modifiers &&
    node.parameters.every((part) => ts.isIdentifier(part.name) && !part.initializer && !part.dotDotDotToken) &&
    node.body.statements.every(isPlainStatement)
  );
}

export function parametersOf(node: Plain): string[] {
  return node.parameters.map((parameter) => (parameter.name as ts.Identifier).text);
}

function isPlainStatement(node: ts.Statement): boolean {
  if (ts.isBlock(node)) return node.statements.every(isPlainStatement);
  if (ts.isVariableStatement(node)) return isPlainList(node.declarationList);
  if (ts.isExpressionStatement(node)) return isPlainEffect(node.expression);
  if (ts.isIfStatement(node)) {
    const { expression, thenStatement, elseStatement } = node;
    return (
      isPlainValue(expression) && isPlainStatement(thenStatement) && (!elseStatement || isPlainStatement(elseStatement))
    );
  }
  if (ts.isForStatement(node)) {
    const { initializer, condition, incrementor, statement } = node;
    const isPlainStart =
      !initializer ||
      (ts.isVariableDeclarationList(initializer) ? isPlainList(initializer) : isPlainEffect(initializer));
    return (
      isPlainStart &&
      (!condition || isPlainValue(condition)) &&
      (!incrementor || isPlainEffect(incrementor)) &&
      isPlainStatement(statement)
    );
  }
  if (ts.isWhileStatement(node) || ts.isDoStatement(node))
    return isPlainValue(node.expression) && isPlainStatement(node.statement);
  if (ts.isReturnStatement(node)) return !node.expression || isPlainValue(node.expression);
  return ts.isEmptyStatement(node) || (ts.isBreakStatement(node) && !node.label);
}

function isPlainList({ flags, declarations }: ts.VariableDeclarationList): boolean {
  return (
    (flags & (ts.NodeFlags.Let | ts.NodeFlags.Const)) !== 0 &&
    declarations.every(({ name, initializer }) => ts.isIdentifier(name) && (!initializer || isPlainValue(initializer)))
  );
}

/** What may stand as a statement: a call, an assignment, `x++`. */
function isPlainEffect(node: ts.Expression): boolean {
  const bare = skipParentheses(node);
  const target = assignedBy(bare);
  if (!target) return ts.isCallExpression(bare) && isPlainValue(bare);
  return (
    (ts.isIdentifier(target) || (ts.isElementAccessExpression(target) && isPlainValue(target))) &&
    (!ts.isBinaryExpression(bare) || isPlainValue(bare.right))
  );
}

/** An expression without assignments. */
function isPlainValue(node: ts.Expression): boolean {
  const bare = skipParentheses(node);
  if (assignedBy(bare)) return false;
  if (ts.isPrefixUnaryExpression(bare)) return isPlainValue(bare.operand);
  if (ts.isBinaryExpression(bare)) return isPlainValue(bare.left) && isPlainValue(bare.right);
  if (ts.isConditionalExpression(bare)) return [bare.condition, bare.whenTrue, bare.whenFalse].every(isPlainValue);
  if (ts.isElementAccessExpression(bare))
    return !bare.questionDotToken && isPlainValue(bare.expression) && isPlainValue(bare.argumentExpression);
  if (ts.isPropertyAccessExpression(bare)) return !bare.questionDotToken && isPlainValue(bare.expression);
  if (ts.isCallExpression(bare))
    return !bare.questionDotToken && isPlainValue(bare.expression) && bare.arguments.every(isPlainValue);
  return (
    ts.isIdentifier(bare) ||
    ts.isNumericLiteral(bare) ||
    ts.isStringLiteral(bare) ||
    bare.kind === ts.SyntaxKind.TrueKeyword ||
    bare.kind === ts.SyntaxKind.FalseKeyword
  );
}

/** What `x = 1`, `x += 1`, `x++` and `x--` assign to; undefined for other nodes. */
export function assignedBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node)) return isAssignment(node) ? skipParentheses(node.left) : undefined;
  const isStep =
    (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
    (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken);
  return isStep ? skipParentheses(node.operand) : undefined;
}
