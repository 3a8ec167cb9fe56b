// SPDX-License-Identifier: Apache-2.0
// What the stand-alone library is made of: everything public, and AES alone. The string API for Lua is library.lua, the one on
// Uint8Array npm.ts.

export { aesEncrypt } from './block.ts';
export * from './index.ts';
