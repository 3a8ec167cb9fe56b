// SPDX-License-Identifier: Apache-2.0
// Which engines there are, what each one runs, and what to install where one is missing.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inRepository } from '../root.ts';
import { UsageError } from '../errors.ts';
import { openFengari } from './fengari.ts';
import type { MoteVm } from './mote-vm.ts';
import { openNative } from './native.ts';
import { compileV8 } from './v8.ts';

export const VM_NAMES = ['fengari', 'lua5.1', 'lua5.3', 'lua5.4', 'v8'] as const;
export type VmName = (typeof VM_NAMES)[number];

/** Roles that have an image of their own. */
export type Role = 'mote' | 'router' | 'base';

/** Makes the VM of one mote, once for each time that it is powered on. */
export type VmFactory = (role: Role) => MoteVm;

const IMAGES: Record<VmName, string> = {
  fengari: 'bench/%.lua',
  'lua5.1': 'bench-lua51/%.lua',
  'lua5.3': 'bench-lua53w/%.lua',
  'lua5.4': 'bench-lua53w/%.lua',
  v8: 'bench/%.js',
};

/** Debian packages of the native engines. */
const PACKAGES = { 'lua5.1': 'lua5.1 lua-bitop', 'lua5.3': 'lua5.3', 'lua5.4': 'lua5.4' };

/** @returns path of a role's image for an engine, relative to the repository. */
export function imageOf(vm: VmName, role: Role): string {
  return join('dist', IMAGES[vm].replace('%', role));
}

function executable(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

function readImage(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new UsageError(`expected the image ${path}, got no such file: run \`npm run build\` first`);
  }
}

/**
 * @returns a factory for motes on that engine. @throws UsageError if the engine is not installed or, from the factory, if
 * an image is not built.
 */
export function vmFactory(vm: VmName): VmFactory {
  if (vm === 'fengari' || vm === 'v8') {
    const images = new Map<Role, () => MoteVm>();
    return (role) => {
      const path = imageOf(vm, role);
      const opened = images.get(role);
      if (opened !== undefined) return opened();
      const code = readImage(inRepository(path));
      const make = vm === 'v8' ? compileV8(code.toString('utf8'), path) : () => openFengari(code, path);
      images.set(role, make);
      return make();
    };
  }
  const lua = executable(vm);
  const complete = lua !== undefined && (vm !== 'lua5.1' || spawnSync(lua, ['-l', 'bit', '-e', '']).status === 0);
  if (!complete || executable('timeout') === undefined) {
    throw new UsageError(`${vm} is not installed: apt-get install ${PACKAGES[vm]}, or take --vm fengari`);
  }
  return (role) => {
    const path = inRepository(imageOf(vm, role));
    readImage(path);
    return openNative(lua, path);
  };
}
