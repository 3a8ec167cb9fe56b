// SPDX-License-Identifier: Apache-2.0
// One table for all memory. A table costs 32 octets, a node for its entry 0, a name, and an upvalue in each function that uses it.
// In a closed image memory is a place in one table: `const keys = makeWords(460)` becomes the number of its first entry,
// `keys[key + 3]` becomes `memory[key + 138]`, and what functions pass to each other are such numbers, `memory[bytes + at]`.
// Large memory that is never passed keeps a table of its own: that saves a sum at each access, of the tables of AES above all.
import ts from 'typescript';
import { INTRINSICS, MAKE_MEMORY } from '../chunk.ts';
import { skipParentheses } from '../lower/unit.ts';
import { HOT_NAMES } from '../plan.ts';
import { at } from './copy.ts';
import type { Facts } from './facts.ts';
import { freshNames } from './names.ts';

const { factory } = ts;

/** Entries of the smallest memory that always has a table of its own, if it can. */
const LARGE = 256;
/** What no memory may be larger than (docs/dialect.md). */
const LARGEST = 4096;

/** Intrinsics that take memory and an index into it (crypto-core/strings.ts). */
const TAKERS: ReadonlySet<string> = new Set(['textOf', 'putChars']);

/** The name under which the one table is exported, if any memory in it is: what is exported of that is its place. */
export const MEMORY = 'memory';

/**
 * @param statements of a chunk, its functions among them
 * @param outer names that are taken; those made are added
 */
export function withOneMemory(statements: readonly ts.Statement[], facts: Facts, outer: Set<string>): ts.Statement[] {
  const chunk = statements.filter((statement) => !isIntrinsic(statement));
  const lengths = new Map(chunk.flatMap((statement) => memoryOf(statement, facts)));
  const own = chosen(unpassed(chunk, lengths, facts), lengths, namesOf(chunk, facts, lengths));
  const places = new Map<string, number>();
  let size = 1; // entry 0 would lie in the hash part
  for (const [name, length] of lengths) {
    if (own.has(name)) continue;
    places.set(name, size);
    size += length;
  }
  if (places.size === 0) return [...statements];
  const memory = new Memory(freshNames(outer)(MEMORY), places, own, facts);
  const made = statements.map((statement) => (isIntrinsic(statement) ? statement : memory.placed(statement)));
  return [...makingOf(memory.name, size - 1), ...made];
}

/** `const memory = makeMemory$(size)` */
function makingOf(name: string, size: number): ts.Statement[] {
  const body = factory.createBlock([]);
  const made = [factory.createNumericLiteral(size)];
  const call = factory.createCallExpression(factory.createIdentifier(MAKE_MEMORY), undefined, made);
  const variable = factory.createVariableDeclaration(name, undefined, undefined, call);
  const list = factory.createVariableDeclarationList([variable], ts.NodeFlags.Const);
  return [
    factory.createFunctionDeclaration(undefined, undefined, MAKE_MEMORY, undefined, [], undefined, body),
    factory.createVariableStatement(undefined, list),
  ];
}

/**
 * Lua gives a table that its constructor lists room for 8 to 15 times a power of two entries. Of what needs not be in the one table,
 * one or two leave it where that brings it under such a number.
 * @param free memory that is never passed
 * @param others names that are no memory
 */
function chosen(free: ReadonlySet<string>, lengths: ReadonlyMap<string, number>, others: number): Set<string> {
  const own = new Set([...free].filter((name) => lengths.get(name)! >= LARGE));
  const may = [...free].filter((name) => !own.has(name) && lengths.get(name)! >= SMALLEST);
  const cost = (more: readonly string[]): number => {
    const inside = [...lengths].filter(([name]) => !own.has(name) && !more.includes(name));
    const entries = inside.reduce((sum, [, length]) => sum + length, 0);
    const names = others + own.size + more.length;
    const room = roomFor(entries + Math.max(0, names - HOT_NAMES));
    return room + more.reduce((sum, name) => sum + lengths.get(name)! + TABLE, 0);
  };
  let best: readonly string[] = [];
  for (const one of may)
    for (const other of may) {
      const more = one === other ? [one] : [one, other];
      if (cost(more) < cost(best)) best = more;
    }
  best.forEach((name) => own.add(name));
  return own;
}

/** Entries of the smallest memory that leaves the one table; and what a table costs, in entries. */
const SMALLEST = 16;
const TABLE = 6;

/** Entries of a table that is made for so many (luaO_int2fb). */
function roomFor(count: number): number {
  let [room, unit] = [count, 1];
  while (room >= 16) [room, unit] = [(room + 1) >>> 1, unit * 2];
  return room * unit;
}

/** Names of the chunk that are neither constants nor memory, which is one. */
function namesOf(chunk: readonly ts.Statement[], facts: Facts, lengths: ReadonlyMap<string, number>): number {
  const isName = (node: ts.VariableDeclaration, isConst: boolean): boolean =>
    !isConst ||
    !node.initializer ||
    (facts.constant(node.initializer) === undefined && !(ts.isIdentifier(node.name) && lengths.has(node.name.text)));
  return chunk.reduce((sum, statement) => {
    if (ts.isFunctionDeclaration(statement)) return sum + 1;
    if (!ts.isVariableStatement(statement)) return sum;
    const { flags, declarations } = statement.declarationList;
    return sum + declarations.filter((node) => isName(node, (flags & ts.NodeFlags.Const) !== 0)).length;
  }, 0);
}

function isIntrinsic(statement: ts.Statement): boolean {
  return ts.isFunctionDeclaration(statement) && statement.name !== undefined && INTRINSICS.has(statement.name.text);
}

/** Names and lengths of the memory that a statement makes. */
function memoryOf(statement: ts.Statement, facts: Facts): [string, number][] {
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name, initializer }): [string, number][] => {
    if (!ts.isIdentifier(name) || !initializer || !isMaking(initializer)) return [];
    const length = initializer.arguments[0] && facts.constant(initializer.arguments[0]);
    const isLength = typeof length === 'number' && Number.isInteger(length) && length >= 1 && length <= LARGEST;
    return isLength ? [[name.text, length]] : []; // any other is refused where it is lowered
  });
}

function isMaking(node: ts.Expression): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    ts.isIdentifier(node.expression) &&
    (node.expression.text === 'makeWords' || node.expression.text === 'makeBytes')
  );
}

/** Those of which nothing is used but their entries. */
function unpassed(
  statements: readonly ts.Statement[],
  lengths: ReadonlyMap<string, number>,
  facts: Facts,
): Set<string> {
  const own = new Set(lengths.keys());
  let others = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) own.delete(others.get(node.text) ?? node.text);
    else if (ts.isElementAccessExpression(node) && ts.isIdentifier(skipParentheses(node.expression)))
      visit(node.argumentExpression);
    else if (ts.isVariableDeclaration(node)) {
      const isOther = ts.isIdentifier(node.name) && others.has(node.name.text);
      if (node.initializer && !isOther) visit(node.initializer);
    } else if (ts.isPropertyAccessExpression(node)) visit(node.expression);
    else if (!ts.isExportDeclaration(node)) ts.forEachChild(node, visit);
  };
  for (const statement of statements) {
    others = otherNames(statement, own, facts);
    visit(statement);
  }
  return own;
}

/** What a function calls tables of their own: `const t0 = T0`. */
function otherNames(statement: ts.Statement, own: ReadonlySet<string>, facts: Facts): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const value = skipParentheses(node.initializer);
      if (ts.isIdentifier(value) && own.has(value.text) && !facts.isAssigned(node.name.text))
        found.set(node.name.text, value.text);
    }
    ts.forEachChild(node, visit);
  };
  if (ts.isFunctionDeclaration(statement)) visit(statement);
  return found;
}

class Memory {
  readonly name: string;
  readonly #places: ReadonlyMap<string, number>;
  readonly #own: ReadonlySet<string>;
  readonly #facts: Facts;
  /** Local names of memory, in the function looked at. */
  readonly #local = new Map<string, number>();
  /** Local names of tables of their own, likewise. */
  #others: ReadonlyMap<string, string> = new Map();

  constructor(name: string, places: ReadonlyMap<string, number>, own: ReadonlySet<string>, facts: Facts) {
    this.name = name;
    this.#places = places;
    this.#own = own;
    this.#facts = facts;
  }

  placed<Node extends ts.Statement>(node: Node): Node {
    this.#local.clear();
    this.#others = otherNames(node, this.#own, this.#facts);
    const visit = (part: ts.Node): ts.Node => {
      if (ts.isVariableDeclaration(part)) return this.#variable(part, visit);
      if (ts.isExportDeclaration(part)) return this.#exports(part);
      if (ts.isElementAccessExpression(part)) return this.#entry(part, visit);
      if (ts.isCallExpression(part) && ts.isIdentifier(part.expression) && TAKERS.has(part.expression.text))
        return this.#taken(part, visit);
      return ts.visitEachChild(part, visit, undefined);
    };
    return visit(node) as Node;
  }

  /** Where it was made, its place is left, a constant. */
  #variable(node: ts.VariableDeclaration, visit: (part: ts.Node) => ts.Node): ts.Node {
    const { name, initializer } = node;
    if (!ts.isIdentifier(name) || !initializer) return node;
    const place = this.#places.get(name.text);
    if (place === undefined || !isMaking(initializer)) {
      const known = this.#facts.isAssigned(name.text) ? undefined : this.#placeOf(initializer);
      if (known !== undefined) this.#local.set(name.text, known);
      return ts.visitEachChild(node, visit, undefined);
    }
    const number = at(factory.createNumericLiteral(place), initializer);
    return factory.updateVariableDeclaration(node, name, undefined, undefined, number);
  }

  #exports(node: ts.ExportDeclaration): ts.Node {
    const clause = node.exportClause;
    if (!clause || !ts.isNamedExports(clause)) return node;
    if (!clause.elements.some(({ propertyName, name }) => this.#places.has((propertyName ?? name).text))) return node;
    const own = factory.createExportSpecifier(false, this.name === MEMORY ? undefined : this.name, MEMORY);
    const list = factory.updateNamedExports(clause, [...clause.elements, own]);
    return factory.updateExportDeclaration(node, node.modifiers, false, list, undefined, undefined);
  }

  #entry(node: ts.ElementAccessExpression, visit: (part: ts.Node) => ts.Node): ts.Node {
    const table = skipParentheses(node.expression);
    const index = visit(node.argumentExpression) as ts.Expression;
    if (!ts.isIdentifier(table) || this.#own.has(table.text) || this.#others.has(table.text))
      return factory.updateElementAccessExpression(node, node.expression, index);
    const whole = this.#sum(table, index);
    return at(factory.createElementAccessExpression(factory.createIdentifier(this.name), whole), node);
  }

  #taken(node: ts.CallExpression, visit: (part: ts.Node) => ts.Node): ts.Node {
    const [table, index, ...rest] = node.arguments.map((argument) => visit(argument) as ts.Expression);
    if (!table || !index) return node;
    const given = [factory.createIdentifier(this.name), this.#sum(table, index), ...rest];
    return at(factory.createCallExpression(node.expression, undefined, given), node);
  }

  /** The place that a name stands for, and never another. */
  #placeOf(node: ts.Expression): number | undefined {
    const bare = skipParentheses(node);
    if (!ts.isIdentifier(bare) || this.#facts.isAssigned(bare.text)) return undefined;
    return this.#local.get(bare.text) ?? this.#places.get(bare.text);
  }

  /** table + index, its constants added up. */
  #sum(table: ts.Expression, index: ts.Expression): ts.Expression {
    const [one, other] = [this.#split(table), this.#split(index)];
    const constant = one.constant + other.constant;
    const rest = one.rest && other.rest ? at(factory.createAdd(one.rest, other.rest), index) : (one.rest ?? other.rest);
    const number = literal(constant, index);
    if (!rest) return number;
    return constant === 0 ? rest : at(factory.createAdd(rest, number), index);
  }

  /** What of a sum is constant, and the rest of it. */
  #split(node: ts.Expression): { readonly rest?: ts.Expression; readonly constant: number } {
    const bare = skipParentheses(node);
    const known = this.#placeOf(bare) ?? this.#facts.constant(bare);
    if (typeof known === 'number') return { constant: known };
    if (ts.isBinaryExpression(bare)) {
      const [left, right] = [this.#split(bare.left), this.#split(bare.right)];
      if (bare.operatorToken.kind === ts.SyntaxKind.MinusToken && !right.rest)
        return { ...left, constant: left.constant - right.constant };
      if (bare.operatorToken.kind === ts.SyntaxKind.PlusToken) {
        const rest = left.rest && right.rest ? factory.createAdd(left.rest, right.rest) : (left.rest ?? right.rest);
        return { ...(rest && { rest }), constant: left.constant + right.constant };
      }
    }
    return { rest: bare, constant: 0 };
  }
}

function literal(value: number, place: ts.Node): ts.Expression {
  const size = at(factory.createNumericLiteral(Math.abs(value)), place);
  return value < 0 ? at(factory.createPrefixUnaryExpression(ts.SyntaxKind.MinusToken, size), place) : size;
}
