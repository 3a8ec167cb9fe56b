// SPDX-License-Identifier: Apache-2.0
// NodeMCU's line input (app/lua/input.c): echo, deletion, CR and LF as one end, and its trap: the 256 octets of the buffer hold
// a line of 255, and one that is longer begins anew in silence.

const LINE_OCTETS = 255;
const BACKSPACE = 8;
const DELETE = 127;
const CR = 13;
const LF = 10;

export class LineInput {
  readonly #echo: (octets: readonly number[]) => void;
  readonly #line: (line: string) => void;
  #octets: number[] = [];
  #last = 0;

  /** @param line is called with each line, without its end. */
  constructor(echo: (octets: readonly number[]) => void, line: (line: string) => void) {
    this.#echo = echo;
    this.#line = line;
  }

  /** Takes an octet from the UART. */
  take(octet: number): void {
    const before = this.#last;
    this.#last = octet;
    if (octet === LF && before === CR) return;
    if (octet === CR || octet === LF) {
      const line = Buffer.from(this.#octets).toString('latin1');
      this.#octets = [];
      this.#echo([CR, LF]);
      this.#line(line);
    } else if (octet === BACKSPACE || octet === DELETE) {
      if (this.#octets.pop() !== undefined) this.#echo([BACKSPACE, 32, BACKSPACE]);
    } else if (octet !== 0) {
      if (this.#octets.length === LINE_OCTETS) this.#octets = [];
      this.#octets.push(octet);
      this.#echo([octet]);
    }
  }

  clear(): void {
    this.#octets = [];
    this.#last = 0;
  }
}
