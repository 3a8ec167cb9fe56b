// SPDX-License-Identifier: Apache-2.0
// All gates an image has to pass before it is written.
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { compile51 } from '../bytecode/lua51.ts';
import { compile53 } from '../bytecode/lua53.ts';
import { CompileError } from '../errors.ts';
import type { Profile } from '../profiles.ts';
import type { SourceMap } from '../translate.ts';
import { allocation } from './allocation.ts';
import { closures } from './closures.ts';
import { globals } from './globals.ts';
import type { Gate, Image } from './image.ts';
import { limits } from './limits.ts';
import { literals } from './literals.ts';
import { size } from './size.ts';

const GATES: readonly Gate[] = [allocation, limits, literals, globals, closures, size];

/** An image as the gates see it. @throws Error if the chunk is not valid Lua */
export function openImage(
  name: string,
  lua: string,
  map: SourceMap | undefined,
  profile: Profile,
  options: { readonly globals?: Iterable<string>; readonly budget?: number | undefined } = {},
): Image {
  const trace = map && new TraceMap(map as never);
  return {
    name,
    lua,
    profile,
    functions: profile.version === '5.3' ? compile53(lua) : compile51(lua, profile.arithmetic === 'float' ? 8 : 4),
    globals: new Set(options.globals),
    budget: options.budget,
    place: (line) => {
      const text = lua.split('\n')[line - 1] ?? '';
      // A line's first mapping lies behind its indentation.
      const found = trace && originalPositionFor(trace, { line, column: text.length });
      return found?.source ? `${found.source}:${found.line}` : `${name}.lua:${line}`;
    },
  };
}

/** @throws CompileError with all that is wrong with an image */
export function passGates(image: Image): void {
  const findings = GATES.flatMap((gate) => gate(image));
  if (findings.length > 0) throw new CompileError(image.name, findings);
}
