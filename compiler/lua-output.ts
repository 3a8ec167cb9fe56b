// SPDX-License-Identifier: Apache-2.0
// The Rollup output plugin that turns the finished chunk into a Lua image.
import { dirname, relative, resolve } from 'node:path';
import type { OutputChunk, Plugin } from 'rollup';
import { openImage, passGates } from './gates/index.ts';
import { ROOT } from './roots.ts';
import { inline } from './inline.ts';
import { translate, type SourceMap } from './translate.ts';
import type { Profile } from './profiles.ts';

export interface ImageOptions {
  /** Path of the image without extension, below the output folder. */
  readonly name: string;
  readonly profile: Profile;
  /** Globals of the board the bundle may use. */
  readonly globals?: Iterable<string>;
  /** Octets of bytecode it may have. */
  readonly budget?: number | undefined;
  /** Whether all that calls the functions of the image, but for those it exports, is in it. */
  readonly isClosed?: boolean;
  /** Lua that comes behind, and finds in `core` what the chunk exports. */
  readonly behind?: string;
  /** Whether to keep the untranslated chunk too, for the V8 bench. */
  readonly keepJs?: boolean;
}

/** Replaces the chunk by `<name>.lua` and `<name>.lua.map`, and on demand `<name>.js`. */
export function luaOutput(options: ImageOptions): Plugin {
  return {
    name: 'lua-output',
    generateBundle({ dir, file }, bundle) {
      const chunks = Object.values(bundle).filter((part): part is OutputChunk => part.type === 'chunk');
      const [chunk] = chunks;
      if (!chunk || chunks.length !== 1 || !chunk.map)
        throw new Error(`${options.name}: expected one chunk with a source map, got ${chunks.length}`);
      const { name, profile } = options;
      const folder = resolve(dir ?? dirname(file ?? ''));
      const chunkMap = withSources(chunk.map as SourceMap, (source) =>
        relative(ROOT, resolve(folder, dirname(chunk.fileName), source)),
      );
      const flat = inline(chunk.code, chunkMap, options.isClosed);
      const { lua, map } = translate(flat.code, flat.map, { name, profile, globals: new Set(options.globals) });
      passGates(openImage(name, lua, map, profile, options));
      const fileMap = withSources(map, (source) => relative(resolve(folder, dirname(name)), resolve(ROOT, source)));
      for (const file of Object.keys(bundle)) Reflect.deleteProperty(bundle, file);
      this.emitFile({ type: 'asset', fileName: `${name}.lua`, source: followed(lua, options.behind) });
      this.emitFile({ type: 'asset', fileName: `${name}.lua.map`, source: JSON.stringify(fileMap) });
      if (options.keepJs)
        this.emitFile({ type: 'asset', fileName: `${name}.js`, source: exportsAsAssignments(chunk.code) });
    },
  };
}

/** On the lines that the map knows. */
function followed(lua: string, behind: string | undefined): string {
  return behind === undefined ? lua : `local core = (function() ${lua}\nend)()\n\n${behind}`;
}

/** A map with other paths to the same sources. */
function withSources(map: SourceMap, path: (source: string) => string): SourceMap {
  const { version, names, sourcesContent, mappings } = map;
  return { version, names, sourcesContent, mappings, sources: map.sources.map((source) => source && path(source)) };
}

/** The chunk as the body of `new Function('exports', code)`: its export list turned into assignments, on the same lines. */
function exportsAsAssignments(code: string): string {
  return code.replace(/^export \{([^}]*)\};$/m, (_, list: string) =>
    list.replace(
      /\s*([\w$]+)(?: as ([\w$]+))?\s*(?:,|$)/g,
      (_whole, local: string, name = local) => `exports.${name} = ${local};`,
    ),
  );
}
