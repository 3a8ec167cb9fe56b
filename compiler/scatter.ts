// SPDX-License-Identifier: Apache-2.0
// Memory that needs no table of its own: each of its words has a fixed place in the spill array. A table costs 32 octets, a node for
// entry 0 and a name, which is more than the few words of a module's state.
import ts from 'typescript';
import type { Chunk, TopLevelName } from './chunk.ts';

/** The memory of a chunk that is used by constant indices alone, never as a whole or in a loop, with its entries. */
export function scattered(chunk: Chunk): Map<TopLevelName, number> {
  const found = new Map<TopLevelName, number>();
  for (const name of chunk.topLevel.values()) {
    const length = lengthOf(name, chunk);
    if (length !== undefined) found.set(name, length);
  }
  for (const { symbol } of chunk.exports) remove(symbol);
  visit(chunk.file, false);
  return found;

  function remove(symbol: ts.Symbol | undefined): void {
    const name = symbol && chunk.topLevel.get(symbol);
    if (name) found.delete(name);
  }

  function visit(node: ts.Node, inLoop: boolean): void {
    if (ts.isIdentifier(node)) {
      const symbol = chunk.symbolOf(node);
      const name = symbol && chunk.topLevel.get(symbol);
      const length = name && found.get(name);
      if (length !== undefined && name?.declaration.name !== node && (inLoop || !isEntry(node, length))) remove(symbol);
    }
    const inside = inLoop || ts.isIterationStatement(node, false);
    ts.forEachChild(node, (child) => visit(child, inside));
  }

  function isEntry(node: ts.Identifier, length: number): boolean {
    const { parent } = node;
    if (!ts.isElementAccessExpression(parent) || parent.expression !== node) return false;
    const index = chunk.constant(parent.argumentExpression);
    return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < length;
  }
}

/** n of `const name = makeWords(n)`. */
function lengthOf({ declaration, symbol }: TopLevelName, chunk: Chunk): number | undefined {
  if (!ts.isVariableDeclaration(declaration) || chunk.assignments(symbol).length > 0) return undefined;
  const { initializer } = declaration;
  if (!initializer || !ts.isCallExpression(initializer) || initializer.arguments.length !== 1) return undefined;
  const intrinsic = chunk.intrinsic(initializer.expression);
  if (intrinsic !== 'makeWords' && intrinsic !== 'makeBytes') return undefined;
  const length = chunk.constant(initializer.arguments[0] as ts.Expression);
  return typeof length === 'number' && Number.isInteger(length) && length >= 1 && length <= LARGEST
    ? length
    : undefined;
}

/** Entries of the largest memory that is scattered. */
const LARGEST = 64;
