// SPDX-License-Identifier: Apache-2.0
// The flat, tree-shaken chunk Rollup made: its top-level names, its constants, and who uses and assigns what.
import ts from 'typescript';
import { DialectError } from './errors.ts';
import { evaluate, type Constant } from './fold.ts';

/** Functions of the compiler's own that do something beside giving a value. */
const ACTIVE = ['attempt', 'putChars'];

/** Those that may be left out where their value is not used. */
export const PURE_INTRINSICS: readonly string[] = [
  'makeBytes',
  'makeWords',
  'div',
  'flashBytes',
  'flashAt',
  'pack',
  'tableWord',
  'turned',
  'unrolled',
  'textOf',
  'chars',
  'joined',
  'part',
  'charAt',
  'lengthOf',
];

/** Made by crypto-core/tables.ts, octets.ts and strings.ts, and turned into Lua by the compiler itself. */
export const INTRINSICS: ReadonlySet<string> = new Set([...PURE_INTRINSICS, ...ACTIVE]);

export interface TopLevelName {
  readonly symbol: ts.Symbol;
  readonly declaration: ts.FunctionDeclaration | ts.VariableDeclaration;
  /** How often it is used inside functions; a use in a loop counts fourfold, in a loop in a loop sixteenfold. */
  uses: number;
}

export interface Export {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly node: ts.ExportSpecifier;
}

export interface Chunk {
  readonly file: ts.SourceFile;
  /** The symbol a name resolves to; undefined for a global. */
  symbolOf(name: ts.Identifier): ts.Symbol | undefined;
  /** The value of a constant expression, undefined for anything else. */
  constant(node: ts.Expression): Constant | undefined;
  /** The value of a name that is a constant. */
  constantNamed(symbol: ts.Symbol): Constant | undefined;
  /** Runs `lower` while a name stands for a constant. */
  withConstant<Result>(symbol: ts.Symbol, value: Constant, lower: () => Result): Result;
  /** The intrinsic a call goes to, undefined for other calls. */
  intrinsic(node: ts.Expression): string | undefined;
  readonly topLevel: ReadonlyMap<ts.Symbol, TopLevelName>;
  readonly exports: readonly Export[];
  /** Every place that assigns to a name after its declaration. */
  assignments(symbol: ts.Symbol): readonly ts.Node[];
  /** Every identifier text of the chunk: a name the compiler makes up must not be one of them. */
  readonly identifiers: ReadonlySet<string>;
}

const NOT_A_NAME = 'export { name, name as other } at the end of a module';

/**
 * @param program holds the chunk as its one file
 * @param file the chunk
 */
export function analyse(program: ts.Program, file: ts.SourceFile): Chunk {
  const checker = program.getTypeChecker();
  const topLevel = new Map<ts.Symbol, TopLevelName>();
  const constants = new Map<ts.Symbol, Constant | undefined>();
  const intrinsics = new Map<ts.Symbol, string>();
  const assignments = new Map<ts.Symbol, ts.Node[]>();
  const identifiers = new Set<string>();
  const exports: Export[] = [];

  const symbols = new Map<ts.Identifier, ts.Symbol | undefined>();
  const symbolOf = (name: ts.Identifier): ts.Symbol | undefined => {
    if (!symbols.has(name)) {
      const symbol = checker.getSymbolAtLocation(name);
      symbols.set(name, symbol?.declarations?.length ? symbol : undefined);
    }
    return symbols.get(name);
  };
  const constantNamed = (symbol: ts.Symbol): Constant | undefined => {
    if (!constants.has(symbol)) {
      constants.set(symbol, undefined); // a constant that needs itself is none
      const { valueDeclaration } = symbol;
      if (valueDeclaration && isConst(valueDeclaration) && valueDeclaration.initializer) {
        constants.set(symbol, constant(valueDeclaration.initializer));
      }
    }
    return constants.get(symbol);
  };
  const constant = (node: ts.Expression): Constant | undefined =>
    evaluate(node, (name) => {
      const symbol = symbolOf(name);
      return symbol && constantNamed(symbol);
    });

  const declare = (declaration: ts.FunctionDeclaration | ts.VariableDeclaration): void => {
    if (!declaration.name || !ts.isIdentifier(declaration.name)) return; // refused where it is lowered
    const symbol = symbolOf(declaration.name);
    if (!symbol) return;
    const text = declaration.name.text;
    if (ts.isFunctionDeclaration(declaration) && INTRINSICS.has(text)) {
      intrinsics.set(symbol, text);
      return;
    }
    if (constantNamed(symbol) !== undefined) return;
    topLevel.set(symbol, { symbol, declaration, uses: 0 });
  };

  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement)) declare(statement);
    else if (ts.isVariableStatement(statement)) statement.declarationList.declarations.forEach(declare);
    else if (ts.isExportDeclaration(statement)) {
      if (!statement.exportClause || !ts.isNamedExports(statement.exportClause)) {
        throw new DialectError(statement, 'this export', NOT_A_NAME);
      }
      for (const element of statement.exportClause.elements) {
        const symbol = checker.getExportSpecifierLocalTargetSymbol(element);
        if (!symbol) throw new DialectError(element, `export of unknown name ${element.name.text}`, NOT_A_NAME);
        exports.push({ name: element.name.text, symbol, node: element });
      }
    }
  }

  /** weight is 0 outside functions: what module initialisation uses once need not be fast. */
  const visit = (node: ts.Node, weight: number): void => {
    if (ts.isFunctionDeclaration(node) && node.name && intrinsics.has(symbolOf(node.name) as ts.Symbol)) return;
    if (ts.isIdentifier(node)) {
      identifiers.add(node.text);
      const used = weight > 0 ? symbolOf(node) : undefined;
      const name = used && topLevel.get(used);
      if (name && name.declaration.name !== node) name.uses += weight;
      return;
    }
    const target = assignedName(node);
    const symbol = target && symbolOf(target);
    if (symbol) assignments.set(symbol, [...(assignments.get(symbol) ?? []), node]);
    let inner = weight;
    if (ts.isFunctionLike(node)) inner = 1;
    else if (ts.isIterationStatement(node, false)) inner = weight * 4;
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(file, 0);

  return {
    file,
    symbolOf,
    constant,
    constantNamed,
    withConstant: (symbol, value, lower) => {
      // What was found to be no constant may be one now, and what is one now may not be later.
      const known = [...constants];
      constants.clear();
      constants.set(symbol, value);
      try {
        return lower();
      } finally {
        constants.clear();
        for (const [name, constant] of known) constants.set(name, constant);
      }
    },
    intrinsic: (node) => {
      const symbol = ts.isIdentifier(node) ? symbolOf(node) : undefined;
      return symbol && intrinsics.get(symbol);
    },
    topLevel,
    exports,
    assignments: (symbol) => assignments.get(symbol) ?? [],
    identifiers,
  };
}

function isConst(declaration: ts.Declaration): declaration is ts.VariableDeclaration {
  return ts.isVariableDeclaration(declaration) && (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
}

/** The name a node assigns to: `x = 1`, `x += 1`, `x++`. */
function assignedName(node: ts.Node): ts.Identifier | undefined {
  let target: ts.Expression | undefined;
  if (ts.isBinaryExpression(node) && isAssignment(node)) target = node.left;
  else if (
    (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
    (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
  ) {
    target = node.operand;
  }
  return target && ts.isIdentifier(target) ? target : undefined;
}

/** Whether a binary expression is `=`, `+=` or another assignment. */
export function isAssignment(node: ts.BinaryExpression): boolean {
  const kind = node.operatorToken.kind;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
