// SPDX-License-Identifier: Apache-2.0
// Constant octets as a string, which takes no RAM where the program lies in flash: `flashBytes('...')` and `flashAt(bytes, i)`.
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { DialectError } from '../errors.ts';
import { skipParentheses, type Unit } from './unit.ts';

const LENGTH = 256;

/** The string of `flashBytes(digits)`: one character an octet (printer.ts). */
export function lowerFlashBytes(node: ts.CallExpression): lua.Expression {
  const [digits] = node.arguments;
  if (!digits || !ts.isStringLiteral(digits) || !/^([0-9a-f]{2}){256}$/.test(digits.text))
    throw new DialectError(node, 'flashBytes of this', `flashBytes('...') with ${2 * LENGTH} hexadecimal digits`);
  const octets = digits.text.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16)));
  return lua.createStringLiteral(octets, node);
}

/** Octet `index & 255`. Strings are counted from 1, and from the end by negative numbers: -256 is the first of 256 octets. */
export function lowerFlashAt(node: ts.CallExpression, unit: Unit): lua.Expression {
  const [bytes, index] = node.arguments;
  if (!bytes || !index || node.arguments.length !== 2 || !ts.isIdentifier(skipParentheses(bytes)))
    throw new DialectError(node, 'flashAt of this', 'flashAt(bytes, index)');
  const { factory } = ts;
  const place =
    unit.profile.version === '5.3'
      ? factory.createBinaryExpression(index, ts.SyntaxKind.BarToken, factory.createNumericLiteral(0xffffff00))
      : factory.createBinaryExpression(
          factory.createBinaryExpression(index, ts.SyntaxKind.AmpersandToken, factory.createNumericLiteral(LENGTH - 1)),
          ts.SyntaxKind.PlusToken,
          factory.createNumericLiteral(1),
        );
  return lua.createCallExpression(
    unit.library('string', 'byte'),
    [unit.expression(bytes), unit.expression(place)],
    node,
  );
}
