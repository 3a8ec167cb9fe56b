// SPDX-License-Identifier: Apache-2.0
// Bytecode of Lua 5.1 (lopcodes.h, ldump.c), made by PUC 5.1.5 in WebAssembly.
import { lauxlib, lua, lualib } from 'lua-wasm-bindings/dist/lua.51.js';
import { LUA_GLOBALSINDEX_51, LUA_OK } from 'lua-wasm-bindings/dist/lua.js';
import { Reader, type Prototype } from './prototype.ts';

const OPCODES = (
  'MOVE LOADK LOADBOOL LOADNIL GETUPVAL GETGLOBAL GETTABLE SETGLOBAL SETUPVAL SETTABLE NEWTABLE SELF ADD SUB MUL DIV MOD POW UNM NOT ' +
  'LEN CONCAT JMP EQ LT LE TEST TESTSET CALL TAILCALL RETURN FORLOOP FORPREP TFORLOOP SETLIST CLOSE CLOSURE VARARG'
).split(' ');

/** ESC "Lua", version 5.1, little endian, int 4, size_t 4, instruction 4, number 8 octets, floating point. */
const HEADER = '1b4c7561510001040404' + '0800';

const DUMP = `return (string.dump(chunk):gsub('.', function(c) return ('%02x'):format(c:byte()) end))`;

/**
 * @param source a Lua chunk
 * @param numberSize octets of a number on the board: 8, or 4 on integer builds
 * @returns the functions of the chunk, the chunk itself first
 * @throws Error with Lua's message if it does not compile
 */
export function compile51(source: string, numberSize: 4 | 8): Prototype[] {
  const L = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(L);
  try {
    const loaded = lauxlib.luaL_loadbuffer(L, source, Buffer.byteLength(source), '=image');
    if (loaded !== LUA_OK) throw new Error(lua.lua_tostring(L, -1));
    lua.lua_setfield(L, LUA_GLOBALSINDEX_51, 'chunk');
    if (lauxlib.luaL_dostring(L, DUMP) !== LUA_OK) throw new Error(lua.lua_tostring(L, -1));
    const reader = new Reader(Buffer.from(lua.lua_tostring(L, -1), 'hex'));
    reader.expect(HEADER);
    const found: Prototype[] = [];
    readFunction(reader, numberSize, found);
    return found;
  } finally {
    lua.lua_close(L);
  }
}

function text(reader: Reader): string {
  const length = reader.word();
  return length === 0 ? '' : reader.text(length).slice(0, -1);
}

function readFunction(reader: Reader, numberSize: number, found: Prototype[]): void {
  text(reader); // source name
  const line = reader.word();
  reader.word(); // last line
  const upvalues = reader.byte();
  const parameters = reader.byte();
  reader.skip(2); // vararg flag, registers
  const code = reader.list(() => reader.word());
  let size = 4 + 8 + 4 + (4 + 4 * code.length) + 4 + 4 + 3 * 4;
  const constants = reader.list(() => {
    const type = reader.byte();
    if (type === 1) reader.skip(1);
    else if (type === 3) reader.skip(8);
    const string = type === 4 ? text(reader) : '';
    size += 1 + (type === 1 ? 1 : type === 3 ? numberSize : type === 4 ? 4 + string.length + 1 : 0);
    return string;
  });
  const place = found.length;
  found.push(undefined as never); // outer functions come first
  reader.list(() => readFunction(reader, numberSize, found));
  const lines = reader.list(() => reader.word());
  const locals = reader.list(() => ({ name: text(reader), start: reader.word(), end: reader.word() }));
  reader.list(() => text(reader)); // upvalue names
  const instructions = code.map((word, pc) => {
    const opcode = OPCODES[word & 0x3f] ?? `opcode ${word & 0x3f}`;
    const global = opcode === 'GETGLOBAL' || opcode === 'SETGLOBAL' ? { global: constants[word >>> 14] ?? '' } : {};
    return { opcode, line: lines[pc] ?? 0, ...global };
  });
  found[place] = { line, instructions, locals, upvalues, parameters, size };
}
