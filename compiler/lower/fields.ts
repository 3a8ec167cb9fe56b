// SPDX-License-Identifier: Apache-2.0
// Which names are cut into octets. One octet is cut out best by a call of `bit`; several share remainders (remainders.ts).
import ts from 'typescript';
import { skipParentheses, type Unit } from './unit.ts';

const ENOUGH = 3;

const counted = new WeakMap<Unit, Map<ts.Symbol, number>>();

/** Whether `node` is a local or a parameter that bit fields, `x & 255` or `(x >>> 8) & 255`, are taken of in several places. */
export function isCutUp(node: ts.Expression, unit: Unit): boolean {
  let fields = counted.get(unit);
  if (!fields) counted.set(unit, (fields = countFields(unit)));
  const bare = skipParentheses(node);
  const symbol = ts.isIdentifier(bare) ? unit.chunk.symbolOf(bare) : undefined;
  return symbol !== undefined && (fields.get(symbol) ?? 0) >= ENOUGH;
}

function countFields(unit: Unit): Map<ts.Symbol, number> {
  const fields = new Map<ts.Symbol, number>();
  const visit = (node: ts.Node): void => {
    const symbol = ts.isBinaryExpression(node) ? fieldOf(node, unit) : undefined;
    if (symbol && !unit.chunk.topLevel.has(symbol)) fields.set(symbol, (fields.get(symbol) ?? 0) + 1);
    ts.forEachChild(node, visit);
  };
  visit(unit.chunk.file);
  return fields;
}

/** x of `x & constant` and `(x >>> n) & constant`. */
function fieldOf(node: ts.BinaryExpression, unit: Unit): ts.Symbol | undefined {
  if (node.operatorToken.kind !== ts.SyntaxKind.AmpersandToken || unit.chunk.constant(node.right) === undefined)
    return undefined;
  let bare = skipParentheses(node.left);
  if (ts.isBinaryExpression(bare) && bare.operatorToken.kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken)
    bare = skipParentheses(bare.left);
  return ts.isIdentifier(bare) ? unit.chunk.symbolOf(bare) : undefined;
}
