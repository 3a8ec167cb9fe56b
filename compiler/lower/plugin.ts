// SPDX-License-Identifier: Apache-2.0
// The TypeScriptToLua plugin of the mote dialect. It takes over every kind of node: TypeScriptToLua's own lowering depends on
// types (which a flat chunk has lost), keeps JavaScript's semantics by means that allocate, and counts from 1.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { analyse } from '../chunk.ts';
import { DialectError } from '../errors.ts';
import { plan } from '../plan.ts';
import { DialectPrinter } from '../printer.ts';
import type { Profile } from '../profiles.ts';
import {
  lowerBinary,
  lowerCall,
  lowerConditional,
  lowerElement,
  lowerIdentifier,
  lowerPrefix,
  lowerProperty,
} from './expressions.ts';
import { libraryDemand } from './library.ts';
import { lowerDo, lowerFor, lowerWhile } from './loops.ts';
import { lowerModule } from './module.ts';
import { lowerExpressionStatement, lowerIf, lowerReturn, lowerVariables } from './statements.ts';
import { literal, type Unit } from './unit.ts';

export interface PluginOptions {
  readonly profile: Profile;
  readonly globals: ReadonlySet<string>;
  /** Receives what the dialect refuses. */
  refuse(error: DialectError): void;
}

type Visitor<Node extends ts.Node, Result> = (node: Node, unit: Unit) => Result;

/** Makes a plugin for one compilation. */
export function dialectPlugin(options: PluginOptions): lua.Plugin {
  let unit: Unit;
  const visitors: Record<number, (node: never, context: lua.TransformationContext) => unknown> = {};
  for (const kind of Object.values(ts.SyntaxKind)) if (typeof kind === 'number') visitors[kind] = refuseNode;
  const lower = <Node extends ts.Node, Result>(kind: Node['kind'], visitor: Visitor<Node, Result>): void => {
    visitors[kind] = (node: Node) => visitor(node, unit);
  };

  visitors[ts.SyntaxKind.SourceFile] = (node: ts.SourceFile, context) => {
    const libraries = new Map<string, lua.VariableDeclarationStatement>();
    const statements = guard(options, () => {
      unit = createUnit(node, context, options, libraries);
      return lowerModule(unit);
    });
    return lua.createFile([...libraries.values(), ...(statements ?? [])], new Set(), '', node);
  };
  lower<ts.Block, unknown>(ts.SyntaxKind.Block, (node, at) =>
    lua.createDoStatement(at.statements(node.statements), node),
  );
  lower<ts.EmptyStatement, unknown>(ts.SyntaxKind.EmptyStatement, () => []);
  lower<ts.VariableStatement, unknown>(ts.SyntaxKind.VariableStatement, (node, at) =>
    lowerVariables(node.declarationList, at),
  );
  lower<ts.ExpressionStatement, unknown>(ts.SyntaxKind.ExpressionStatement, lowerExpressionStatement);
  lower<ts.IfStatement, unknown>(ts.SyntaxKind.IfStatement, lowerIf);
  lower<ts.ForStatement, unknown>(ts.SyntaxKind.ForStatement, lowerFor);
  lower<ts.WhileStatement, unknown>(ts.SyntaxKind.WhileStatement, lowerWhile);
  lower<ts.DoStatement, unknown>(ts.SyntaxKind.DoStatement, lowerDo);
  lower<ts.ReturnStatement, unknown>(ts.SyntaxKind.ReturnStatement, lowerReturn);
  lower<ts.BreakStatement, unknown>(ts.SyntaxKind.BreakStatement, lowerBreak);

  lower<ts.NumericLiteral, unknown>(ts.SyntaxKind.NumericLiteral, (node) => literal(Number(node.text), node));
  lower<ts.TrueLiteral, unknown>(ts.SyntaxKind.TrueKeyword, (node) => literal(true, node));
  lower<ts.FalseLiteral, unknown>(ts.SyntaxKind.FalseKeyword, (node) => literal(false, node));
  lower<ts.ParenthesizedExpression, unknown>(ts.SyntaxKind.ParenthesizedExpression, (node, at) =>
    at.expression(node.expression),
  );
  lower<ts.Identifier, unknown>(ts.SyntaxKind.Identifier, lowerIdentifier);
  lower<ts.PrefixUnaryExpression, unknown>(ts.SyntaxKind.PrefixUnaryExpression, lowerPrefix);
  lower<ts.BinaryExpression, unknown>(ts.SyntaxKind.BinaryExpression, lowerBinary);
  lower<ts.ConditionalExpression, unknown>(ts.SyntaxKind.ConditionalExpression, lowerConditional);
  lower<ts.ElementAccessExpression, unknown>(ts.SyntaxKind.ElementAccessExpression, lowerElement);
  lower<ts.PropertyAccessExpression, unknown>(ts.SyntaxKind.PropertyAccessExpression, lowerProperty);
  lower<ts.CallExpression, unknown>(ts.SyntaxKind.CallExpression, lowerCall);

  return {
    visitors: visitors as lua.Visitors,
    printer: (program, host, name, file) => new DialectPrinter(host, program, name).print(file),
  };
}

function createUnit(
  file: ts.SourceFile,
  context: lua.TransformationContext,
  options: PluginOptions,
  libraries: Map<string, lua.VariableDeclarationStatement>,
): Unit {
  const { profile, globals } = options;
  const chunk = analyse(context.program, file);
  const planned = plan(chunk, profile, libraryDemand(chunk, profile));
  return {
    chunk,
    profile,
    plan: planned,
    globals,
    expression: (node) => context.transformExpression(node),
    statements: (nodes) =>
      nodes.flatMap((node) => guard(options, () => context.transformNode(node) as lua.Statement[]) ?? []),
    guard: (lower) => guard(options, lower),
    library: (table, name) => {
      let declaration = libraries.get(name);
      if (!declaration) {
        const member = table
          ? lua.createTableIndexExpression(lua.createIdentifier(table), lua.createStringLiteral(name))
          : lua.createIdentifier(name);
        declaration = lua.createVariableDeclarationStatement(lua.createIdentifier(planned.freshName(name)), member);
        libraries.set(name, declaration);
      }
      return lua.cloneIdentifier(declaration.left[0] as lua.Identifier);
    },
  };
}

function guard<Result>(options: PluginOptions, lower: () => Result): Result | undefined {
  try {
    return lower();
  } catch (error) {
    if (!(error instanceof DialectError)) throw error;
    options.refuse(error);
    return undefined;
  }
}

function lowerBreak(node: ts.BreakStatement): lua.Statement {
  if (node.label) throw new DialectError(node, 'a label', 'break out of the innermost loop');
  return lua.createBreakStatement(node);
}

const ALLOWED = 'if, for, while, do, break, return, let, const, calls, assignments, int32 arithmetic (docs/dialect.md)';

function refuseNode(node: ts.Node): never {
  const kind = ts.SyntaxKind[node.kind] ?? 'syntax';
  throw new DialectError(node, kind.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase(), ALLOWED);
}
