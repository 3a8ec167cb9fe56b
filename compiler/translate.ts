// SPDX-License-Identifier: Apache-2.0
// One flat chunk of JavaScript to Lua, by TypeScriptToLua with the plugin of the mote dialect.
import remapping from '@jridgewell/remapping';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import * as lua from 'typescript-to-lua';
import ts from 'typescript';
import { CompileError, type DialectError } from './errors.ts';
import { dialectPlugin } from './lower/plugin.ts';
import type { Profile } from './profiles.ts';

export interface TranslateOptions {
  /** Name of the bundle, for messages and in the map. */
  readonly name: string;
  readonly profile: Profile;
  /** Globals of the board the bundle may use. */
  readonly globals: ReadonlySet<string>;
}

export interface SourceMap {
  version: 3;
  file?: string | null;
  names: string[];
  sources: (string | null)[];
  sourcesContent?: (string | null)[] | undefined;
  mappings: string;
}

const CHUNK = 'chunk.js';

/**
 * @param code an ES module without imports: what Rollup makes of an entry
 * @param map from the chunk to the sources, whose paths are relative to the repository's root
 * @returns Lua, and a map from it to the sources
 * @throws CompileError with every construct outside the dialect
 */
export function translate(code: string, map: SourceMap, options: TranslateOptions): { lua: string; map: SourceMap } {
  const errors: DialectError[] = [];
  const program = virtualProgram(code, options.profile);
  const plugin = dialectPlugin({
    profile: options.profile,
    globals: options.globals,
    refuse: (error) => errors.push(error),
  });
  let printed: lua.ProcessedFile | undefined;
  plugin.afterPrint = (_program, _options, _host, files) => {
    [printed] = files;
  };
  new lua.Transpiler({ emitHost: NO_FILES }).emit({ program, plugins: [plugin], writeFile: () => undefined });
  if (errors.length > 0) throw new CompileError(options.name, describe(errors, map));
  if (!printed?.sourceMap) throw new Error(`${options.name}: TypeScriptToLua printed nothing`);
  const chained = remapping(printed.sourceMap, (file, context) => {
    if (!file.endsWith(CHUNK)) return null;
    context.source = CHUNK; // so that the sources keep the paths they have in `map`
    return map as never;
  });
  return { lua: printed.code, map: chained as unknown as SourceMap };
}

const NO_FILES: lua.EmitHost = {
  directoryExists: () => false,
  fileExists: () => false,
  getCurrentDirectory: () => '/',
  readFile: () => undefined,
  writeFile: () => undefined,
};

/** A program of the chunk alone, with no library and no look at the disk. */
function virtualProgram(code: string, profile: Profile): ts.Program {
  const options: lua.CompilerOptions = {
    allowJs: true,
    noLib: true,
    noResolve: true,
    noCheck: true,
    types: [],
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    outDir: '/out',
    luaTarget: profile.version === '5.3' ? lua.LuaTarget.Lua53 : lua.LuaTarget.Lua51,
    luaLibImport: lua.LuaLibImportKind.None,
    noHeader: true,
  };
  const file = ts.createSourceFile(`/${CHUNK}`, code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  return ts.createProgram([file.fileName], options, {
    fileExists: (name) => name === file.fileName,
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '',
    getNewLine: () => '\n',
    getSourceFile: (name) => (name === file.fileName ? file : undefined),
    readFile: () => undefined,
    useCaseSensitiveFileNames: () => true,
    writeFile: () => undefined,
  });
}

/** One line an error, at its place in the TypeScript sources. */
function describe(errors: readonly DialectError[], map: SourceMap): string[] {
  const trace = new TraceMap(map as never);
  return errors.map((error) => {
    const node = ts.getParseTreeNode(error.node) ?? error.node;
    const file = node.getSourceFile();
    const { line, character } = ts.getLineAndCharacterOfPosition(file, node.getStart(file));
    const place = originalPositionFor(trace, { line: line + 1, column: character });
    return place.source === null
      ? `${CHUNK}:${line + 1}: ${error.message}`
      : `${place.source}:${place.line}:${place.column + 1}: ${error.message}`;
  });
}
