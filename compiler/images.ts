// SPDX-License-Identifier: Apache-2.0
// What the build makes: one image per board and role, and crypto-core alone for each Lua.
import type { RollupOptions } from 'rollup';
import { readBoard, type Board } from './boards.ts';
import { choose, FAST } from './choose.ts';
import { inputOptions, outputOptions } from './compile-lua.ts';
import type { ImageOptions } from './lua-output.ts';
import { PROFILE_NAMES, PROFILES } from './profiles.ts';

/** The board whose chunks are kept as JavaScript too, for motes on V8. */
const V8_BOARD = 'bench';

/** Rollup's options for every image of a board. @param name a file of board-defs/, without .json */
export function boardImages(name: string): RollupOptions[] {
  const board = readBoard(name);
  return board.roles.map((role) => {
    const image: ImageOptions = {
      name: `${name}/${role}`,
      profile: PROFILES[board.lua],
      globals: board.modules,
      budget: board.imageBytes[role],
      keepJs: name === V8_BOARD,
    };
    return config(`dist/${name}.${role}.ts`, entryOf(board, role), choose(image.profile, board, board.driver), image);
  });
}

/** Rollup's options for crypto-core as a Lua module of its own, for each Lua. */
export function cryptoCore(): RollupOptions[] {
  return PROFILE_NAMES.map((profile) =>
    config('crypto-core/index.ts', undefined, choose(PROFILES[profile], FAST), {
      name: `crypto-core/${profile}`,
      profile: PROFILES[profile],
    }),
  );
}

function config(
  entry: string,
  source: string | undefined,
  chosen: Record<string, string>,
  image: ImageOptions,
): RollupOptions {
  return { ...inputOptions(entry, source, chosen), output: { ...outputOptions(image), dir: 'dist' } };
}

/** Joins a role to a board. */
function entryOf({ driver }: Board, role: string): string {
  return `import * as role from '../firmware/roles/${role}.ts';
import { attach } from '../board-defs/${driver}/index.ts';
attach(role.start, role.receive, role.sent, role.alarm, role.posted, role.command);
export * from '../board-defs/${driver}/index.ts';
`;
}
