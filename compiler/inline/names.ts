// SPDX-License-Identifier: Apache-2.0
// Names of functions and what is in them. Before anything is inlined, no local has the name of another one in its function
// or of anything outside, so that from then on a name says by its text what it is.
import ts from 'typescript';
import { copyNode } from './copy.ts';
import { parametersOf, type Plain } from './plain.ts';

/** Makes a name like the one wanted that is used nowhere around. */
export type Fresh = (wanted: string) => string;

/** @param taken names in use; those made are added */
export function freshNames(taken: Set<string>): Fresh {
  return (wanted) => {
    const base = wanted.replace(/\$\d+$/, '');
    let name = base;
    for (let n = 1; taken.has(name); n++) name = `${base}$${n}`;
    taken.add(name);
    return name;
  };
}

/** How often each name occurs in a node; fields of a board's module are none. */
export function countNames(node: ts.Node, counts = new Map<string, number>()): Map<string, number> {
  if (ts.isIdentifier(node)) counts.set(node.text, (counts.get(node.text) ?? 0) + 1);
  else if (ts.isPropertyAccessExpression(node)) countNames(node.expression, counts);
  else ts.forEachChild(node, (child) => void countNames(child, counts));
  return counts;
}

export function mentions(node: ts.Node, name: string): boolean {
  if (ts.isIdentifier(node)) return node.text === name;
  if (ts.isPropertyAccessExpression(node)) return mentions(node.expression, name);
  return ts.forEachChild(node, (child) => mentions(child, name)) ?? false;
}

/** How often a function is called by its name. */
export function countCalls(node: ts.Node, name: string): number {
  let count = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name ? 1 : 0;
  ts.forEachChild(node, (child) => {
    count += countCalls(child, name);
  });
  return count;
}

/** Size of a piece of the chunk, in nodes. */
export function sizeOf(node: ts.Node): number {
  let size = ts.isParenthesizedExpression(node) || ts.isBlock(node) ? 0 : 1;
  ts.forEachChild(node, (child) => {
    size += sizeOf(child);
  });
  return size;
}

/** Names that a function uses and does not declare. */
export function outerNames(node: Plain): string[] {
  const declared = new Set(parametersOf(node));
  const visit = (part: ts.Node): void => {
    if (ts.isVariableDeclaration(part) && ts.isIdentifier(part.name)) declared.add(part.name.text);
    ts.forEachChild(part, visit);
  };
  visit(node.body);
  return [...countNames(node.body).keys()].filter((name) => !declared.has(name));
}

/** A function in which every local has a name of its own. @param outer names that no local may have */
export function withOwnNames(node: Plain, outer: ReadonlySet<string>): Plain {
  const fresh = freshNames(new Set([...outer, ...countNames(node.body).keys()]));
  const seen = new Set(outer);
  const rename = (name: string): string => {
    const own = seen.has(name) ? fresh(name) : name;
    seen.add(own);
    return own;
  };
  const meaning = new Map<string, ts.Expression>();
  const parameters = node.parameters.map((parameter) => {
    const { text } = parameter.name as ts.Identifier;
    const own = rename(text);
    if (own === text) return parameter;
    const name = ts.setTextRange(ts.factory.createIdentifier(own), parameter.name);
    meaning.set(text, name);
    return ts.setTextRange(ts.factory.createParameterDeclaration(undefined, undefined, name), parameter);
  });
  return withBody(node, copyNode(node.body, meaning, rename), parameters);
}

export function withBody(
  node: Plain,
  body: ts.Block,
  parameters: readonly ts.ParameterDeclaration[] = node.parameters,
): Plain {
  const { modifiers, asteriskToken, name, typeParameters, type } = node;
  const made = ts.factory.updateFunctionDeclaration(
    node,
    modifiers,
    asteriskToken,
    name,
    typeParameters,
    parameters,
    type,
    body,
  );
  return made as Plain;
}
