// SPDX-License-Identifier: Apache-2.0
// A call that ends a function which gives no value, as Lua's tail call: what is called takes the place of the caller on the stack.
// Handlers go from one to the next without end to the chain, and Lua's stack is RAM, too.
import * as lua from 'typescript-to-lua';

/** Makes the last calls of a function's body tail calls. */
export function endWithCalls(body: lua.Block): void {
  if (!body.statements.some(returnsValue)) endCalls(body);
}

function endCalls(block: lua.Block | lua.DoStatement): void {
  const last = block.statements.at(-1);
  if (!last) return;
  if (lua.isExpressionStatement(last) && lua.isCallExpression(last.expression))
    block.statements[block.statements.length - 1] = lua.createReturnStatement([last.expression]);
  else if (lua.isDoStatement(last)) endCalls(last);
  else if (lua.isIfStatement(last)) endBranches(last);
}

function endBranches(node: lua.IfStatement): void {
  endCalls(node.ifBlock);
  if (!node.elseBlock) return;
  if (lua.isBlock(node.elseBlock)) endCalls(node.elseBlock);
  else endBranches(node.elseBlock);
}

function returnsValue(node: lua.Statement | lua.Block): boolean {
  if (lua.isReturnStatement(node)) return node.expressions.length > 0;
  if (lua.isIfStatement(node)) {
    const { ifBlock, elseBlock } = node;
    return returnsValue(ifBlock) || (elseBlock !== undefined && returnsValue(elseBlock));
  }
  if (lua.isDoStatement(node) || lua.isBlock(node)) return node.statements.some(returnsValue);
  if (lua.isWhileStatement(node) || lua.isRepeatStatement(node) || lua.isForStatement(node))
    return returnsValue(node.body);
  return false;
}
