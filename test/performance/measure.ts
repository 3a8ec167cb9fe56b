// SPDX-License-Identifier: Apache-2.0
// What crypto-core takes, by Lua profile and by the way AES is done, as far as it is the same on every day: VM instructions, what
// they are worth on a device, octets of RAM and of bytecode.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cipher } from '../../compiler/choose.ts';
import { compileLua } from '../../compiler/compile-lua.ts';
import { openImage } from '../../compiler/gates/index.ts';
import { imageSize } from '../../compiler/gates/size.ts';
import { PROFILES } from '../../compiler/profiles.ts';
import { ROOT } from '../../compiler/roots.ts';
import { luaCrypto } from '../crypto-core/nodemcu.ts';
import { runLua, type Profile, type Vm } from '../tools.ts';
import { deviceCost, DEVICES, type Device } from './weights.ts';

/** The machine that counts for a profile. */
export const COUNTED_ON: Readonly<Record<Profile, Vm>> = {
  lua53: 'lua53i',
  lua53w: 'lua5.3',
  lua51: 'lua51f',
  lua51i: 'lua51i',
};

export const WORK = ['block', 'seal', 'open', 'frame seal', 'frame open'] as const;
export type Work = (typeof WORK)[number];

export interface Effort {
  /** VM instructions. */
  readonly instructions: number;
  /** RV32 instructions by the model; undefined where the profile stands for no device, and where there are calls without a weight. */
  readonly cost?: number | undefined;
  /** Calls of C functions, of those that have no weight. */
  readonly calls?: number;
}

export interface Measured {
  readonly work: Readonly<Record<Work, Effort>>;
  /** Octets asked of the allocator while all of the work is done twenty times; of `native`, to seal one frame. */
  readonly allocated: number;
  /** Octets of RAM: all of crypto-core without its bytecode, and its tables alone. Undefined where there is no 32-bit machine. */
  readonly ram: number | undefined;
  readonly tables: number | undefined;
  /** Octets of crypto-core as stripped bytecode on a 32-bit machine. */
  readonly bytecode: number;
}

/** A Lua file of this folder. */
export const luaFile = (name: string): string => readFileSync(join(ROOT, 'test/performance', name), 'utf8');

/** crypto-core, and the block of AES alone, as Lua chunks. */
export interface Modules {
  readonly core: string;
  readonly aes: string;
}

const compiled = new Map<string, Promise<Modules>>();

/** Compiles what is measured, once. */
export function compileModules(profile: Profile, cipher: Cipher): Promise<Modules> {
  const name = `${profile} ${cipher.aes} ${cipher.schedule}`;
  const made = compiled.get(name) ?? compileBoth(profile, cipher);
  compiled.set(name, made);
  return made;
}

async function compileBoth(profile: Profile, cipher: Cipher): Promise<Modules> {
  const source = "export { encrypt, loadKey } from '../../crypto-core/aes.ts';";
  const globals = cipher.aes === 'native' ? ['crypto'] : [];
  const core = await compileLua({ entry: 'crypto-core/index.ts', profile, cipher, globals });
  const aes = await compileLua({ entry: 'test/performance/aes.ts', source, profile, cipher });
  return { core: core.lua, aes: aes.lua };
}

const isDevice = (profile: Profile): profile is Device => (DEVICES as readonly Profile[]).includes(profile);

/** Measures one way of doing AES on the machine of a profile, which must be at hand. */
export async function measure(profile: Profile, cipher: Cipher): Promise<Measured> {
  const isNative = cipher.aes === 'native';
  const { core, aes } = await compileModules(profile, cipher);
  const script = `${isNative ? await luaCrypto(profile) : ''}
    local function load()\n${core}\nend
    local function loadAes()\n${aes}\nend
    ${luaFile('memory.lua')}${luaFile('work.lua')}${luaFile(isNative ? 'native.lua' : 'measure.lua')}`;
  const found = new Map<string, Record<string, number>>();
  for (const line of runLua(COUNTED_ON[profile], { script }).trim().split('\n')) {
    const [name, kind, count] = line.split('\t') as [string, string, string];
    found.set(name, { ...found.get(name), [kind]: Number(count) });
  }
  const octets = (name: string): number => found.get(name)?.octets as number;
  const effort = (name: Work): Effort => {
    const { instructions = NaN, calls = 0, ...tally } = found.get(name) ?? {};
    if (isNative) return { instructions, calls };
    return { instructions, cost: isDevice(profile) ? deviceCost(profile, tally) : undefined };
  };
  const work = Object.fromEntries(WORK.map((name) => [name, effort(name)])) as Record<Work, Effort>;
  if (isNative) work.block = (await measure(profile, { ...cipher, aes: 'compact' })).work.block;
  return {
    work,
    allocated: octets('allocated'),
    ram: isDevice(profile) ? octets('RAM') : undefined,
    tables: isDevice(profile) ? octets('tables') : undefined,
    bytecode: imageSize(openImage('crypto-core', core, undefined, PROFILES[profile])),
  };
}
