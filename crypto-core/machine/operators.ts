// SPDX-License-Identifier: Apache-2.0
// '#machine' where bit operators are the machine's own: V8 and Lua 5.3.

/** Whether a bit operator costs what an addition costs. If not, words are taken apart and joined by arithmetic. */
export const HAS_BIT_OPERATORS = true;
