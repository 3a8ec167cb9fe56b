// SPDX-License-Identifier: Apache-2.0
// '#machine' where a bit operator is a call of the `bit` module, ten additions: Lua 5.1.

export const HAS_BIT_OPERATORS = false;
