// SPDX-License-Identifier: Apache-2.0
// What the build makes: one image per board and role, a self-test for each board of hardware, and crypto-core alone for each Lua.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin, RollupOptions } from 'rollup';
import { modulesOf, readBoard, type Board } from './boards.ts';
import ts from 'typescript';
import { chosenModules, virtualModule } from './bundle.ts';
import { choose, FAST } from './choose.ts';
import { inputOptions, outputOptions } from './compile-lua.ts';
import { definitionModule, hardwareModules } from './hardware.ts';
import { imageFacts } from './image-module.ts';
import type { ImageOptions } from './lua-output.ts';
import { PROFILE_NAMES, PROFILES } from './profiles.ts';
import { ROOT } from './roots.ts';

/** The image that is no role: board-defs/nodemcu/selftest/. */
const SELFTEST = 'selftest';

/** Whether the chunks of a board are kept as JavaScript too, for motes on V8. */
function runsOnV8({ name, hardware }: Board): boolean {
  return name === 'bench' || hardware !== undefined;
}

/** Rollup's options for every image of a board. @param name a file of board-defs/, without .json */
export function boardImages(name: string): RollupOptions[] {
  return imagesOf(readBoard(name));
}

/** A board's images: its roles, and what `kemp selftest` runs on hardware. */
export function imageNames({ roles, hardware }: Board): string[] {
  return hardware === undefined ? roles : [...roles, SELFTEST];
}

export function imagesOf(board: Board): RollupOptions[] {
  const { name } = board;
  return imageNames(board).map((role) => {
    const image: ImageOptions = {
      name: `${name}/${role}`,
      profile: PROFILES[board.lua],
      globals: modulesOf(board),
      budget: board.imageBytes[role],
      keepJs: runsOnV8(board),
      isClosed: true,
    };
    const options = config(
      `dist/${name}.${role}.ts`,
      entryOf(board, role),
      choose(image.profile, board, board.driver, board.app, role, board.neighbours),
      image,
    );
    // The benches of all Luas are one board.
    const facts = imageFacts({ board: board.hardware === undefined ? board.driver : name, role, debug: board.debug });
    return withHardware(board, role, { ...options, plugins: [facts, options.plugins] });
  });
}

/** Lets '#mcu', '#radio', '#storage' and '#definition' stand for what the board has. */
export function withHardware({ name, hardware, debug }: Board, role: string, options: RollupOptions): RollupOptions {
  if (hardware === undefined) return options;
  const definition = `dist/${name}.${role}.definition.ts`;
  const modules = { ...hardwareModules(hardware), '#definition': definition };
  const plugins = [chosenModules(modules), virtualModule(definition, definitionModule(hardware, role, debug))];
  return { ...options, plugins: [plugins, options.plugins] };
}

/** Rollup's options for crypto-core as a Lua module of its own for each Lua, and as an npm module. */
export function cryptoCore(): RollupOptions[] {
  const behind = readFileSync(join(ROOT, 'crypto-core/library.lua'), 'utf8');
  const modules = PROFILE_NAMES.map((profile) =>
    config('crypto-core/library.ts', undefined, choose(PROFILES[profile], FAST), {
      name: `crypto-core/${profile}`,
      profile: PROFILES[profile],
      behind,
    }),
  );
  return [...modules, npmModule('crypto-core/npm.ts', 'crypto-core/index')];
}

/** A library on V8: one file, and its types. @param name path below dist/, without extension */
function npmModule(entry: string, name: string): RollupOptions {
  return {
    ...inputOptions(entry, undefined, choose(PROFILES.lua53, FAST)),
    output: { file: `dist/${name}.js`, format: 'es', generatedCode: 'es2015', plugins: [declarations(entry, name)] },
  };
}

function config(
  entry: string,
  source: string | undefined,
  chosen: Record<string, string>,
  image: ImageOptions,
): RollupOptions {
  return { ...inputOptions(entry, source, chosen), output: { ...outputOptions(image), dir: 'dist' } };
}

/** Writes the types of an entry whose exports need no other file's. */
function declarations(entry: string, name: string): Plugin {
  return {
    name: 'declarations',
    generateBundle() {
      const source = readFileSync(join(ROOT, entry), 'utf8');
      const { outputText } = ts.transpileDeclaration(source, {
        fileName: entry,
        compilerOptions: { isolatedDeclarations: true, declaration: true, target: ts.ScriptTarget.ES2022 },
      });
      this.emitFile({ type: 'asset', fileName: `${basename(name)}.d.ts`, source: outputText });
    },
  };
}

/**
 * Joins a role to a board. What the chunk gives is for the bench: the mailbox (host/vm/abi.ts), or, on hardware, blocks alone.
 * What is not exported can be inlined.
 */
function entryOf({ driver, hardware }: Board, role: string): string {
  if (role === SELFTEST)
    return `import { start } from '../board-defs/${driver}/selftest/index.ts';
start();
export { blocks } from '../board-defs/${driver}/selftest/index.ts';
`;
  const mailbox = `export { inbox, outbox, rxFrame, rxLine, step, txFrame } from '../board-defs/${driver}/index.ts'`;
  return `import * as role from '../firmware/roles/${role}.ts';
import { attach } from '../board-defs/${driver}/index.ts';
attach(role.start, role.receive, role.sent, role.alarm, role.posted, role.typed);
${hardware === undefined ? mailbox : `export { blocks } from '../crypto-core/index.ts'`};
`;
}
