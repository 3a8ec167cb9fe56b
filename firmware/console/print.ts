// SPDX-License-Identifier: Apache-2.0
// Answers: rows of name=value, or the same as JSON. Names and values that are words are literals, which lie in flash.

import { consoleText, consoleWrite } from '#board';
import { lengthOf } from '../../crypto-core/literals.ts';
import { div, type Words } from '../../crypto-core/tables.ts';
import { endRow, JSON, line, OPEN, ROWS } from './input.ts';

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const ZERO = 48;
const OPENING_BRACKET = 91;

/** Begins a row of a table; one that is no row of a table needs no beginning. */
export function row(): void {
  if (line[JSON] === 1) consoleWrite(line[ROWS] === 0 ? OPENING_BRACKET : COMMA);
  line[ROWS] += 1;
}

/** Ends a row, or the one object of an answer. */
export function closeRow(): void {
  if (line[OPEN] === 0) return;
  line[OPEN] = 0;
  if (line[JSON] === 0) {
    endRow();
  } else {
    consoleText('}');
    if (line[ROWS] === 0) endRow();
  }
}

/** Ends a table. */
export function closeTable(): void {
  if (line[JSON] === 0) return;
  if (line[ROWS] === 0) consoleWrite(OPENING_BRACKET);
  consoleText(']');
  endRow();
}

function field(name: string): void {
  if (line[JSON] === 1) {
    if (line[OPEN] === 0) consoleText('{"');
    else consoleText(',"');
    consoleText(name);
    consoleText('":');
  } else {
    if (line[OPEN] === 1) consoleText(' ');
    consoleText(name);
    consoleText('=');
  }
  line[OPEN] = 1;
}

export function quote(): void {
  if (line[JSON] === 1) consoleWrite(QUOTE);
}

/** A value that is a word, or, where that is empty, a number above -2^31. One function for both: a closure costs RAM. */
export function put(name: string, text: string, value: number): void {
  field(name);
  if (lengthOf(text) === 0) {
    writeNumber(value);
  } else {
    quote();
    consoleText(text);
    quote();
  }
}

export function writeNumber(value: number): void {
  let rest = value;
  if (rest < 0) {
    consoleWrite(MINUS);
    rest = -rest;
  }
  let unit = 1;
  while (unit < 1000000000 && div(rest, unit) >= 10) unit *= 10;
  while (unit > 0) {
    const digit = div(rest, unit);
    consoleWrite(ZERO + digit);
    rest -= digit * unit;
    unit = div(unit, 10);
  }
}

/** An address: 16 digits of an EUI-64, two words of a table, or 4 of a short address, one. @param name '': there is none */
export function putAddress(name: string, table: Words, at: number, digits: number): void {
  if (lengthOf(name) > 0) field(name);
  quote();
  for (let i = 0; i < digits; i++) {
    const digit = (table[at + (i >> 3)] >> (4 * ((digits - 1 - i) & 7))) & 15;
    consoleWrite(digit < 10 ? ZERO + digit : ZERO + 39 + digit);
  }
  quote();
}
