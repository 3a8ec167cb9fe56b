// SPDX-License-Identifier: Apache-2.0
// Puts a function's body in the place of its calls: statement by statement.
import ts from 'typescript';
import { skipParentheses } from '../lower/unit.ts';
import { assignment, declaration, declared, type Callee } from './callee.ts';
import { at } from './copy.ts';
import type { Facts } from './facts.ts';
import { Hoist } from './hoist.ts';
import { mentions, withBody, type Fresh } from './names.ts';
import { assignedBy, type Plain } from './plain.ts';
import { block, completes, listOf, negated, otherwise, replaceReturns, withoutReturns, type Sink } from './returns.ts';
import { callFreePart, isAnd, isLogical } from './steps.ts';

const { factory } = ts;

/** Where a statement stands: `last` if the function ends, with no value, right after it. */
type Position = 'last' | 'inside';

export class Splice {
  readonly #callee: Callee;
  readonly #facts: Facts;
  readonly #fresh: Fresh;

  /** @param fresh makes names that the caller has not */
  constructor(callee: Callee, facts: Facts, fresh: Fresh) {
    this.#callee = callee;
    this.#facts = facts;
    this.#fresh = fresh;
  }

  /** The caller with every call inlined that can be. */
  into(caller: Plain): Plain {
    return withBody(caller, factory.updateBlock(caller.body, this.#list(caller.body.statements, 'last')));
  }

  #mentions(node: ts.Node | undefined): boolean {
    return node !== undefined && mentions(node, this.#callee.name);
  }

  #isCall(node: ts.Expression): node is ts.CallExpression {
    return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === this.#callee.name;
  }

  #list(statements: readonly ts.Statement[], position: Position): ts.Statement[] {
    return statements.flatMap((statement, index) => {
      const next = statements[index + 1];
      const isLast = next ? ts.isReturnStatement(next) && !next.expression : position === 'last';
      return this.#statement(statement, isLast ? 'last' : 'inside');
    });
  }

  #statement(node: ts.Statement, position: Position): readonly ts.Statement[] {
    if (!this.#mentions(node)) return [node];
    if (ts.isBlock(node)) return [factory.updateBlock(node, this.#list(node.statements, position))];
    if (ts.isIfStatement(node)) return this.#if(node, position);
    if (ts.isReturnStatement(node)) return this.#return(node);
    if (ts.isExpressionStatement(node)) return this.#effect(node, position);
    if (ts.isVariableStatement(node)) return this.#variables(node);
    return [this.#loop(node)];
  }

  /** A branch or the body of a loop: in braces, so that an `if` in it takes no `else` from around it. */
  #embedded(node: ts.Statement, position: Position): ts.Statement {
    return this.#mentions(node) ? at(block(this.#list(listOf(node), position)), node) : node;
  }

  /** What a loop's head evaluates, it evaluates in every turn: there is no place for statements. */
  #loop(node: ts.Statement): ts.Statement {
    const visit = (child: ts.Node): ts.Node => {
      if (ts.isExpression(child)) return this.#inPlace(child);
      return ts.isStatement(child) ? this.#embedded(child, 'inside') : ts.visitEachChild(child, visit, undefined);
    };
    return ts.visitEachChild(node, visit, undefined);
  }

  #if(node: ts.IfStatement, position: Position): readonly ts.Statement[] {
    const test = this.#inPlace(node.expression);
    const { thenStatement, elseStatement } = node;
    if (!elseStatement && isAnd(test) && this.#mentions(test.right)) {
      const inner = at(factory.createIfStatement(test.right, thenStatement), node);
      return this.#statement(at(factory.createIfStatement(test.left, block([inner])), node), position);
    }
    const yes = this.#embedded(thenStatement, position);
    const no = elseStatement && otherwise(listOf(this.#embedded(elseStatement, position)));
    return this.#hoisted(test, (value) => factory.updateIfStatement(node, value, yes, no));
  }

  /** Returns of the callee stay returns, in loops too. `&&`, `||` and `?:` become branches, to bring a call to that place. */
  #return(node: ts.ReturnStatement): readonly ts.Statement[] {
    const value = this.#inPlace(node.expression!);
    const returning = (part: ts.Expression): ts.Statement => at(factory.createReturnStatement(part), part);
    if (this.#isCall(value)) {
      const end = at(factory.createReturnStatement(), value);
      const made = this.#instead(value, (body) => (body.every(completes) ? [...body, end] : body));
      if (made) return made;
    }
    if (ts.isConditionalExpression(value) && this.#mentions(value)) {
      const { condition, whenTrue, whenFalse } = value;
      return this.#list(
        [at(factory.createIfStatement(condition, returning(whenTrue), returning(whenFalse)), node)],
        'inside',
      );
    }
    if (isLogical(value) && this.#mentions(value.right)) {
      const [test, decided] = isAnd(value)
        ? [negated(value.left), factory.createFalse()]
        : [value.left, factory.createTrue()];
      const early = at(factory.createIfStatement(test, returning(at(decided, value.left))), node);
      return this.#list([early, returning(value.right)], 'inside');
    }
    return this.#hoisted(value, (result) => factory.updateReturnStatement(node, result));
  }

  #effect(node: ts.ExpressionStatement, position: Position): readonly ts.Statement[] {
    const expression = skipParentheses(node.expression);
    if (this.#isCall(expression)) {
      const made = this.#instead(
        expression,
        (body) => withoutReturns(body, this.#discarding) ?? (position === 'last' ? this.#ending(body) : undefined),
      );
      if (made) return made;
    }
    const placed = this.#inPlace(expression);
    if (ts.isBinaryExpression(placed) && assignedBy(placed)) return this.#assignment(node, placed);
    return this.#hoisted(placed, (value) => factory.updateExpressionStatement(node, value));
  }

  /** Does no more than what a returned value does. */
  readonly #discarding: Sink = {
    take: (value, place) => {
      if (!value || !this.#facts.hasCalls(value)) return [];
      const bare = skipParentheses(value);
      return ts.isCallExpression(bare) ? [at(factory.createExpressionStatement(bare), place)] : undefined;
    },
    mayTakeTwice: (value) => !value || !this.#facts.hasCalls(value),
  };

  /** A body after which its caller ends, too. */
  #ending(body: readonly ts.Statement[]): ts.Statement[] | undefined {
    const last = body.at(-1);
    const kept = last && ts.isReturnStatement(last) && !last.expression ? body.slice(0, -1) : body;
    const made = kept.map((statement) =>
      replaceReturns(statement, (value, place) => {
        const effect = this.#discarding.take(value, place);
        return effect && [...effect, at(factory.createReturnStatement(), place)];
      }),
    );
    return made.every((statement) => statement !== undefined) ? made : undefined;
  }

  #assignment(node: ts.ExpressionStatement, whole: ts.BinaryExpression): readonly ts.Statement[] {
    const { left, operatorToken, right } = whole;
    const assign = (value: ts.Expression): ts.Statement =>
      factory.updateExpressionStatement(node, factory.updateBinaryExpression(whole, left, operatorToken, value));
    const target = skipParentheses(left);
    const isCompound = operatorToken.kind !== ts.SyntaxKind.EqualsToken;
    // JavaScript evaluates a table, an index and, for +=, the old value first.
    const first = ts.isElementAccessExpression(target) ? [target.expression, target.argumentExpression] : [];
    if (isCompound) first.push(target);
    if (this.#mentions(left) || !first.every((part) => this.#facts.isSameAfter(part, right))) return [node];
    const value = skipParentheses(right);
    if (!this.#isCall(value) || isCompound || !isShort(target)) return this.#hoisted(value, assign);
    return this.#assigned(value, target, assign) ?? this.#hoisted(value, assign);
  }

  #variables({ declarationList }: ts.VariableStatement): readonly ts.Statement[] {
    const flags = declarationList.flags & (ts.NodeFlags.Let | ts.NodeFlags.Const);
    return declarationList.declarations.flatMap((variable) => {
      const { text } = variable.name as ts.Identifier;
      const value = variable.initializer && this.#inPlace(variable.initializer);
      if (!value || !this.#mentions(value)) return [declaration(text, value, flags, variable)];
      const name = factory.createIdentifier(text);
      const assign = (result: ts.Expression): ts.Statement => assignment(name, result);
      const made = this.#isCall(value) ? this.#assigned(value, name, assign) : undefined;
      return declared(text, made ?? this.#hoisted(value, assign), variable);
    });
  }

  /** A call whose value is assigned. */
  #assigned(
    call: ts.CallExpression,
    target: ts.Expression,
    assign: (value: ts.Expression) => ts.Statement,
  ): readonly ts.Statement[] | undefined {
    return this.#instead(call, (body) => {
      const isUnused =
        ts.isIdentifier(target) &&
        !this.#facts.isTopLevel(target.text) &&
        !body.some((statement) => mentions(statement, target.text));
      return withoutReturns(body, {
        take: (value) => value && [assign(value)],
        mayTakeTwice: (value) => isUnused && value !== undefined && this.#facts.constant(value) !== undefined,
      });
    });
  }

  /** The statements that take a call's place, in a block if they declare names. */
  #instead(
    call: ts.CallExpression,
    rewrite: (body: readonly ts.Statement[]) => readonly ts.Statement[] | undefined,
  ): readonly ts.Statement[] | undefined {
    if (call.arguments.some((argument) => this.#mentions(argument))) return undefined;
    const made = this.#callee.bodyOf(call, this.#fresh);
    const body = made && rewrite(made.body);
    if (!body) return undefined;
    const statements = [...made.locals, ...body];
    return statements.some(ts.isVariableStatement) ? [at(block(statements), call)] : statements;
  }

  /** Replaces calls by their values, wherever these need no statements. */
  #inPlace(node: ts.Expression): ts.Expression {
    const bare = skipParentheses(node);
    if (!this.#mentions(bare) || this.#mentions(callFreePart(bare))) return bare;
    const visited = ts.visitEachChild(
      bare,
      (child) => (ts.isExpression(child) ? this.#inPlace(child) : child),
      undefined,
    );
    const value = this.#isCall(visited) ? this.#callee.valueOf(visited) : undefined;
    return value ?? visited;
  }

  /** A statement after the calls in its expression. */
  #hoisted(expression: ts.Expression, statement: (value: ts.Expression) => ts.Statement): readonly ts.Statement[] {
    if (!this.#mentions(expression)) return [statement(expression)];
    const hoist = new Hoist(this.#callee, this.#facts, this.#fresh, (call) => {
      const result = factory.createIdentifier(this.#fresh(this.#callee.name));
      const made = this.#assigned(call, result, (value) => assignment(result, value));
      return made && { result, statements: made };
    });
    const value = hoist.extract(expression);
    return value ? [at(block([...hoist.before, statement(value)]), expression)] : [statement(expression)];
  }
}

/** Whether an assignment to this may be written once for each return. */
function isShort(target: ts.Expression): boolean {
  if (!ts.isElementAccessExpression(target)) return true;
  const index = skipParentheses(target.argumentExpression);
  return ts.isIdentifier(target.expression) && (ts.isIdentifier(index) || ts.isNumericLiteral(index));
}
