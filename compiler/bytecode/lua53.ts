// SPDX-License-Identifier: Apache-2.0
// Bytecode of Lua 5.3 (lopcodes.h, ldump.c), made by fengari.
import { createRequire } from 'node:module';
import { Reader, type Prototype } from './prototype.ts';

const OPCODES = (
  'MOVE LOADK LOADKX LOADBOOL LOADNIL GETUPVAL GETTABUP GETTABLE SETTABUP SETUPVAL SETTABLE NEWTABLE SELF ADD SUB MUL MOD POW DIV IDIV ' +
  'BAND BOR BXOR SHL SHR UNM BNOT NOT LEN CONCAT JMP EQ LT LE TEST TESTSET CALL TAILCALL RETURN FORLOOP FORPREP TFORCALL TFORLOOP ' +
  'SETLIST CLOSURE VARARG EXTRAARG'
).split(' ');

/** ESC "Lua", version 5.3, LUAC_DATA; int 4, size_t 4, instruction 4, integer 4, number 8 octets; LUAC_INT; LUAC_NUM; upvalues of the chunk. */
const HEADER = '1b4c75615300' + '19930d0a1a0a' + '0404040408' + '78560000' + '0000000000287740' + '01';

/** The entry points of fengari used here (the package carries no types). */
interface Fengari {
  readonly lua: {
    lua_dump(
      L: object,
      writer: (L: object, piece: Uint8Array, size: number, data: unknown) => number,
      data: unknown,
      strip: boolean,
    ): number;
    lua_tojsstring(L: object, index: number): string;
    readonly LUA_OK: number;
  };
  readonly lauxlib: {
    luaL_newstate(): object;
    luaL_loadbuffer(L: object, code: Uint8Array, size: number, name: Uint8Array): number;
  };
  to_luastring(text: string): Uint8Array;
}

const { lua, lauxlib, to_luastring } = createRequire(import.meta.url)('fengari') as Fengari;

/**
 * @param source a Lua chunk
 * @returns the functions of the chunk, the chunk itself first
 * @throws Error with Lua's message if it does not compile
 */
export function compile53(source: string): Prototype[] {
  const L = lauxlib.luaL_newstate();
  const code = Buffer.from(source);
  if (lauxlib.luaL_loadbuffer(L, code, code.length, to_luastring('=image')) !== lua.LUA_OK)
    throw new Error(lua.lua_tojsstring(L, -1));
  const pieces: Uint8Array[] = [];
  lua.lua_dump(
    L,
    (_, piece, size) => {
      pieces.push(Uint8Array.from(piece.subarray(0, size)));
      return 0;
    },
    null,
    false,
  );
  const reader = new Reader(Buffer.concat(pieces));
  reader.expect(HEADER);
  const found: Prototype[] = [];
  readFunction(reader, found);
  return found;
}

function text(reader: Reader): string {
  const size = reader.byte();
  return size === 0 ? '' : reader.text((size === 0xff ? reader.word() : size) - 1);
}

/** Type tags of constants: lobject.h, with variants in the high nibble. */
const BOOLEAN = 0x01;
const FLOAT = 0x03;
const INTEGER = 0x13;
const SHORT_STRING = 0x04;
const LONG_STRING = 0x14;

function readFunction(reader: Reader, found: Prototype[]): void {
  text(reader); // source name
  const line = reader.word();
  reader.word(); // last line
  const parameters = reader.byte();
  reader.skip(2); // vararg flag, registers
  const code = reader.list(() => reader.word());
  let size = 1 + 8 + 3 + (4 + 4 * code.length) + 4 + 4 + 4 + 3 * 4;
  const constants = reader.list(() => {
    const type = reader.byte();
    size += 1;
    if (type === SHORT_STRING || type === LONG_STRING) {
      const string = text(reader);
      size += string.length + (string.length < 0xfe ? 1 : 5);
      return string;
    }
    const length = type === BOOLEAN ? 1 : type === FLOAT ? 8 : type === INTEGER ? 4 : 0;
    reader.skip(length);
    size += type === FLOAT ? 4 : length;
    return '';
  });
  const upvalues = reader.list(() => reader.skip(2)).length;
  size += 2 * upvalues;
  const place = found.length;
  found.push(undefined as never); // outer functions come first
  reader.list(() => readFunction(reader, found));
  const lines = reader.list(() => reader.word());
  const locals = reader.list(() => ({ name: text(reader), start: reader.word(), end: reader.word() }));
  const names = reader.list(() => text(reader));
  const instructions = code.map((word, pc) => {
    const opcode = OPCODES[word & 0x3f] ?? `opcode ${word & 0x3f}`;
    return { opcode, line: lines[pc] ?? 0, ...globalOf(opcode, word, code[pc - 1] ?? 0, constants, names) };
  });
  found[place] = { line, instructions, locals, upvalues, parameters, size };
}

/**
 * Globals are fields of the upvalue _ENV: GETTABUP A B C reads UpValue[B][RK(C)], SETTABUP A B C writes UpValue[A][RK(B)]. A function
 * with more than 256 constants loads the name into a register just before: LOADK A Bx.
 */
function globalOf(
  opcode: string,
  word: number,
  before: number,
  constants: readonly string[],
  names: readonly string[],
): { global?: string } {
  const a = (word >>> 6) & 0xff;
  const b = word >>> 23;
  const c = (word >>> 14) & 0x1ff;
  const [upvalue, key] = opcode === 'GETTABUP' ? [b, c] : [a, b];
  if ((opcode !== 'GETTABUP' && opcode !== 'SETTABUP') || names[upvalue] !== '_ENV') return {};
  if (key & 0x100) return { global: constants[key & 0xff] ?? '' };
  const loaded = OPCODES[before & 0x3f] === 'LOADK' && ((before >>> 6) & 0xff) === key;
  return { global: loaded ? (constants[before >>> 14] ?? '') : '' };
}
