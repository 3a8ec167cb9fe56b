// SPDX-License-Identifier: Apache-2.0
// One Lua script in fengari, inside this process: standard streams, arguments and `vm.count` as on the other machines.
import { createRequire } from 'node:module';

/** The few entry points of fengari 0.1.5 used here (the package carries no types). */
interface Fengari {
  lua: Record<string, (...args: unknown[]) => unknown> & { LUA_MASKCOUNT: number };
  lauxlib: Record<string, (...args: unknown[]) => unknown>;
  lualib: Record<string, (...args: unknown[]) => unknown>;
}

const { lua, lauxlib, lualib } = createRequire(import.meta.url)('fengari') as Fengari;

const octets = (text: string, encoding: BufferEncoding): Uint8Array => Uint8Array.from(Buffer.from(text, encoding));

/** How many instructions pass between two looks at the clock. */
const STRIDE = 100_000;

/** fengari writes to and reads from the process itself: give the script streams of its own. */
const STREAMS = `
local emit, input = ...
local at = 1
function print(...)
  for i = 1, select('#', ...) do emit((i > 1 and '\\t' or '') .. tostring((select(i, ...)))) end
  emit('\\n')
end
io.stdout = { write = function(self, ...) emit(table.concat({...})) return self end, flush = function() end }
function io.write(...) return io.stdout:write(...) end
function io.read(format)
  if type(format) == 'string' and format:find('a') then
    local rest = input:sub(at)
    at = #input + 1
    return rest
  end
  if at > #input then return nil end
  local last, next = at + (tonumber(format) or 0) - 1, nil
  if type(format) == 'number' then next = last + 1
  else
    next = input:find('\\n', at, true) or #input + 1
    last, next = next - 1, next + 1
  end
  local piece = input:sub(at, last)
  at = next
  return piece
end
function os.exit(code) error('os.exit(' .. tostring(code) .. ')', 0) end
`;

/**
 * Run a script to its end.
 * @param script source text (UTF-8)
 * @param args strings, in the script's `...` and `arg`
 * @param stdin one character an octet
 * @param timeout milliseconds until a runaway script is stopped
 * @returns standard output, one character an octet
 * @throws the Lua error with its message
 */
export function runFengari(script: string, args: readonly string[], stdin: string, timeout: number): string {
  const L = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(L);
  const output: Uint8Array[] = [];
  const deadline = Date.now() + timeout;

  const check = (status: unknown): void => {
    if (status === 0) return;
    const message = lua.lua_tostring(L, -1) as Uint8Array | null;
    throw new Error(`fengari: ${Buffer.from(message ?? octets('error without a message', 'latin1')).toString('utf8')}`);
  };
  const load = (source: string, name: string): void => {
    const code = octets(source, 'utf8');
    check(lauxlib.luaL_loadbuffer(L, code, code.length, octets(name, 'utf8')));
  };
  const pushString = (text: string, encoding: BufferEncoding): unknown =>
    lua.lua_pushlstring(L, octets(text, encoding), Buffer.byteLength(text, encoding));
  const watch = (): void => {
    const onStride = (): void => {
      if (Date.now() > deadline) lauxlib.luaL_error(L, octets(`still running after ${timeout} ms`, 'utf8'));
    };
    lua.lua_sethook(L, onStride, lua.LUA_MASKCOUNT, STRIDE);
  };

  load(STREAMS, '=streams');
  lua.lua_pushjsfunction(L, (state: unknown) => {
    output.push((lua.lua_tostring(state, 1) as Uint8Array).slice());
    return 0;
  });
  pushString(stdin, 'latin1');
  check(lua.lua_pcall(L, 2, 0, 0));

  // vm.count(f, ...): the instructions executed by f(...), f's own RETURN included.
  lua.lua_createtable(L, 0, 1);
  lua.lua_pushjsfunction(L, (state: unknown) => {
    let executed = 0;
    lua.lua_sethook(state, () => void executed++, lua.LUA_MASKCOUNT, 1);
    lua.lua_call(state, (lua.lua_gettop(state) as number) - 1, 0);
    watch();
    lua.lua_pushinteger(state, executed);
    return 1;
  });
  lua.lua_setfield(L, -2, octets('count', 'latin1'));
  // vm.micros(): processor time, microseconds modulo 2^31.
  lua.lua_pushjsfunction(L, (state: unknown) => {
    const { user, system } = process.cpuUsage();
    lua.lua_pushinteger(state, (user + system) & 0x7fffffff);
    return 1;
  });
  lua.lua_setfield(L, -2, octets('micros', 'latin1'));
  lua.lua_setglobal(L, octets('vm', 'latin1'));

  load(script, '=script');
  lua.lua_createtable(L, args.length, 0);
  args.forEach((text, i) => {
    pushString(text, 'utf8');
    lua.lua_rawseti(L, -2, i + 1);
  });
  lua.lua_setglobal(L, octets('arg', 'latin1'));
  args.forEach((text) => pushString(text, 'utf8'));
  watch();
  check(lua.lua_pcall(L, args.length, 0, 0));
  return Buffer.concat(output).toString('latin1');
}
