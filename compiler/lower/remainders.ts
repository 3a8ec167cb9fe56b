// SPDX-License-Identifier: Apache-2.0
// On Lua 5.1 with floats the octets of a word are cut out by remainders (octets.ts), and neighbours share one: `x % 65536` stands
// in the second octet and in the third. What is written more than once while x stays the same gets a local.
import * as lua from 'typescript-to-lua';
import type { Unit } from './unit.ts';

/** `x % divisor`, all places of it between two assignments to x. */
interface Remainder {
  readonly name: string;
  readonly divisor: number;
  /** Place of the statement that uses it first. */
  readonly from: number;
  readonly uses: lua.BinaryExpression[];
}

/**
 * Rewrites the statements of a function in place.
 * @param locals names already active: its parameters
 */
export function shareRemainders(body: lua.Block, locals: number, unit: Unit): void {
  if (unit.profile.version !== '5.1' || unit.profile.arithmetic !== 'float') return;
  const names = new Map<string, string>();
  rewrite(body.statements, locals, {
    room: unit.profile.maxLocals,
    isLocal: (name) => !topLevelNames(unit).has(name),
    nameOf: ({ name, divisor }) => {
      const key = `${name}_${Math.log2(divisor)}`;
      const made = names.get(key) ?? unit.plan.freshName(key);
      names.set(key, made);
      return made;
    },
  });
}

const known = new WeakMap<Unit, Set<string>>();

/** A name of the top level may change in any call. */
function topLevelNames(unit: Unit): ReadonlySet<string> {
  let names = known.get(unit);
  if (!names) {
    names = new Set([...unit.chunk.topLevel.keys()].map(({ name }) => name));
    known.set(unit, names);
  }
  return names;
}

const FOR_LOCALS = 4;

interface Rules {
  /** Locals that a function may have at once. */
  readonly room: number;
  isLocal(name: string): boolean;
  nameOf(remainder: Remainder): string;
}

function rewrite(statements: lua.Statement[], active: number, rules: Rules): void {
  const found = remaindersOf(statements, rules);
  const room = rules.room - active - peakLocals(statements);
  const names = new Set<string>();
  const hoisted = found
    .filter(({ uses }) => uses.length > 1)
    .sort((a, b) => b.uses.length - a.uses.length)
    .filter((remainder) => {
      const name = rules.nameOf(remainder);
      if (names.size < room) names.add(name);
      return names.has(name);
    });
  let locals = active;
  const inner: [readonly lua.Statement[][], number][] = [];
  for (const statement of statements) {
    inner.push([blocksOf(statement).map((block) => block.statements), locals]);
    locals += declaredBy(statement);
  }
  for (const [lists, at] of inner) for (const list of lists) rewrite(list, at + names.size + FOR_LOCALS, rules);
  // From the last to the first, so that places stay what they are; the first of a name declares it.
  const later = hoisted.sort((a, b) => b.from - a.from);
  later.forEach((remainder, place) => {
    const name = rules.nameOf(remainder);
    const isFirst = later.slice(place + 1).every((other) => rules.nameOf(other) !== name);
    hoist(statements, remainder, name, isFirst);
  });
}

function hoist(statements: lua.Statement[], { from, uses }: Remainder, text: string, isFirst: boolean): void {
  const [first] = uses;
  if (!first) return;
  const value = lua.createBinaryExpression(first.left, first.right, lua.SyntaxKind.ModuloOperator);
  lua.setNodePosition(value, first);
  const name = lua.createIdentifier(text);
  const statement = isFirst
    ? lua.createVariableDeclarationStatement(name, value)
    : lua.createAssignmentStatement(name, value);
  statements.splice(from, 0, statement);
  for (const use of uses) becomeName(use, text);
}

/** Puts a name in the place of an expression, wherever that hangs in the tree. */
function becomeName(node: lua.Node, text: string): void {
  for (const key of ['left', 'right', 'operator']) Reflect.deleteProperty(node, key);
  Object.assign(node, { kind: lua.SyntaxKind.Identifier, text });
}

/** All remainders of locals by a constant, in the statements of one list but not of those within. */
function remaindersOf(statements: readonly lua.Statement[], rules: Rules): Remainder[] {
  const all: Remainder[] = [];
  const open = new Map<string, Remainder>();
  statements.forEach((statement, place) => {
    if (blocksOf(statement).length === 0) {
      for (const use of remaindersIn(statement, rules)) {
        const key = `${use.left.text} ${use.right.value}`;
        let remainder = open.get(key);
        if (!remainder) {
          remainder = { name: use.left.text, divisor: use.right.value, from: place, uses: [] };
          open.set(key, remainder);
          all.push(remainder);
        }
        remainder.uses.push(use);
      }
    }
    const changed = assignedIn(statement);
    for (const [key, { name }] of open) if (changed.has(name)) open.delete(key);
  });
  return all;
}

type RemainderNode = lua.BinaryExpression & { left: lua.Identifier; right: lua.NumericLiteral };

function remaindersIn(node: lua.Node, rules: Rules): RemainderNode[] {
  const isRemainder =
    lua.isBinaryExpression(node) &&
    node.operator === lua.SyntaxKind.ModuloOperator &&
    lua.isIdentifier(node.left) &&
    lua.isNumericLiteral(node.right) &&
    rules.isLocal(node.left.text);
  if (isRemainder) return [node as RemainderNode];
  return childrenOf(node).flatMap((child) => remaindersIn(child, rules));
}

/** Names that a statement assigns or declares, at any depth. */
function assignedIn(node: lua.Node, found = new Set<string>()): Set<string> {
  if (lua.isAssignmentStatement(node) || lua.isVariableDeclarationStatement(node)) {
    for (const target of node.left) if (lua.isIdentifier(target)) found.add(target.text);
  } else for (const child of childrenOf(node)) assignedIn(child, found);
  return found;
}

function blocksOf(statement: lua.Statement): lua.Block[] {
  if (lua.isDoStatement(statement)) return [lua.createBlock(statement.statements)];
  return childrenOf(statement).flatMap((child) =>
    lua.isBlock(child) ? [child] : lua.isIfStatement(child) ? blocksOf(child) : [],
  );
}

export function childrenOf(node: lua.Node): lua.Node[] {
  return Object.values(node)
    .flat()
    .filter((part): part is lua.Node => typeof part === 'object' && part !== null && 'kind' in part);
}

function declaredBy(statement: lua.Statement): number {
  return lua.isVariableDeclarationStatement(statement) ? statement.left.length : 0;
}

/** The most locals that a list has active at once; a numeric for has three of its own and the counter. */
function peakLocals(statements: readonly lua.Statement[]): number {
  let active = 0;
  let peak = 0;
  for (const statement of statements) {
    active += declaredBy(statement);
    for (const block of blocksOf(statement)) peak = Math.max(peak, active + FOR_LOCALS + peakLocals(block.statements));
  }
  return Math.max(peak, active);
}
