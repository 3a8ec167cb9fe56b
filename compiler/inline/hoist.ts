// SPDX-License-Identifier: Apache-2.0
// Moves the calls in an expression to statements before it, in JavaScript's order: what is evaluated before such a call
// and could be changed by it moves as well.
import ts from 'typescript';
import { skipParentheses } from '../lower/unit.ts';
import { assignment, declaration, declared, type Callee } from './callee.ts';
import { at } from './copy.ts';
import type { Facts } from './facts.ts';
import { mentions, type Fresh } from './names.ts';
import { block } from './returns.ts';
import { callFreePart, isAnd, isLogical } from './steps.ts';

const { factory } = ts;

/** What a call becomes: statements, and the local they leave its value in; undefined where it can't be inlined. */
type Inlined = (
  call: ts.CallExpression,
) => { readonly result: ts.Identifier; readonly statements: readonly ts.Statement[] } | undefined;

export class Hoist {
  /** The statements to put before the expression. */
  readonly before: ts.Statement[] = [];
  readonly #callee: Callee;
  readonly #facts: Facts;
  readonly #fresh: Fresh;
  readonly #inlined: Inlined;

  constructor(callee: Callee, facts: Facts, fresh: Fresh, inlined: Inlined) {
    this.#callee = callee;
    this.#facts = facts;
    this.#fresh = fresh;
    this.#inlined = inlined;
  }

  /** @returns what is left of an expression; undefined where its calls can't move */
  extract(node: ts.Expression): ts.Expression | undefined {
    const bare = skipParentheses(node);
    if (!this.#mentions(bare)) return bare;
    const callFree = callFreePart(bare);
    if (callFree && this.#mentions(callFree)) return undefined;
    if (isLogical(bare) && this.#mentions(bare.right)) return this.#logical(bare);
    if (ts.isConditionalExpression(bare)) return this.#conditional(bare);
    const left = this.#operands(bare);
    if (!left || !ts.isCallExpression(left) || !this.#mentions(left.expression)) return left;
    const made = this.#inlined(left);
    if (!made) return undefined;
    this.before.push(...declared(made.result.text, made.statements, bare));
    return made.result;
  }

  #mentions(node: ts.Node): boolean {
    return mentions(node, this.#callee.name);
  }

  /** `a && f(x)` as `let r = a; if (r) r = f(x)`. */
  #logical(node: ts.BinaryExpression): ts.Expression | undefined {
    const left = this.extract(node.left);
    const result = factory.createIdentifier(this.#fresh(this.#callee.name));
    const right = left && this.#branch(node.right, result);
    if (!right) return undefined;
    const test = isAnd(node) ? result : factory.createLogicalNot(result);
    this.before.push(
      declaration(result.text, left, ts.NodeFlags.Let, node),
      at(factory.createIfStatement(test, right), node),
    );
    return result;
  }

  /** `c ? f(x) : b` as `let r; if (c) r = f(x); else r = b`. */
  #conditional(node: ts.ConditionalExpression): ts.Expression | undefined {
    const { condition, questionToken, whenTrue, colonToken, whenFalse } = node;
    const test = this.extract(condition);
    if (!test || !(this.#mentions(whenTrue) || this.#mentions(whenFalse)))
      return test && factory.updateConditionalExpression(node, test, questionToken, whenTrue, colonToken, whenFalse);
    const result = factory.createIdentifier(this.#fresh(this.#callee.name));
    const yes = this.#branch(whenTrue, result);
    const no = this.#branch(whenFalse, result);
    if (!yes || !no) return undefined;
    const choice = at(factory.createIfStatement(test, yes, no), node);
    this.before.push(declaration(result.text, undefined, ts.NodeFlags.Let, node), choice);
    return result;
  }

  /** A block that leaves an expression's value in a local. */
  #branch(node: ts.Expression, result: ts.Identifier): ts.Block | undefined {
    const inner = new Hoist(this.#callee, this.#facts, this.#fresh, this.#inlined);
    const value = inner.extract(node);
    return value && block([...inner.before, assignment(result, value)]);
  }

  /** Operands and arguments are evaluated in order; those before one that moves stay if they are the same after it. */
  #operands(node: ts.Expression): ts.Expression | undefined {
    const isCallee = (child: ts.Node): boolean => ts.isCallExpression(node) && child === node.expression;
    const moving: ts.Expression[] = [];
    ts.forEachChild(node, (child) => {
      if (ts.isExpression(child) && !isCallee(child) && this.#mentions(child)) moving.push(child);
    });
    let failed = false;
    const visit = (child: ts.Node): ts.Node => {
      // The fields of a board's module never change.
      if (
        !ts.isExpression(child) ||
        (isCallee(child) && (this.#mentions(child) || ts.isPropertyAccessExpression(child)))
      )
        return child;
      if (child === moving[0]) moving.shift();
      const left = failed ? undefined : this.extract(child);
      if (!left) failed = true;
      if (!left || moving.every((other) => this.#facts.isSameAfter(left, other))) return left ?? child;
      const name = this.#fresh(this.#callee.name);
      this.before.push(declaration(name, left, ts.NodeFlags.Const));
      return factory.createIdentifier(name);
    };
    const result = ts.visitEachChild(node, visit, undefined);
    return failed ? undefined : result;
  }
}
