// SPDX-License-Identifier: Apache-2.0
// What a VM instruction is worth on a device. A Lua VM adds two numbers in one instruction and takes a remainder in another; on a
// chip without floating point the second takes four times as long. So instructions are counted by kind and weighed.
//
// Where the weights come from: NodeMCU's own virtual machines, in the three number models below, were compiled for RV32IMAC with
// floating point in software, and ran loops of one operation and the same loops without it. The machine instructions of both
// were counted exactly; their difference is what the operation takes. A call of `bit.bxor` was measured with two arguments and
// with five, which tells what one argument takes. Marked (X): not measured so, but on the ESP8266's own instruction set
// (LX106), and carried over in the proportion of what was measured on both.

/** Profiles that stand for devices. */
export const DEVICES = ['lua53', 'lua51', 'lua51i'] as const;
export type Device = (typeof DEVICES)[number];

/** Executed instructions by kind: names as `luac -l` prints them; `bit` and `byte`, calls of such C functions; their `arguments`. */
export type Tally = Readonly<Record<string, number>>;

type Weights = Readonly<Record<Device, number>>;

const weights = (lua51: number, lua51i: number, lua53: number): Weights => ({ lua51, lua51i, lua53 });

const MOVE = weights(31, 28, 27);
const UPVALUE = weights(30, 30, 30);
const ADD = weights(130, 43, 42);
const MULTIPLY = weights(236, 43, 42);
const REMAINDER = weights(575, 47, 48);
const QUOTIENT = weights(410, 51, 142); // (X)
const INDEX = weights(253, 119, 77);
const BITS = weights(0, 0, 48);
const COMPARE = weights(81, 64, 70); // (X), less the jump behind it
const JUMP = weights(20, 20, 20); // (X)
const LOOP = weights(124, 47, 61); // (X) on 5.1
/** Call and return of a function in Lua. */
const CALL = weights(311, 304, 251);
const NOTHING = weights(0, 0, 0);

const OPCODES = new Map<string, Weights>(
  (
    [
      ['MOVE LOADK LOADBOOL LOADNIL NOT UNM LEN', MOVE],
      ['GETUPVAL SETUPVAL', UPVALUE],
      ['ADD SUB', ADD],
      ['MUL', MULTIPLY],
      ['MOD IDIV', REMAINDER],
      ['DIV', QUOTIENT],
      ['GETTABLE SETTABLE GETTABUP SETTABUP GETGLOBAL', INDEX],
      ['BAND BOR BXOR SHL SHR BNOT', BITS],
      ['EQ LT LE TEST TESTSET', COMPARE],
      ['JMP', JUMP],
      ['FORLOOP FORPREP', LOOP],
      ['CALL TAILCALL', CALL],
      ['RETURN', NOTHING],
      // Calls of C functions, beside their arguments; the instruction CALL is in here.
      ['bit', weights(307, 232, 204)],
      ['byte', weights(400, 318, 291)], // (X)
      ['arguments', weights(71, 42, 47)],
    ] as const
  ).flatMap(([names, weight]) => names.split(' ').map((name): [string, Weights] => [name, weight])),
);

/**
 * What executed instructions take on a device, as far as the weights tell.
 * @returns RV32 instructions
 * @throws Error for an instruction that has no weight: cryptography makes no tables and joins no strings
 */
export function deviceCost(device: Device, tally: Tally): number {
  let sum = 0;
  for (const [name, count] of Object.entries(tally)) {
    const weight = OPCODES.get(name);
    if (!weight)
      throw new Error(`${name}: expected an instruction that has a weight in weights.ts, executed ${count} times`);
    sum += count * weight[device];
  }
  // A call of a C function is an instruction CALL too, and weighed above already.
  const inC = (tally.bit ?? 0) + (tally.byte ?? 0);
  return sum - inC * CALL[device];
}
