// SPDX-License-Identifier: Apache-2.0
// Appended to luaconf.h of Lua 5.1: the limits of NodeMCU's 5.1, and with LUA_NUMBER_INTEGRAL its integer numbers.
#ifndef nodemcu51_h
#define nodemcu51_h

#undef LUAI_MAXVARS
#define LUAI_MAXVARS 50
#undef LUAI_MAXUPVALUES
#define LUAI_MAXUPVALUES 60

#ifdef LUA_NUMBER_INTEGRAL
#undef LUA_NUMBER_DOUBLE
#undef LUA_NUMBER
#define LUA_NUMBER int
#undef LUAI_UACNUMBER
#define LUAI_UACNUMBER int
#undef LUA_NUMBER_SCAN
#define LUA_NUMBER_SCAN "%d"
#undef LUA_NUMBER_FMT
#define LUA_NUMBER_FMT "%d"

// Decimal literals beyond 2^31 - 1 saturate, as strtol does where long has 32 bits. (Lua reads hexadecimals by strtoul.)
#undef lua_str2number
#define lua_str2number(s, p) strtol((s), (p), 10)

#ifdef LUA_CORE
// Quotient and remainder round down, in 64 bits: -2^31 / -1 wraps here and would trap on x86.
static inline int nodemcu_div(int a, int b) {
  long long quotient = (long long)a / b;
  return (int)(quotient - ((a < 0) != (b < 0) && quotient * b != a));
}
static inline int nodemcu_pow(int base, int exponent) {
  int power = exponent >= 0;
  while (exponent-- > 0) power *= base;
  return power;
}
#undef luai_nummod
#undef luai_numdiv
#undef luai_numpow
#ifdef lvm_c
#define nodemcu_divisor(b, message) ((b) == 0 ? (luaG_runerror(L, message), 1) : (b))
#else
#define nodemcu_divisor(b, message) (b)  // lcode.c folds no division by zero
#endif
#define luai_numdiv(a, b) nodemcu_div(a, nodemcu_divisor(b, "divide by zero"))
#define luai_nummod(a, b) ((a)-nodemcu_div(a, nodemcu_divisor(b, "modulo by zero")) * (b))
#define luai_numpow(a, b) nodemcu_pow(a, b)
#endif

#undef lua_number2int
#define lua_number2int(i, d) ((i) = (int)(d))
#undef lua_number2integer
#define lua_number2integer(i, d) ((i) = (lua_Integer)(d))
#endif

#endif
