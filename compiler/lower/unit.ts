// SPDX-License-Identifier: Apache-2.0
// What every lowering function needs to know of the chunk it works on.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import type { Chunk } from '../chunk.ts';
import { DialectError } from '../errors.ts';
import { isInt32, type Constant } from '../fold.ts';
import type { Plan } from '../plan.ts';
import type { Profile } from '../profiles.ts';

export interface Unit {
  readonly chunk: Chunk;
  readonly profile: Profile;
  readonly plan: Plan;
  /** Globals a bundle may use: the modules of its board. */
  readonly globals: ReadonlySet<string>;
  /** Lowers one expression; bit operators, names and constants included. */
  expression(node: ts.Expression): lua.Expression;
  statements(nodes: readonly ts.Statement[]): lua.Statement[];
  /** Runs one piece of the lowering; what it refuses is noted, so that one compilation finds all errors. */
  guard<Result>(lower: () => Result): Result | undefined;
  /** A library function kept in a local of the chunk, such as `bxor` of `bit`; or one that is a global itself. */
  library(table: 'bit' | 'math' | 'string' | 'table' | undefined, name: string): lua.Identifier;
}

/** @returns a constant as Lua writes it. @throws DialectError for a number that is no int32. */
export function literal(value: Constant, node: ts.Node): lua.Expression {
  if (typeof value === 'boolean') return lua.createBooleanLiteral(value, node);
  if (!isInt32(value))
    throw new DialectError(
      node,
      `the number ${value}`,
      'int32, -2147483648 to 2147483647; as operand of a bit operator also up to 0xffffffff',
    );
  return lua.createNumericLiteral(value, node);
}

export function skipParentheses(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? skipParentheses(node.expression) : node;
}

/** Whether an expression can be written twice: no calls but div, no assignments. */
export function isPure(node: ts.Expression, unit: Unit): boolean {
  const bare = skipParentheses(node);
  const pure = (part: ts.Expression): boolean => isPure(part, unit);
  if (ts.isIdentifier(bare) || ts.isNumericLiteral(bare)) return true;
  if (ts.isElementAccessExpression(bare)) return pure(bare.expression) && pure(bare.argumentExpression);
  if (ts.isBinaryExpression(bare)) return pure(bare.left) && pure(bare.right);
  if (ts.isPrefixUnaryExpression(bare)) return pure(bare.operand);
  if (ts.isConditionalExpression(bare)) return pure(bare.condition) && pure(bare.whenTrue) && pure(bare.whenFalse);
  return ts.isCallExpression(bare) && unit.chunk.intrinsic(bare.expression) === 'div' && bare.arguments.every(pure);
}

/** A name as Lua reads or writes it: a local, an upvalue or a slot of the spill array. */
export function reference(node: ts.Identifier, unit: Unit): lua.Identifier | lua.TableIndexExpression {
  const symbol = unit.chunk.symbolOf(node);
  const slot = symbol && unit.plan.slot(symbol);
  if (slot !== undefined) return spillSlot(slot, unit, node);
  return lua.createIdentifier(unit.plan.nameOf(node), node, undefined, node.text);
}

export function spillSlot(slot: number, unit: Unit, node?: ts.Node): lua.TableIndexExpression {
  return lua.createTableIndexExpression(lua.createIdentifier(unit.plan.array), lua.createNumericLiteral(slot), node);
}
