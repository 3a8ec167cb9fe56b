// SPDX-License-Identifier: Apache-2.0
// Appended to luaconf.h of both Luas: what WebAssembly and its C library lack.
#ifndef wasm32_h
#define wasm32_h

// There is no longjmp, so errors unwind as JavaScript exceptions (wasm.ts), and as in a Lua built as C++ the innermost
// protected call takes them. LUAI_TRY stands in luaD_rawrunprotected(L, f, ud).
struct lua_State;
__attribute__((import_module("vm"), import_name("try"))) void vm_try(void (*f)(struct lua_State *, void *),
                                                                     struct lua_State *L, void *ud);
__attribute__((import_module("vm"), import_name("throw"), noreturn)) void vm_throw(void);
#undef LUAI_TRY
#define LUAI_TRY(L, c, a) vm_try(f, L, ud);
#undef LUAI_THROW
#define LUAI_THROW(L, c) vm_throw()
#undef luai_jmpbuf
#define luai_jmpbuf int  // not used

// Records have the sizes of NodeMCU, where double is at home on any multiple of 4: a value of 12 octets, not 16.
#undef LUAI_USER_ALIGNMENT_T
#define LUAI_USER_ALIGNMENT_T long
#ifdef LUA_NUMBER_DOUBLE
typedef double __attribute__((aligned(4))) wasm32_double;
#undef LUA_NUMBER
#define LUA_NUMBER wasm32_double
#endif

// string.format takes %x of a negative number modulo 2^32, as the boards do: a cast to unsigned alone would give 0 here.
#undef LUA_INTFRM_T
#define LUA_INTFRM_T long)(long long

// No temporary files.
#undef LUA_TMPNAMBUFSIZE
#define LUA_TMPNAMBUFSIZE 1
#undef lua_tmpnam
#define lua_tmpnam(name, failed) ((void)name, failed = 1)

#endif
