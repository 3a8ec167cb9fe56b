// SPDX-License-Identifier: Apache-2.0
// What a gate gets to see of a finished image.
import type { Prototype } from '../bytecode/prototype.ts';
import type { Profile } from '../profiles.ts';

export interface Image {
  readonly name: string;
  readonly lua: string;
  readonly profile: Profile;
  /** The functions of the chunk, the chunk itself first: it runs once, while modules initialise. */
  readonly functions: readonly Prototype[];
  /** Globals of the board that it may read. */
  readonly globals: ReadonlySet<string>;
  /** Octets of stripped bytecode it may have; undefined where there is no budget. */
  readonly budget: number | undefined;
  /** Where a line of the chunk comes from, for messages: file and line of the TypeScript source. */
  place(line: number): string;
}

/** Looks at one property. @returns one line for each thing that is wrong: where, what was expected, what came */
export type Gate = (image: Image) => string[];
