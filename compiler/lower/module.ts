// SPDX-License-Identifier: Apache-2.0
// The chunk as a whole. Lua knows a name only after its declaration, JavaScript everywhere; so the order is: library
// functions, the spill array, memory and scalars, functions (each after those it uses, where there is no cycle), the rest of
// module initialisation, exports.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { MAKE_MEMORY, type TopLevelName } from '../chunk.ts';
import { DialectError } from '../errors.ts';
import { lowerFlashBytes } from './flash.ts';
import { lowerFunction, variableName } from './statements.ts';
import { literal, reference, spillSlot, type Unit } from './unit.ts';

/** @returns the whole chunk but for the library functions, which are known when everything else is lowered. */
export function lowerModule(unit: Unit): lua.Statement[] {
  const { chunk } = unit;
  const names = [...chunk.topLevel.values()].filter(
    (name) => unit.plan.entries(name.symbol) === undefined && !isAllMemory(name, unit),
  );
  const memory = new Map<TopLevelName, lua.Expression>();
  for (const name of names) {
    const value = initialValue(name, unit);
    if (value) memory.set(name, value);
  }
  const { order, cyclic } = functionOrder(names, unit);
  return [
    ...spillArray(names, memory, unit),
    ...declareMemory(names, memory, unit),
    ...fillMemory(memory, unit),
    ...forwardNames(names, memory, cyclic, unit),
    ...order.map((name) => defineFunction(name, cyclic.has(name), unit)),
    ...initialise(memory, unit),
    ...exportTable(unit),
  ];
}

/** Whether it is `const memory = makeMemory$(n)`, which is the spill array, too. */
function isAllMemory({ declaration }: TopLevelName, unit: Unit): boolean {
  const made = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return made !== undefined && ts.isCallExpression(made) && unit.chunk.intrinsic(made.expression) === MAKE_MEMORY;
}

/** What a variable starts with, where that needs nothing else: `makeBytes(16)`, a constant. */
function initialValue(name: TopLevelName, unit: Unit): lua.Expression | undefined {
  const { declaration } = name;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  const { initializer } = declaration;
  const constant = unit.chunk.constant(initializer);
  if (constant !== undefined) return literal(constant, initializer);
  if (!ts.isCallExpression(initializer)) return undefined;
  const intrinsic = unit.chunk.intrinsic(initializer.expression);
  if (intrinsic === 'flashBytes') return lowerFlashBytes(initializer);
  return intrinsic === 'makeBytes' || intrinsic === 'makeWords' ? zeros(initializer, intrinsic, unit) : undefined;
}

/**
 * A table constructor makes an array part of exactly the size wanted; entry 0 lies in the hash part. An entry of the constructor
 * takes four octets of flash, so that a table which a loop would bring to the same size is left to one.
 */
function zeros(node: ts.CallExpression, name: string, unit: Unit): lua.Expression {
  const length = node.arguments.length === 1 && node.arguments[0] ? unit.chunk.constant(node.arguments[0]) : undefined;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 1 || length > 4096) {
    throw new DialectError(
      node,
      `${name}(${node.arguments.map((part) => part.getText()).join(', ')})`,
      `${name}(n) with a constant n of 1 to 4096`,
    );
  }
  const fields = [lua.createTableFieldExpression(lua.createNumericLiteral(0), lua.createNumericLiteral(0))];
  const listed = isFilledByLoop(length) ? 1 : length;
  for (let index = 1; index < listed; index++) fields.push(lua.createTableFieldExpression(lua.createNumericLiteral(0)));
  return lua.createTableExpression(fields, node);
}

/** An array part that grows is doubled: entries 1 to n - 1 fit one of n only where n is a power of two. */
function isFilledByLoop(length: number): boolean {
  return length >= 32 && (length & (length - 1)) === 0;
}

/** `for i = 1, n - 1 do table[i] = 0 end` for memory that its constructor does not list. */
function fillMemory(memory: ReadonlyMap<TopLevelName, lua.Expression>, unit: Unit): lua.Statement[] {
  const counter = unit.plan.freshName('i');
  return [...memory].flatMap(([name, value]) => {
    const { initializer } = name.declaration as ts.VariableDeclaration;
    if (!lua.isTableExpression(value) || !initializer || !ts.isCallExpression(initializer)) return [];
    const length = unit.chunk.constant(initializer.arguments[0] as ts.Expression) as number;
    if (!isFilledByLoop(length)) return [];
    const index = lua.createIdentifier(counter);
    const entry = lua.createTableIndexExpression(reference(name.declaration.name as ts.Identifier, unit), index);
    const body = lua.createBlock([lua.createAssignmentStatement(entry, lua.createNumericLiteral(0))]);
    return [
      lua.createForStatement(
        body,
        lua.cloneIdentifier(index),
        lua.createNumericLiteral(1),
        lua.createNumericLiteral(length - 1),
        undefined,
        name.declaration,
      ),
    ];
  });
}

function spillArray(
  names: readonly TopLevelName[],
  memory: ReadonlyMap<TopLevelName, lua.Expression>,
  unit: Unit,
): lua.Statement[] {
  const { slots, memory: before } = unit.plan;
  if (slots + before === 0) return [];
  const zeros = Array.from({ length: before }, () => lua.createTableFieldExpression(lua.createNumericLiteral(0)));
  const fields = names
    .filter((name) => unit.plan.slot(name.symbol) !== undefined)
    .map((name) => lua.createTableFieldExpression(memory.get(name) ?? lua.createBooleanLiteral(false)));
  fields.unshift(...zeros);
  while (fields.length < before + slots) fields.push(lua.createTableFieldExpression(lua.createNumericLiteral(0)));
  return [
    lua.createVariableDeclarationStatement(lua.createIdentifier(unit.plan.array), lua.createTableExpression(fields)),
  ];
}

function declareMemory(
  names: readonly TopLevelName[],
  memory: ReadonlyMap<TopLevelName, lua.Expression>,
  unit: Unit,
): lua.Statement[] {
  return names
    .filter((name) => memory.has(name) && unit.plan.slot(name.symbol) === undefined)
    .map((name) => lua.createVariableDeclarationStatement(local(name, unit), memory.get(name), name.declaration));
}

/** Names that are used before they can be defined. */
function forwardNames(
  names: readonly TopLevelName[],
  memory: ReadonlyMap<TopLevelName, lua.Expression>,
  cyclic: ReadonlySet<TopLevelName>,
  unit: Unit,
): lua.Statement[] {
  const forward = names.filter(
    (name) =>
      unit.plan.slot(name.symbol) === undefined &&
      (ts.isFunctionDeclaration(name.declaration) ? cyclic.has(name) : !memory.has(name)),
  );
  return forward.length === 0 ? [] : [lua.createVariableDeclarationStatement(forward.map((name) => local(name, unit)))];
}

function local(name: TopLevelName, unit: Unit): lua.Identifier {
  const identifier = name.declaration.name as ts.Identifier;
  return lua.createIdentifier(unit.plan.nameOf(identifier), identifier, undefined, identifier.text);
}

/** Functions in an order where each comes after those it uses, and those that a cycle forces to be declared ahead. */
function functionOrder(
  names: readonly TopLevelName[],
  unit: Unit,
): { order: TopLevelName[]; cyclic: Set<TopLevelName> } {
  const order: TopLevelName[] = [];
  const cyclic = new Set<TopLevelName>();
  const open = new Set<TopLevelName>();
  const closed = new Set<TopLevelName>();
  const visit = (name: TopLevelName): void => {
    open.add(name);
    for (const used of functionsUsed(name, unit)) {
      if (open.has(used) && used !== name) cyclic.add(used);
      else if (!closed.has(used) && !open.has(used)) visit(used);
    }
    open.delete(name);
    closed.add(name);
    order.push(name);
  };
  for (const name of names) if (ts.isFunctionDeclaration(name.declaration) && !closed.has(name)) visit(name);
  return { order, cyclic };
}

function functionsUsed(name: TopLevelName, unit: Unit): Set<TopLevelName> {
  const found = new Set<TopLevelName>();
  const visit = (node: ts.Node): void => {
    const symbol = ts.isIdentifier(node) ? unit.chunk.symbolOf(node) : undefined;
    const used = symbol && unit.chunk.topLevel.get(symbol);
    if (used && ts.isFunctionDeclaration(used.declaration)) found.add(used);
    ts.forEachChild(node, visit);
  };
  visit(name.declaration);
  return found;
}

function defineFunction(name: TopLevelName, declaredAhead: boolean, unit: Unit): lua.Statement {
  const declaration = name.declaration as ts.FunctionDeclaration;
  const body = unit.guard(() => lowerFunction(declaration, unit)) ?? lua.createFunctionExpression(lua.createBlock([]));
  const slot = unit.plan.slot(name.symbol);
  if (slot !== undefined) return lua.createAssignmentStatement(spillSlot(slot, unit), body, declaration);
  const identifier = local(name, unit);
  return declaredAhead
    ? lua.createAssignmentStatement(identifier, body, declaration)
    : lua.createVariableDeclarationStatement(identifier, body, declaration);
}

/** Everything that runs once, in the order of the source. */
function initialise(memory: ReadonlyMap<TopLevelName, lua.Expression>, unit: Unit): lua.Statement[] {
  return unit.chunk.file.statements.flatMap((statement) => {
    if (ts.isFunctionDeclaration(statement) || ts.isExportDeclaration(statement)) return [];
    if (!ts.isVariableStatement(statement)) return unit.statements([statement]);
    const { declarationList } = statement;
    return declarationList.declarations.flatMap(
      (declaration) => unit.guard(() => initialiseVariable(declaration, memory, unit)) ?? [],
    );
  });
}

function initialiseVariable(
  declaration: ts.VariableDeclaration,
  memory: ReadonlyMap<TopLevelName, lua.Expression>,
  unit: Unit,
): lua.Statement[] {
  if ((declaration.parent.flags & (ts.NodeFlags.Let | ts.NodeFlags.Const)) === 0)
    throw new DialectError(declaration, 'var', 'let and const');
  const identifier = variableName(declaration);
  const symbol = unit.chunk.symbolOf(identifier);
  const name = symbol && unit.chunk.topLevel.get(symbol);
  if (
    !name ||
    isAllMemory(name, unit) ||
    memory.has(name) ||
    !declaration.initializer ||
    unit.plan.entries(name.symbol) !== undefined
  )
    return [];
  return [
    lua.createAssignmentStatement(reference(identifier, unit), unit.expression(declaration.initializer), declaration),
  ];
}

/** Functions and memory are handed out as they are; a name that is assigned later would go stale in the table. */
function exportTable(unit: Unit): lua.Statement[] {
  const { chunk } = unit;
  if (chunk.exports.length === 0) return [];
  const fields = chunk.exports.map(({ name, symbol, node }) => {
    const constant = chunk.constantNamed(symbol);
    const declaration = chunk.topLevel.get(symbol)?.declaration;
    if (constant === undefined && (!declaration || chunk.assignments(symbol).length > 0)) {
      throw new DialectError(node, `the export ${name}`, 'exports of functions, constants and memory');
    }
    const value =
      constant === undefined ? reference(declaration?.name as ts.Identifier, unit) : literal(constant, node);
    return lua.createTableFieldExpression(value, lua.createStringLiteral(name));
  });
  return [lua.createReturnStatement([lua.createTableExpression(fields)])];
}
