// SPDX-License-Identifier: Apache-2.0
// The four Luas an image can be made for. They differ in what a number is and in how many names a function may have.

export type ProfileName = 'lua53' | 'lua53w' | 'lua51' | 'lua51i';

export interface Profile {
  readonly name: ProfileName;
  readonly version: '5.1' | '5.3';
  /** What arithmetic is done in: numbers wrap at 32 or 64 bits, or are floats (exact to 53 bits). */
  readonly arithmetic: 'int32' | 'int64' | 'float';
  /** Active locals and upvalues a function may have: LUAI_MAXVARS and LUAI_MAXUPVALUES of NodeMCU's luaconf.h. */
  readonly maxLocals: number;
  readonly maxUpvalues: number;
}

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  /** NodeMCU Lua 5.3 as it is built by default (int32 and float32), and fengari. */
  lua53: { name: 'lua53', version: '5.3', arithmetic: 'int32', maxLocals: 200, maxUpvalues: 255 },
  /** Lua 5.3 and 5.4 with 64-bit integers. */
  lua53w: { name: 'lua53w', version: '5.3', arithmetic: 'int64', maxLocals: 200, maxUpvalues: 255 },
  /** NodeMCU Lua 5.1 with floating point numbers and the `bit` module; PUC 5.1 with lua-bitop. */
  lua51: { name: 'lua51', version: '5.1', arithmetic: 'float', maxLocals: 50, maxUpvalues: 60 },
  /** NodeMCU Lua 5.1, integer build, with the `bit` module. */
  lua51i: { name: 'lua51i', version: '5.1', arithmetic: 'int32', maxLocals: 50, maxUpvalues: 60 },
};

export const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[];
