// SPDX-License-Identifier: Apache-2.0
// TypeScriptToLua's printer, with numbers that every Lua reads alike and tables and calls that do not take a line an entry.
import * as lua from 'typescript-to-lua';
import { isInt32 } from './fold.ts';

/** Entries of a table constructor on one line. */
const PER_LINE = 32;

export class DialectPrinter extends lua.LuaPrinter {
  /**
   * A decimal literal of 2^31 or more is a float on NodeMCU Lua 5.3 and saturates on 5.1 integer builds, hexadecimal ones wrap.
   * 0x80000000 itself is positive on 5.1 float and negative elsewhere; its negation is -2^31 everywhere.
   */
  override printNumericLiteral(expression: lua.NumericLiteral): ReturnType<lua.LuaPrinter['printNumericLiteral']> {
    const { value } = expression;
    let text = String(value);
    if (value === -0x80000000) text = '-0x80000000';
    else if (!isInt32(value)) text = `0x${value.toString(16)}`;
    return this.createSourceNode(expression, text);
  }

  /** Characters are octets, and those that no source text should have are written as numbers. */
  override printStringLiteral(expression: lua.StringLiteral): ReturnType<lua.LuaPrinter['printStringLiteral']> {
    if (/^[ -~]*$/.test(expression.value)) return super.printStringLiteral(expression);
    const octets = expression.value.replace(/[^]/g, (character) => {
      const code = character.charCodeAt(0);
      return /[ !#-[\]-~]/.test(character) ? character : `\\${String(code).padStart(3, '0')}`;
    });
    return this.createSourceNode(expression, `"${octets}"`);
  }

  /** `- -x` must not become `--x`, which opens a comment. */
  override printUnaryExpression(expression: lua.UnaryExpression): ReturnType<lua.LuaPrinter['printUnaryExpression']> {
    const printed = super.printUnaryExpression(expression);
    if (!printed.toString().startsWith('--')) return printed;
    return this.createSourceNode(expression, ['-(', this.printExpression(expression.operand), ')']);
  }

  override printCallExpression(expression: lua.CallExpression): ReturnType<lua.LuaPrinter['printCallExpression']> {
    const parameters = this.joinChunksWithComma(expression.params.map((parameter) => this.printExpression(parameter)));
    return this.createSourceNode(expression, [this.printExpression(expression.expression), '(', ...parameters, ')']);
  }

  override printTableExpression(expression: lua.TableExpression): ReturnType<lua.LuaPrinter['printTableExpression']> {
    const chunks: Parameters<typeof this.createSourceNode>[1][] = ['{'];
    expression.fields.forEach((field, index) => {
      if (index > 0) chunks.push(index % PER_LINE === 0 ? ',\n' : ', ');
      chunks.push(this.printZeroField(field) ?? this.printTableFieldExpression(field));
    });
    return this.createSourceNode(expression, [...chunks, '}'] as Parameters<typeof this.createSourceNode>[1]);
  }

  /** Most entries are zeros; a node of the source map for each would be a waste. */
  private printZeroField(field: lua.TableFieldExpression): string | undefined {
    return !field.key && lua.isNumericLiteral(field.value) && field.value.value === 0 ? '0' : undefined;
  }
}
