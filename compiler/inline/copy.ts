// SPDX-License-Identifier: Apache-2.0
// Copies of code in which names mean what they meant at the place the code came from. Positions are kept, so that the source
// map leads there.
import ts from 'typescript';
import type { Fresh } from './names.ts';

/** What a name stands for in the copy; names that are not in it stay. */
export type Meaning = ReadonlyMap<string, ts.Expression>;

/**
 * Copies a statement list.
 * @param meaning what free names of the list stand for
 * @param rename the name that a declaration within the list gets
 */
export function copyStatements(statements: readonly ts.Statement[], meaning: Meaning, rename: Fresh): ts.Statement[] {
  const inner = declare(statements, meaning, rename);
  return statements.map((statement) => copyNode(statement, inner, rename));
}

/** Copies one expression or statement. */
export function copyNode<Node extends ts.Node>(node: Node, meaning: Meaning, rename: Fresh = (name) => name): Node {
  const visit = (part: ts.Node, names: Meaning): ts.Node => {
    if (ts.isIdentifier(part)) {
      const stands = names.get(part.text);
      if (!stands) return part;
      return ts.isIdentifier(stands) ? at(ts.factory.createIdentifier(stands.text), part) : stands;
    }
    if (ts.isPropertyAccessExpression(part)) {
      const object = visit(part.expression, names) as ts.Expression;
      return ts.factory.updatePropertyAccessExpression(part, object, part.name);
    }
    let inner = names;
    if (ts.isBlock(part)) inner = declare(part.statements, names, rename);
    else if (ts.isForStatement(part) && part.initializer && ts.isVariableDeclarationList(part.initializer))
      inner = declareList(part.initializer, names, rename);
    return ts.visitEachChild(part, (child) => visit(child, inner), undefined);
  };
  return visit(node, meaning) as Node;
}

/** Puts a made-up node where another one is in the source. */
export function at<Node extends ts.Node>(node: Node, place: ts.Node): Node {
  return ts.setTextRange(node, place);
}

/** The names that a statement list declares are known in all of it. */
function declare(statements: readonly ts.Statement[], outer: Meaning, rename: Fresh): Meaning {
  let names = outer;
  for (const statement of statements)
    if (ts.isVariableStatement(statement)) names = declareList(statement.declarationList, names, rename);
  return names;
}

function declareList({ declarations }: ts.VariableDeclarationList, outer: Meaning, rename: Fresh): Meaning {
  const names = new Map(outer);
  for (const { name } of declarations) {
    if (!ts.isIdentifier(name)) continue;
    const renamed = rename(name.text);
    if (renamed === name.text) names.delete(name.text);
    else names.set(name.text, ts.factory.createIdentifier(renamed));
  }
  return names;
}
