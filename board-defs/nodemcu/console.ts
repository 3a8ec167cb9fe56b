// SPDX-License-Identifier: Apache-2.0
// The serial console: lines in, octets out.

import { rxLine } from './frames.ts';
import { nothing } from './handlers.ts';
import type { Text, Uart } from './modules.ts';

declare const string: Text;
declare const uart: Uart;

const LONGEST_LINE = 255;
const LINE_END = 10;
const CARRIAGE_RETURN = 13;

let onLine: (length: number) => void = nothing;

/** Names what is called when a line of `length` octets lies in rxLine. Once. */
export function startConsole(line: (length: number) => void): void {
  onLine = line;
  uart.on('data', '\n', takeLine, 0);
}

/** A line comes with its end. One that is longer than a line may be is cut by NodeMCU, and refused by the console. */
function takeLine(line: string): void {
  let length = 0;
  const octets = string.len(line);
  for (let i = 1; i <= octets; i++) {
    const octet = string.byte(line, i);
    if (octet !== LINE_END && octet !== CARRIAGE_RETURN && length < LONGEST_LINE) {
      rxLine[length] = octet;
      length++;
    }
  }
  onLine(length);
}

/** One octet to the console. */
export function consoleWrite(octet: number): void {
  uart.write(0, octet);
}
