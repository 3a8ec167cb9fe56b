// SPDX-License-Identifier: Apache-2.0
// The Rollup plugins that make one flat chunk out of TypeScript modules.
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Plugin } from 'rollup';
import ts from 'typescript';
import { INTRINSICS } from './chunk.ts';
import { ROOT } from './roots.ts';

/** The modules that say what the intrinsics do on V8. */
const INTRINSIC_MODULES = ['tables', 'octets', 'strings', 'literals'].map((name) =>
  join(ROOT, `crypto-core/${name}.ts`),
);

/** Removes the types from each TypeScript module, without looking at any other. tsc checks them (npm run lint). */
export function stripTypes(): Plugin {
  return {
    name: 'strip-types',
    async load(id) {
      if (!id.endsWith('.ts') || id.startsWith('\0')) return null;
      return loaded(await readFile(id, 'utf8'), id);
    },
  };
}

function loaded(source: string, id: string): { code: string; map: string } {
  const { code, map } = strip(source, id);
  return { code, map };
}

interface Stripped {
  readonly source: string;
  readonly code: string;
  readonly map: string;
}

/** The images of one build are made of the same modules. */
const stripped = new Map<string, Stripped>();

function strip(source: string, id: string): Stripped {
  let module = stripped.get(id);
  if (module?.source !== source) stripped.set(id, (module = transpile(source, id)));
  return module;
}

function transpile(source: string, id: string): Stripped {
  const file = ts.createSourceFile(id, source, ts.ScriptTarget.ESNext);
  for (const statement of file.statements) {
    if (
      !INTRINSIC_MODULES.includes(id) &&
      ts.isFunctionDeclaration(statement) &&
      statement.name &&
      INTRINSICS.has(statement.name.text)
    ) {
      const { line } = file.getLineAndCharacterOfPosition(statement.getStart(file));
      throw new Error(
        `${relative(ROOT, id)}:${line + 1}: a function named ${statement.name.text}. Allowed: any other name; the compiler gives this one a meaning`,
      );
    }
  }
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: id,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      sourceMap: true,
      verbatimModuleSyntax: true,
      removeComments: true,
    },
  });
  return { source, code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), map: sourceMapText ?? '' };
}

/** Resolves names such as '#board' to the modules an image is made with. @param modules paths below the repository's root */
export function chosenModules(modules: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'chosen-modules',
    resolveId: (source) => (source in modules ? join(ROOT, modules[source] as string) : null),
  };
}

/** Serves a module that is in no file, as if it lay at `path` under the repository's root. */
export function virtualModule(path: string, source: string): Plugin {
  const id = resolve(ROOT, path);
  return {
    name: 'virtual-module',
    resolveId: (wanted) => (wanted === id ? id : null),
    load: (wanted) => (wanted === id ? loaded(source, id) : null),
  };
}
