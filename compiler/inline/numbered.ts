// SPDX-License-Identifier: Apache-2.0
// Functions that are kept and called later become numbers. A function value is a closure, in RAM for all of a mote's life. Where all
// that is done with the values of some variables is to keep, compare and call them, without arguments, none of them has to be a
// function: each is a number, and `next()` becomes `perform(next)`, which finds by comparisons what to call. A function that was
// called by its value alone then has one call, in `perform`, and goes there like any other (inline.ts).
import ts from 'typescript';
import { INTRINSICS } from '../chunk.ts';
import { skipParentheses } from '../lower/unit.ts';
import { at } from './copy.ts';
import { freshNames, withBody } from './names.ts';
import { assignedBy, parametersOf, type Plain } from './plain.ts';

const { factory } = ts;

/** Functions that one part of `perform` chooses from: what is inlined into it has to stay within Lua's limits. */
const PART = 16;

/** Variables, parameters and results whose values flow into each other. */
class Flow {
  readonly functions = new Set<string>();
  /** Whether a value may come from, or go to, where nothing is known of it; or is called in another way than this. */
  isOpen = false;
  isCalled = false;
  #joined: Flow | undefined;

  get root(): Flow {
    return this.#joined?.root ?? this;
  }

  join(other: Flow): void {
    const [one, into] = [this.root, other.root];
    if (one === into) return;
    for (const name of one.functions) into.functions.add(name);
    into.isOpen ||= one.isOpen;
    into.isCalled ||= one.isCalled;
    one.#joined = into;
  }
}

export interface Numbered {
  readonly functions: Plain[];
  readonly others: ts.Statement[];
  /** Names of the functions that call what a number stands for. */
  readonly performers: readonly string[];
}

/**
 * @param functions those of the dialect, in which no local has the name of anything outside
 * @param others all other statements of the chunk
 * @param outer names that are taken; those made are added
 */
export function numbered(functions: readonly Plain[], others: readonly ts.Statement[], outer: Set<string>): Numbered {
  const flows = new Flows(functions, others);
  const numbers = new Map(flows.numberable().map((name, index) => [name, index]));
  if (numbers.size === 0) return { functions: [...functions], others: [...others], performers: [] };
  const fresh = freshNames(outer);
  const perform = fresh('perform');
  const rewrite = <Node extends ts.Node>(node: Node): Node => {
    const visit = (part: ts.Node): ts.Node => {
      if (ts.isIdentifier(part) && flows.isNumber(part))
        return at(factory.createNumericLiteral(numbers.get(part.text)!), part);
      if (ts.isCallExpression(part) && flows.isPerformed(part))
        return at(factory.createCallExpression(factory.createIdentifier(perform), undefined, [part.expression]), part);
      return ts.visitEachChild(part, visit, undefined);
    };
    return visit(node) as Node;
  };
  const named = new Map(functions.map((node) => [node.name.text, node]));
  const kept = functions.map((node) => withBody(node, rewrite(node.body)));
  const performers = performersOf(
    perform,
    [...numbers.keys()].map((name) => named.get(name)!),
    fresh,
  );
  return {
    functions: [...kept, ...performers],
    others: others.map((statement) => (ts.isFunctionDeclaration(statement) ? statement : rewrite(statement))),
    performers: performers.map(({ name }) => name.text),
  };
}

/** `perform(what)`, in parts, the one that chooses a part last. */
function performersOf(name: string, targets: readonly Plain[], fresh: (wanted: string) => string): Plain[] {
  if (targets.length <= PART) return [performer(name, calls(targets))];
  const parts: Plain[] = [];
  for (let first = 0; first < targets.length; first += PART)
    parts.push(performer(fresh(name), calls(targets.slice(first, first + PART), first)));
  const choices = parts.map((part, index) => ({
    from: index * PART,
    call: effect(part.name.text, [factory.createIdentifier(WHAT)], part),
  }));
  return [...parts, performer(name, choices)];
}

const WHAT = 'what$';

interface Choice {
  /** The least number that it is for. */
  readonly from: number;
  readonly call: ts.Statement;
}

function calls(targets: readonly Plain[], first = 0): Choice[] {
  return targets.map((target, index) => ({ from: first + index, call: effect(target.name.text, [], target) }));
}

function effect(name: string, values: readonly ts.Expression[], place: ts.Node): ts.Statement {
  const call = at(factory.createCallExpression(factory.createIdentifier(name), undefined, values), place);
  return at(factory.createExpressionStatement(call), place);
}

function performer(name: string, choices: readonly Choice[]): Plain {
  const [parameter, title] = [
    factory.createParameterDeclaration(undefined, undefined, WHAT),
    factory.createIdentifier(name),
  ];
  const body = factory.createBlock([chosen(choices)], true);
  const made = factory.createFunctionDeclaration(undefined, undefined, title, undefined, [parameter], undefined, body);
  return made as Plain;
}

/** Halves the choices until one is left. */
function chosen(choices: readonly Choice[]): ts.Statement {
  const [only] = choices;
  if (choices.length === 1) return only!.call;
  const middle = choices.length >>> 1;
  const test = factory.createLessThan(
    factory.createIdentifier(WHAT),
    factory.createNumericLiteral(choices[middle]!.from),
  );
  const [low, high] = [choices.slice(0, middle), choices.slice(middle)].map((half) =>
    factory.createBlock([chosen(half)]),
  );
  return factory.createIfStatement(test, low!, high);
}

/** What flows where in a chunk. */
class Flows {
  readonly #functions: ReadonlyMap<string, Plain>;
  readonly #variables = new Map<string, Flow>();
  /** Names of functions as values, and calls through variables. */
  readonly #values = new Map<ts.Identifier, Flow>();
  readonly #calls = new Map<ts.CallExpression, Flow>();
  /** The function looked at, and what it declares. */
  #inside = '';
  #declared = new Set<string>();

  constructor(functions: readonly Plain[], others: readonly ts.Statement[]) {
    this.#functions = new Map(functions.map((node) => [node.name.text, node]));
    for (const node of functions) {
      this.#inside = node.name.text;
      this.#declared = declaredIn(node);
      this.#statement(node.body);
    }
    this.#inside = '';
    this.#declared = new Set();
    for (const statement of others) if (!ts.isFunctionDeclaration(statement)) this.#statement(statement);
  }

  /** Functions that are numbers somewhere. */
  numberable(): string[] {
    const found = new Set<string>();
    for (const [{ text }, flow] of this.#values) if (this.#isClosed(flow)) found.add(text);
    return [...found];
  }

  isNumber(name: ts.Identifier): boolean {
    const flow = this.#values.get(name);
    return flow !== undefined && this.#isClosed(flow);
  }

  isPerformed(call: ts.CallExpression): boolean {
    const flow = this.#calls.get(call);
    return flow !== undefined && this.#isClosed(flow);
  }

  #isClosed({ root }: Flow): boolean {
    const hasParameters = (name: string): boolean => this.#functions.get(name)!.parameters.length > 0;
    return !root.isOpen && root.isCalled && root.functions.size > 0 && ![...root.functions].some(hasParameters);
  }

  #flow(key: string): Flow {
    let flow = this.#variables.get(key);
    if (!flow) this.#variables.set(key, (flow = new Flow()));
    return flow;
  }

  #variable(name: string): Flow {
    return this.#flow(this.#declared.has(name) ? `${this.#inside} ${name}` : name);
  }

  #parameter(of: Plain, index: number): Flow {
    return this.#flow(`${of.name.text} ${parametersOf(of)[index]}`);
  }

  #result(name: string): Flow {
    return this.#flow(`${name}()`);
  }

  #open(): Flow {
    const flow = new Flow();
    flow.isOpen = true;
    return flow;
  }

  #statement(node: ts.Node): void {
    if (ts.isExpressionStatement(node)) this.#effect(node.expression);
    else if (ts.isVariableDeclaration(node)) {
      if (ts.isIdentifier(node.name) && node.initializer) this.#value(node.initializer, this.#variable(node.name.text));
    } else if (ts.isReturnStatement(node)) {
      if (node.expression) this.#value(node.expression, this.#result(this.#inside));
    } else if (ts.isForStatement(node)) {
      if (node.initializer) this.#part(node.initializer);
      if (node.condition) this.#value(node.condition);
      if (node.incrementor) this.#effect(node.incrementor);
      this.#statement(node.statement);
    } else if (ts.isExportSpecifier(node)) {
      const { text } = node.propertyName ?? node.name;
      if (!this.#functions.has(text)) this.#variable(text).root.isOpen = true;
    } else ts.forEachChild(node, (child) => this.#part(child));
  }

  #part(node: ts.Node): void {
    if (ts.isExpression(node) && !ts.isExportSpecifier(node)) this.#value(node);
    else this.#statement(node);
  }

  /** An expression that stands alone. */
  #effect(node: ts.Expression): void {
    const bare = skipParentheses(node);
    const target = assignedBy(bare);
    if (ts.isCallExpression(bare)) this.#call(bare);
    else if (!target) this.#value(bare);
    else {
      if (!ts.isIdentifier(target)) this.#value(target);
      if (ts.isBinaryExpression(bare))
        this.#value(bare.right, ts.isIdentifier(target) ? this.#variable(target.text) : this.#open());
    }
  }

  /** @param into what the value goes to, if it is kept */
  #value(node: ts.Expression, into?: Flow): void {
    const bare = skipParentheses(node);
    if (ts.isIdentifier(bare)) {
      if (INTRINSICS.has(bare.text)) return;
      if (!this.#functions.has(bare.text)) into?.join(this.#variable(bare.text));
      else if (into) {
        into.root.functions.add(bare.text);
        this.#values.set(bare, into);
      }
    } else if (ts.isConditionalExpression(bare)) {
      this.#value(bare.condition);
      this.#value(bare.whenTrue, into);
      this.#value(bare.whenFalse, into);
    } else if (ts.isCallExpression(bare)) this.#call(bare, into ?? new Flow());
    else if (ts.isBinaryExpression(bare)) {
      const [left, right] = [bare.left, bare.right].map(skipParentheses);
      const isName = (side: ts.Expression): side is ts.Identifier =>
        ts.isIdentifier(side) && !this.#functions.has(side.text);
      this.#value(bare.left, isName(right!) ? this.#variable(right.text) : undefined);
      this.#value(bare.right, isName(left!) ? this.#variable(left.text) : undefined);
    } else if (ts.isObjectLiteralExpression(bare)) {
      for (const property of bare.properties)
        if (ts.isPropertyAssignment(property)) this.#value(property.initializer, this.#open());
    } else ts.forEachChild(bare, (child) => void (ts.isExpression(child) && this.#value(child)));
  }

  /** @param into what the result goes to; undefined if it is not used */
  #call(node: ts.CallExpression, into?: Flow): void {
    const { expression } = node;
    const callee = ts.isIdentifier(expression) ? this.#functions.get(expression.text) : undefined;
    if (callee) {
      into?.join(this.#result(callee.name.text));
      node.arguments.forEach((argument, index) =>
        this.#value(argument, index < callee.parameters.length ? this.#parameter(callee, index) : this.#open()),
      );
      return;
    }
    if (ts.isIdentifier(expression) && !INTRINSICS.has(expression.text)) {
      const flow = this.#variable(expression.text);
      this.#calls.set(node, flow);
      flow.root.isCalled = true;
      if (node.arguments.length > 0 || into) flow.root.isOpen = true;
    } else if (!ts.isIdentifier(expression)) this.#value(expression);
    if (into) into.root.isOpen = true;
    for (const argument of node.arguments) this.#value(argument, this.#open());
  }
}

function declaredIn(node: Plain): Set<string> {
  const found = new Set(parametersOf(node));
  const visit = (part: ts.Node): void => {
    if (ts.isVariableDeclaration(part) && ts.isIdentifier(part.name)) found.add(part.name.text);
    ts.forEachChild(part, visit);
  };
  visit(node.body);
  return found;
}
