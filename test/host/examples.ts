// SPDX-License-Identifier: Apache-2.0
// The programs of the pages: taken out of them, type-checked against what the package says of itself, and run.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { inRepository } from '../../host/root.ts';

/** @returns the programs of a page under a heading, in their order. */
export function examplesOf(page: string, heading: string): string[] {
  const text = readFileSync(inRepository(page), 'utf8');
  const at = text.indexOf(`\n## ${heading}\n`);
  if (at < 0) throw new Error(`${page}: expected the heading ${heading}`);
  const end = text.indexOf('\n## ', at + 1);
  return [...text.slice(at, end < 0 ? undefined : end).matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code!);
}

/** @returns what is wrong with the types of each program, each a text of its own. */
export function typeFaults(programs: readonly string[]): string[][] {
  // Beside package.json: the package knows itself by its name.
  const paths = programs.map((_, i) => inRepository('dist', `example-${i}.ts`));
  const textOf = (name: string): string | undefined => programs[paths.indexOf(name)];
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, version, ...rest) => {
    const text = textOf(name);
    return text === undefined
      ? getSourceFile.call(host, name, version, ...rest)
      : ts.createSourceFile(name, text, version);
  };
  host.fileExists = (name) => textOf(name) !== undefined || fileExists.call(host, name);
  host.readFile = (name) => textOf(name) ?? readFile.call(host, name);
  const program = ts.createProgram(paths, options, host);
  return paths.map((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
  );
}

/** Runs a program in a folder. @param given values of what the page tells to have. @returns what it prints */
export async function runExample(example: string, cwd: string, given: Record<string, unknown> = {}): Promise<string> {
  const folder = mkdtempSync(inRepository('dist', 'example-'));
  const values = Object.entries(given).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
  const { outputText } = ts.transpileModule(values.join('') + example, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  try {
    const path = join(folder, 'example.mjs');
    writeFileSync(path, outputText);
    const { stdout } = await promisify(execFile)(process.execPath, [path], { cwd, timeout: 100_000 });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
