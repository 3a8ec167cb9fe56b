// SPDX-License-Identifier: Apache-2.0
// Compiles one entry to Lua: the way rollup.config.js makes images, in one call, for the tests and the gates.
import { join } from 'node:path';
import { rollup, type InputOptions, type OutputOptions } from 'rollup';
import { chosenModules, stripTypes, virtualModule } from './bundle.ts';
import { PURE_INTRINSICS } from './chunk.ts';
import { choose, FAST, type Cipher } from './choose.ts';
import { imageFacts } from './image-module.ts';
import { luaOutput, type ImageOptions } from './lua-output.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { ROOT } from './roots.ts';
import type { SourceMap } from './translate.ts';

export interface CompileOptions {
  /** Path of the entry module; or, with `source`, the path the source pretends to have, for its imports. */
  readonly entry: string;
  /** TypeScript text of the entry, if it lies in no file. */
  readonly source?: string;
  readonly profile: ProfileName;
  /** Folder below board-defs/ that '#board' stands for. */
  readonly driver?: string;
  /** File of firmware/app/ that '#app' stands for. */
  readonly app?: string;
  /** File of firmware/roles/ that the entry is made of. */
  readonly role?: string;
  /** A debug image. */
  readonly debug?: boolean;
  /** How AES is done. */
  readonly cipher?: Cipher;
  /** Globals the bundle may use, such as the modules of a board. */
  readonly globals?: Iterable<string>;
}

export interface Compiled {
  /** The Lua chunk; it returns a table of the entry's exports. */
  readonly lua: string;
  /** From the Lua chunk to the TypeScript sources. */
  readonly map: SourceMap;
  /** The same chunk untranslated, for `new Function('exports', js)`. */
  readonly js: string;
}

/**
 * Rollup's input options for one image.
 * @param entry relative to the repository's root, or absolute
 * @param chosen modules that names such as '#board' stand for
 */
export function inputOptions(
  entry: string,
  source: string | undefined,
  chosen: Readonly<Record<string, string>>,
): InputOptions {
  const path = new URL(entry, `file://${ROOT}/`).pathname;
  return {
    input: path,
    plugins: [source === undefined ? null : virtualModule(path, source), chosenModules(chosen), stripTypes()],
    // A table that is made and not used is left out.
    treeshake: { manualPureFunctions: [...PURE_INTRINSICS], propertyReadSideEffects: false },
    onLog(level, log) {
      if (level === 'warn' && log.code !== 'CIRCULAR_DEPENDENCY') throw new Error(log.message);
    },
  };
}

/** Rollup's output options for one image. */
export function outputOptions(image: ImageOptions): OutputOptions {
  return { format: 'es', sourcemap: true, generatedCode: 'es2015', plugins: [luaOutput(image)] };
}

/**
 * Compiles an entry and all it imports.
 * @throws CompileError for what is outside the mote dialect, and for an image no mote could run
 */
export async function compileLua(options: CompileOptions): Promise<Compiled> {
  const profile = PROFILES[options.profile];
  const chosen = choose(profile, options.cipher ?? FAST, options.driver ?? 'bench', options.app, options.role);
  const facts = imageFacts({
    board: options.driver ?? 'bench',
    role: options.role ?? 'router',
    debug: options.debug ?? false,
  });
  const input = inputOptions(options.entry, options.source, chosen);
  const bundle = await rollup({ ...input, plugins: [facts, input.plugins] });
  try {
    const image = { name: 'image', profile, globals: options.globals ?? [], keepJs: true };
    const { output } = await bundle.generate({ ...outputOptions(image), file: join(ROOT, 'image.lua') });
    const content = (fileName: string): string => {
      const asset = output.find((part) => part.fileName === fileName);
      if (asset?.type !== 'asset')
        throw new Error(`no ${fileName} among ${output.map((part) => part.fileName).join(', ')}`);
      return String(asset.source);
    };
    return {
      lua: content('image.lua'),
      map: JSON.parse(content('image.lua.map')) as SourceMap,
      js: content('image.js'),
    };
  } finally {
    await bundle.close();
  }
}
