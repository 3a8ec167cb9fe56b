// SPDX-License-Identifier: Apache-2.0
// Inlining. Firmware is written as many small functions, but each function is a closure in a mote's RAM and each call costs
// ten to twenty times what a move costs. So a function goes where it is called, if every use of it is a call that can be
// replaced, and if the code does not grow much by it. What it does stays exactly what JavaScript says (docs/dialect.md).
import remapping from '@jridgewell/remapping';
import ts from 'typescript';
import { INTRINSICS } from './chunk.ts';
import { Callee } from './inline/callee.ts';
import { declaredNames, Facts } from './inline/facts.ts';
import { withOneMemory } from './inline/memory.ts';
import { countCalls, countNames, freshNames, mentions, outerNames, sizeOf, withOwnNames } from './inline/names.ts';
import { numbered } from './inline/numbered.ts';
import { isPlain, type Plain } from './inline/plain.ts';
import { Splice } from './inline/splice.ts';
import { blockLocals } from './plan.ts';
import type { SourceMap } from './translate.ts';

const CHUNK = 'chunk.js';

/** How much a function that is called more than once may make the code grow, in nodes of the syntax tree. */
const MAX_GROWTH = 260;
/** A call and a parameter are so many nodes, which inlining saves. */
const CALL_SIZE = 3;
const ARGUMENT_SIZE = 2;
/** No function may become larger than this: Lua's jumps and constants have limits. */
const MAX_SIZE = 4000;
/** Those that call what a number stands for (numbered.ts) may: they are one branch beside the other. */
const MAX_PERFORMER_SIZE = 12_000;
/** Nor have more locals at once; NodeMCU Lua 5.1 has 50 a function. */
const MAX_LOCALS = 45;
/** Nor blocks in blocks; a Lua compiler has 200 levels, expressions included. */
const MAX_DEPTH = 60;

/**
 * Inlines functions.
 * @param code the flat chunk
 * @param map from the chunk to the sources
 * @param isClosed whether all that calls its functions, but for what it exports, is in it: functions that are kept may be numbers
 * @returns the chunk with fewer functions, and a map from it to the sources
 */
export function inline(code: string, map: SourceMap, isClosed = false): { code: string; map: SourceMap } {
  const { outputText, sourceMapText } = transformed(code, isClosed);
  const chained = remapping(sourceMapText ?? '', (file) => (file === CHUNK ? (map as never) : null));
  return { code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), map: chained as unknown as SourceMap };
}

/** Boards with one driver have the same chunk for a role. */
const knownOpen = new Map<string, ts.TranspileOutput>();
const knownClosed = new Map<string, ts.TranspileOutput>();

function transformed(code: string, isClosed: boolean): ts.TranspileOutput {
  const known = isClosed ? knownClosed : knownOpen;
  let output = known.get(code);
  if (!output) {
    output = ts.transpileModule(code, {
      fileName: CHUNK,
      compilerOptions: {
        allowJs: true,
        target: ts.ScriptTarget.ESNext,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        removeComments: true,
        sourceMap: true,
      },
      transformers: { before: [() => (file) => inlineFunctions(file, isClosed)] },
    });
    known.set(code, output);
  }
  return output;
}

function inlineFunctions(file: ts.SourceFile, isClosed: boolean): ts.SourceFile {
  const plain = file.statements.filter(isPlain);
  const outer = new Set([...file.statements.flatMap(declaredNames), ...plain.flatMap(outerNames)]);
  const own = plain.map((node) => withOwnNames(node, outer));
  const rest = file.statements.filter((statement) => !plain.includes(statement as Plain));
  const {
    functions: all,
    others,
    performers,
  } = isClosed ? numbered(own, rest, outer) : { functions: own, others: rest, performers: [] };
  const functions = new Map(all.map((node) => [node.name.text, node]));
  const facts = new Facts(others, new Map(functions));
  const names = new Map([...functions].map(([name, node]) => [name, countNames(node.body)]));
  const elsewhere = new Map<string, number>();
  for (const statement of others) countNames(statement, elsewhere);

  for (const name of calleesFirst(functions)) {
    const callee = functions.get(name)!;
    if (elsewhere.has(name) || names.get(name)!.has(name) || INTRINSICS.has(name)) continue;
    const callers = [...functions.values()].filter((caller) => names.get(caller.name.text)!.has(name));
    const uses = callers.reduce((sum, caller) => sum + names.get(caller.name.text)!.get(name)!, 0);
    const calls = callers.reduce((sum, caller) => sum + countCalls(caller.body, name), 0);
    if (uses !== calls || growth(callee, calls) > MAX_GROWTH) continue;
    const made = inlineInto(callers, new Callee(callee, facts), facts, outer, performers);
    if (!made) continue;
    for (const caller of made) {
      functions.set(caller.name.text, caller);
      names.set(caller.name.text, countNames(caller.body));
    }
    functions.delete(name);
    names.delete(name);
  }
  const statements = [...functions.values(), ...others];
  return ts.factory.updateSourceFile(
    file,
    isClosed ? withOneMemory(statements, new Facts(others, functions), outer) : statements,
  );
}

/** Names of functions, each after those it calls where there is no cycle: so that what is inlined is itself finished. */
function calleesFirst(functions: ReadonlyMap<string, Plain>): Set<string> {
  const order = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const node = functions.get(name);
    if (!node || seen.has(name)) return;
    seen.add(name);
    for (const used of countNames(node.body).keys()) visit(used);
    order.add(name);
  };
  for (const name of functions.keys()) visit(name);
  return order;
}

/** Nodes that a function adds to the chunk where it is inlined in several places. */
function growth(callee: Plain, calls: number): number {
  const call = CALL_SIZE + ARGUMENT_SIZE * callee.parameters.length;
  return (sizeOf(callee.body) - call) * (calls - 1);
}

/** @returns the callers without any call of it; undefined where one can't do without or would become too large */
function inlineInto(
  callers: readonly Plain[],
  callee: Callee,
  facts: Facts,
  outer: ReadonlySet<string>,
  performers: readonly string[],
): Plain[] | undefined {
  const made: Plain[] = [];
  for (const caller of callers) {
    const taken = new Set([...outer, ...countNames(caller).keys()]);
    const after = new Splice(callee, facts, freshNames(taken)).into(caller);
    if (mentions(after.body, callee.name) || !isWithinLimits(after, performers.includes(after.name.text)))
      return undefined;
    made.push(after);
  }
  return made;
}

function isWithinLimits(node: Plain, isPerformer: boolean): boolean {
  const locals = node.parameters.length + blockLocals(node.body.statements);
  return (
    locals <= MAX_LOCALS &&
    sizeOf(node.body) <= (isPerformer ? MAX_PERFORMER_SIZE : MAX_SIZE) &&
    depthOf(node.body) <= MAX_DEPTH
  );
}

/** How many blocks are in each other at most. */
function depthOf(node: ts.Node): number {
  let depth = 0;
  ts.forEachChild(node, (child) => {
    depth = Math.max(depth, depthOf(child));
  });
  return ts.isBlock(node) ? depth + 1 : depth;
}
