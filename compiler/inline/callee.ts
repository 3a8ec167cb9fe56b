// SPDX-License-Identifier: Apache-2.0
// A function to be inlined, and what its parameters become at one call: the argument itself where that means the same, else
// a local of their own.
import ts from 'typescript';
import { skipParentheses } from '../lower/unit.ts';
import { at, copyNode, copyStatements } from './copy.ts';
import type { Facts } from './facts.ts';
import { sizeOf, type Fresh } from './names.ts';
import { assignedBy, parametersOf, type Plain } from './plain.ts';
import { stepsOf, type Step } from './steps.ts';

/** An argument of several nodes is written more than once where that adds no more nodes than this. */
const SMALL_ARGUMENT = 4;
/** From so many uses on, a top-level name is worth a local. */
const MANY_USES = 3;
/** A use in a loop counts as so many. */
const LOOP_WEIGHT = 4;

export class Callee {
  readonly name: string;
  readonly #facts: Facts;
  readonly #parameters: readonly string[];
  readonly #body: readonly ts.Statement[];
  /** What it returns, if that is all it does. */
  readonly #value: ts.Expression | undefined;
  /** How often each name is used. */
  readonly #weights = new Map<string, number>();
  readonly #assigned = new Set<string>();
  /** What it does first. */
  readonly #opening: readonly Step[];

  constructor(node: Plain, facts: Facts) {
    const { statements } = node.body;
    const [first, more] = statements;
    this.name = node.name.text;
    this.#facts = facts;
    this.#parameters = parametersOf(node);
    this.#body = statements;
    this.#value = first && !more && ts.isReturnStatement(first) ? first.expression : undefined;
    this.#opening = first ? openingOf(first) : [];
    const visit = (part: ts.Node, weight: number): void => {
      if (ts.isIdentifier(part)) this.#weights.set(part.text, this.#weight(part.text) + weight);
      const target = assignedBy(part);
      if (target && ts.isIdentifier(target)) this.#assigned.add(target.text);
      const inner = ts.isIterationStatement(part, false) ? weight * LOOP_WEIGHT : weight;
      ts.forEachChild(part, (child) => visit(child, inner));
    };
    visit(node.body, 1);
  }

  /** The value of a call, as an expression for its place; undefined where there is none that means the same. */
  valueOf(call: ts.CallExpression): ts.Expression | undefined {
    if (!this.#value || !this.#fits(call)) return undefined;
    const { meaning, locals } = this.#place(call);
    const isStill = !this.#opening.some(({ kind, name }) => kind === 'call' && this.#facts.writes(name));
    for (const { parameter, argument } of locals) {
      const repeated = (this.#weight(parameter) - 1) * sizeOf(argument);
      if (repeated > SMALL_ARGUMENT || this.#facts.hasCalls(argument)) return undefined;
      if (!isStill && !this.#facts.isStable(argument)) return undefined;
      meaning.set(parameter, argument);
    }
    return copyNode(this.#value, meaning);
  }

  /**
   * The body as one call runs it: locals for arguments first, no name declared twice.
   * @param fresh makes names that the caller has not
   * @returns undefined where the number of arguments is wrong
   */
  bodyOf(call: ts.CallExpression, fresh: Fresh): { locals: ts.Statement[]; body: ts.Statement[] } | undefined {
    if (!this.#fits(call)) return undefined;
    const { meaning, locals } = this.#place(call);
    const declared = locals.map(({ parameter, argument }) => {
      const local = fresh(parameter);
      meaning.set(parameter, ts.factory.createIdentifier(local));
      return declaration(local, argument, this.#assigned.has(parameter) ? ts.NodeFlags.Let : ts.NodeFlags.Const);
    });
    return { locals: declared, body: copyStatements(this.#body, meaning, fresh) };
  }

  /** Rollup leaves out arguments of parameters that are not used. */
  #fits({ arguments: { length } }: ts.CallExpression): boolean {
    return (
      length <= this.#parameters.length && this.#parameters.slice(length).every((name) => this.#weight(name) === 0)
    );
  }

  #weight(name: string): number {
    return this.#weights.get(name) ?? 0;
  }

  /** Parameters that become their arguments, and those that become locals, in order. */
  #place(call: ts.CallExpression): {
    meaning: Map<string, ts.Expression>;
    locals: { readonly parameter: string; readonly argument: ts.Expression }[];
  } {
    const meaning = new Map<string, ts.Expression>();
    const locals: { parameter: string; argument: ts.Expression }[] = [];
    const moved = this.#moved(call);
    call.arguments.forEach((argument, index) => {
      const parameter = this.#parameters[index]!;
      const isUnused = this.#weight(parameter) === 0 && !this.#facts.hasCalls(argument);
      const isSame = !this.#assigned.has(parameter) && (moved.has(parameter) || this.#isFree(argument, parameter));
      if (isSame) meaning.set(parameter, argument);
      else if (!isUnused) locals.push({ parameter, argument });
    });
    return { meaning, locals };
  }

  /** Whether an argument may stand wherever its parameter does, and costs nothing there. */
  #isFree(argument: ts.Expression, parameter: string): boolean {
    const bare = skipParentheses(argument);
    if (this.#facts.constant(bare) !== undefined || ts.isStringLiteral(bare)) return true;
    if (!this.#facts.isStable(bare)) return false;
    const weight = this.#weight(parameter);
    return weight <= 1 || (ts.isIdentifier(bare) && (!this.#facts.isTopLevel(bare.text) || weight < MANY_USES));
  }

  /** Parameters whose arguments a call could change, but not before the only place where the parameter stands. */
  #moved(call: ts.CallExpression): Set<string> {
    const unstable = this.#parameters.filter((_, index) => {
      const argument = call.arguments[index];
      return argument && !this.#facts.isStable(argument);
    });
    const calling = call.arguments.some((argument) => this.#facts.hasCalls(argument));
    const once = unstable.filter((name) => this.#weight(name) === 1);
    if (!calling) {
      const change = this.#opening.findIndex(
        ({ kind, name }) => kind === 'write' || (kind === 'call' && this.#facts.writes(name)),
      );
      const still = change < 0 ? this.#opening : this.#opening.slice(0, change);
      return new Set(once.filter((parameter) => still.some(({ kind, name }) => kind === 'name' && name === parameter)));
    }
    // Calls keep their order only if they are the first thing done, each in the place of an argument.
    const steps = this.#opening.filter(({ kind, name }) => kind !== 'name' || !this.#isStill(name!, unstable));
    const isInOrder = unstable.every((parameter, index) => {
      const step = steps[index];
      return step?.name === parameter && step.isArgument && !step.conditional;
    });
    return new Set(isInOrder && once.length === unstable.length ? unstable : []);
  }

  #isStill(name: string, unstable: readonly string[]): boolean {
    return this.#parameters.includes(name) ? !unstable.includes(name) : this.#facts.isSteady(name);
  }
}

/** What a statement does before anything else. */
function openingOf(statement: ts.Statement): Step[] {
  let expression: ts.Expression | undefined;
  if (ts.isVariableStatement(statement)) expression = statement.declarationList.declarations[0]?.initializer;
  else if (ts.isExpressionStatement(statement) || ts.isIfStatement(statement) || ts.isReturnStatement(statement))
    expression = statement.expression;
  return expression ? stepsOf(expression) : [];
}

/** `const name = value;`, or without a value `let name;`, mapped to where the value or the place is. */
export function declaration(
  name: string,
  value: ts.Expression | undefined,
  flags: ts.NodeFlags,
  place: ts.Node | undefined = value,
): ts.Statement {
  const { factory } = ts;
  const variable = factory.createVariableDeclaration(name, undefined, undefined, value);
  const made = factory.createVariableStatement(undefined, factory.createVariableDeclarationList([variable], flags));
  if (!place) return made;
  at(variable, place);
  return at(made, place);
}

/** `let name;` and the statements that give it its value; one `let` where the first of them does. */
export function declared(name: string, statements: readonly ts.Statement[], place: ts.Node): readonly ts.Statement[] {
  const [first, ...rest] = statements;
  const set =
    first && ts.isExpressionStatement(first) && ts.isBinaryExpression(first.expression) ? first.expression : undefined;
  return set && assignedBy(set) && ts.isIdentifier(set.left) && set.left.text === name
    ? [declaration(name, set.right, ts.NodeFlags.Let, place), ...rest]
    : [declaration(name, undefined, ts.NodeFlags.Let, place), ...statements];
}

/** `name = value;` */
export function assignment(name: ts.Identifier, value: ts.Expression): ts.Statement {
  const made = at(ts.factory.createAssignment(ts.factory.createIdentifier(name.text), value), value);
  return at(ts.factory.createExpressionStatement(made), value);
}
