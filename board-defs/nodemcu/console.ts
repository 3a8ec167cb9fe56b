// SPDX-License-Identifier: Apache-2.0
// The serial console of a board.

import { nothing } from './handlers.ts';
import type { Text, Uart } from './modules.ts';

declare const string: Text;
declare const uart: Uart;

let onTyped: (octet: number) => void = nothing;

/** Names what is called with each octet that is typed, as it comes, without waiting for the end of a line. Once. */
export function startConsole(typed: (octet: number) => void): void {
  onTyped = typed;
  uart.on('data', 0, takeOctets, 0);
}

function takeOctets(octets: string): void {
  const count = string.len(octets);
  for (let i = 1; i <= count; i++) onTyped(string.byte(octets, i));
}

/** One octet to the console. */
export function consoleWrite(octet: number): void {
  uart.write(0, octet);
}

/** A literal, likewise. */
export function consoleText(text: string): void {
  uart.write(0, text);
}
