// SPDX-License-Identifier: Apache-2.0
// Which top-level names are locals of the Lua chunk and which are spilled into constant slots of one array. Lua 5.1 on
// NodeMCU has 50 locals a function, and a flat bundle has all its top-level names in one function. An access to a slot
// costs about three times an upvalue's, so the names used least are spilled. Where there is such an array, small memory goes into it
// word by word (scatter.ts): that saves its table, and costs no more than an access to one.
import ts from 'typescript';
import { MAKE_MEMORY, type Chunk, type TopLevelName } from './chunk.ts';
import type { Profile } from './profiles.ts';
import { scattered } from './scatter.ts';

export interface Plan {
  /** Names as they appear in Lua, for every symbol that cannot keep its own. */
  nameOf(identifier: ts.Identifier): string;
  /** A name for something the compiler makes up, not used by the chunk. */
  freshName(wanted: string): string;
  /** 1-based slot of a spilled name, undefined for the others. */
  slot(symbol: ts.Symbol): number | undefined;
  /** 1-based slot of entry 0 of memory that has no table of its own, undefined for all else. */
  entries(symbol: ts.Symbol): number | undefined;
  /** Slots of names and of entries; those of entries come last. */
  readonly slots: number;
  readonly array: string;
  /** Entries that the array has before the slots: all memory of a closed image, whose name the array then has. */
  readonly memory: number;
}

const LUA_WORDS: ReadonlySet<string> = new Set(
  'and break do else elseif end false for function goto if in local nil not or repeat return then true until while'.split(
    ' ',
  ),
);

/**
 * @param hoisted locals the compiler itself adds to the main function (`local bxor = bit.bxor`)
 */
export function plan(chunk: Chunk, profile: Profile, hoisted: number): Plan {
  const all = [...chunk.topLevel.values()];
  const memory = all.find((name) => lengthOfMemory(name, chunk) !== undefined);
  const before = (memory && lengthOfMemory(memory, chunk)) ?? 0;
  const room = memory ? HOT_NAMES : roomOf(chunk, profile, hoisted);
  const loose = memory || all.length <= room ? new Map<TopLevelName, number>() : scattered(chunk);
  const names = all.filter((name) => !loose.has(name) && name !== memory);
  const excess = names.length - room + (!memory && (loose.size > 0 || names.length > room) ? 1 : 0);
  const spilled = excess <= 0 ? [] : leastUsed(names, excess);
  const slots = new Map<ts.Symbol, number>();
  for (const name of names) if (spilled.includes(name)) slots.set(name.symbol, before + slots.size + 1);
  const entries = new Map<ts.Symbol, number>();
  let count = slots.size;
  for (const [name, length] of loose) {
    entries.set(name.symbol, count + 1);
    count += length;
  }

  const made = new Map<string, string>();
  const taken = new Set(chunk.identifiers);
  const freshName = (wanted: string): string => {
    let name = wanted;
    while (taken.has(name) || LUA_WORDS.has(name)) name += '_';
    taken.add(name);
    return name;
  };
  const nameOf = (identifier: ts.Identifier): string => {
    const { text } = identifier;
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !LUA_WORDS.has(text)) return text;
    let name = made.get(text);
    if (name === undefined) made.set(text, (name = freshName(text.replace(/[^A-Za-z0-9_]/g, '_'))));
    return name;
  };
  return {
    nameOf,
    freshName,
    slot: (symbol) => slots.get(symbol),
    entries: (symbol) => entries.get(symbol),
    slots: count,
    array: memory ? nameOf(memory.declaration.name as ts.Identifier) : count > 0 ? freshName('S') : '',
    memory: before,
  };
}

/** Names that the main function has locals for. */
function roomOf(chunk: Chunk, profile: Profile, hoisted: number): number {
  // One register is kept free: the array itself takes a local as soon as one name is spilled.
  const initialisation = blockLocals(chunk.file.statements.filter(isInitialisation));
  return Math.min(profile.maxLocals, MAX_MAIN_LOCALS) - hoisted - Math.max(FILLING_LOCALS, initialisation);
}

/**
 * Names that are locals where all memory is one table, which a slot more costs one entry: 12 octets, or 8. A local that functions use
 * costs 24 to 28, and 4 in each of them; an access to it costs an instruction less.
 */
export const HOT_NAMES = 16;

/** A numeric for, such as fills large memory while the module initialises, has three locals of its own and its counter. */
const FILLING_LOCALS = 4;

/** Lua 5.3 has 250 registers a function; a table constructor in the main function needs 50 of them besides the locals. */
const MAX_MAIN_LOCALS = 180;

/** n of `const memory = makeMemory$(n)`. */
function lengthOfMemory({ declaration }: TopLevelName, chunk: Chunk): number | undefined {
  const made = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  if (!made || !ts.isCallExpression(made) || chunk.intrinsic(made.expression) !== MAKE_MEMORY) return undefined;
  return chunk.constant(made.arguments[0]!) as number;
}

function leastUsed(names: readonly TopLevelName[], count: number): TopLevelName[] {
  return [...names].sort((a, b) => a.uses - b.uses).slice(0, count);
}

/** Declarations of top-level names are counted apart; what is left runs at initialisation and may have locals of its own. */
function isInitialisation(statement: ts.Statement): boolean {
  return !ts.isVariableStatement(statement) && !ts.isFunctionDeclaration(statement);
}

/** The most locals that statements have active at once, at the least favourable lowering (a numeric for has 4). */
export function blockLocals(statements: readonly ts.Node[]): number {
  let active = 0;
  let peak = 0;
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) active += statement.declarationList.declarations.length;
    peak = Math.max(peak, active + nestedLocals(statement));
  }
  return Math.max(peak, active);
}

function nestedLocals(node: ts.Node): number {
  if (ts.isFunctionLike(node)) return 0;
  if (ts.isBlock(node)) return blockLocals(node.statements);
  let peak = 0;
  ts.forEachChild(node, (child) => {
    peak = Math.max(peak, nestedLocals(child));
  });
  return ts.isForStatement(node) ? peak + 4 : peak;
}
