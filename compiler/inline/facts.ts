// SPDX-License-Identifier: Apache-2.0
// What the inliner knows of a whole chunk.
import ts from 'typescript';
import { evaluate, type Constant } from '../fold.ts';
import { assignedBy, type Plain } from './plain.ts';
import { stepsOf } from './steps.ts';

export class Facts {
  readonly #functions: ReadonlyMap<string, Plain>;
  /** What `const` names of the top level are initialised with. */
  readonly #initializers = new Map<string, ts.Expression>();
  readonly #topLevel: ReadonlySet<string>;
  readonly #assigned = new Set<string>();
  readonly #constants = new Map<string, Constant | undefined>();
  /** div is lowered to an operator; the other intrinsics stand in module initialisation only. */
  readonly #writes = new Map([['div', false]]);

  /**
   * @param functions those of the dialect; no local has the name of anything outside its function
   * @param others all other statements of the chunk
   */
  constructor(others: readonly ts.Statement[], functions: ReadonlyMap<string, Plain>) {
    this.#functions = functions;
    this.#topLevel = new Set([...functions.keys(), ...others.flatMap(declaredNames)]);
    const visit = (node: ts.Node): void => {
      const target = assignedBy(node);
      if (target && ts.isIdentifier(target)) this.#assigned.add(target.text);
      ts.forEachChild(node, visit);
    };
    for (const statement of [...functions.values(), ...others]) visit(statement);
    for (const statement of others) {
      if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Const) === 0) continue;
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer) this.#initializers.set(name.text, initializer);
    }
  }

  /** Whether a name is one of the chunk's: those cost more to use than locals. */
  isTopLevel(name: string): boolean {
    return this.#topLevel.has(name);
  }

  /** Whether any function assigns to this name, or to a local of this name. */
  isAssigned(name: string): boolean {
    return this.#assigned.has(name);
  }

  /** Whether no call changes what a name stands for: locals, and what is never assigned. */
  isSteady(name: string): boolean {
    return !this.#topLevel.has(name) || !this.#assigned.has(name);
  }

  /** Whether an expression gives the same before and after any call. */
  isStable(node: ts.Expression): boolean {
    return stepsOf(node).every(({ kind, name }) => kind === 'name' && name !== undefined && this.isSteady(name));
  }

  hasCalls(node: ts.Expression): boolean {
    return stepsOf(node).some(({ kind, name }) => kind === 'call' && name !== 'div');
  }

  /** Whether an expression gives the same before and after another one is evaluated. */
  isSameAfter(node: ts.Expression, other: ts.Expression): boolean {
    const changes = stepsOf(other).some(({ kind, name }) => kind === 'call' && this.writes(name));
    return this.isStable(node) || (!changes && !this.hasCalls(node));
  }

  constant(node: ts.Expression): Constant | undefined {
    return evaluate(node, ({ text }) => this.#constantNamed(text));
  }

  #constantNamed(name: string): Constant | undefined {
    if (!this.#constants.has(name)) {
      this.#constants.set(name, undefined); // a constant that needs itself is none
      const initializer = this.#initializers.get(name);
      if (initializer) this.#constants.set(name, this.constant(initializer));
    }
    return this.#constants.get(name);
  }

  /** Whether a call of this name may change memory or top-level names; of anything but a name it may. */
  writes(name: string | undefined): boolean {
    const known = name === undefined ? undefined : this.#writes.get(name);
    if (known !== undefined) return known;
    const called = name === undefined ? undefined : this.#functions.get(name);
    if (name === undefined || !called) return true;
    this.#writes.set(name, true); // while it is looked into, as in recursion
    const visit = (node: ts.Node): boolean => {
      const target = assignedBy(node);
      if (target && !(ts.isIdentifier(target) && !this.#topLevel.has(target.text))) return true;
      if (ts.isCallExpression(node) && this.writes(ts.isIdentifier(node.expression) ? node.expression.text : undefined))
        return true;
      return ts.forEachChild(node, visit) ?? false;
    };
    const result = visit(called.body);
    this.#writes.set(name, result);
    return result;
  }
}

/** Names that a statement of the chunk declares. */
export function declaredNames(statement: ts.Statement): string[] {
  let names: (ts.Node | undefined)[] = [];
  if (ts.isVariableStatement(statement)) names = statement.declarationList.declarations.map(({ name }) => name);
  else if (ts.isFunctionDeclaration(statement)) names = [statement.name];
  return names.flatMap((name) => (name && ts.isIdentifier(name) ? name.text : []));
}
