// SPDX-License-Identifier: Apache-2.0
// Board definitions: board-defs/<board>.json says which Lua a board has, which folder drives it, and what fits into it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AES_VARIANTS, NEIGHBOURS, SCHEDULES, UPTIME } from './choose.ts';
import { hardware, MODULES } from './hardware.ts';
import { PROFILE_NAMES } from './profiles.ts';
import { ROOT } from './roots.ts';

const FOLDER = join(ROOT, 'board-defs');
const NAME = /^[a-z0-9][a-z0-9-]*$/;

const schema = z
  .strictObject({
    name: z.string().regex(NAME),
    /** Profile of compiler/profiles.ts. */
    lua: z.enum(PROFILE_NAMES),
    /** How AES is done, and where round keys come from (choose.ts). */
    aes: z.enum(AES_VARIANTS),
    schedule: z.enum(SCHEDULES),
    /** How many neighbours its routers have room for; 8 take a third less RAM. */
    neighbours: z.literal(NEIGHBOURS).default(16),
    /** Folder below board-defs/ that implements the board interface. */
    driver: z.string().regex(NAME),
    /** The application of its motes and routers: a file of firmware/app/. */
    app: z.string().regex(NAME).default(UPTIME),
    /** Roles of firmware/roles/ that an image is made for. */
    roles: z.array(z.string().regex(NAME)).min(1),
    /** Octets of stripped bytecode an image may take, by role; and `selftest`, where it is to be held to a number. */
    imageBytes: z.record(z.string(), z.int().positive()),
    /** Octets of Lua heap that a role may need beside its code, garbage gone (npm run size). */
    heapBytes: z.record(z.string(), z.int().positive()).optional(),
    /** What the driver `nodemcu` drives; other drivers have none. */
    hardware: hardware.optional(),
    /** Whether its images can be told to give their link keys away, on the console. */
    debug: z.boolean().default(false),
    /** Further modules of NodeMCU that an image may read: crypto, for native AES. */
    modules: z.array(z.string()).default([]),
  })
  .superRefine(({ aes, driver, hardware, modules, roles, imageBytes }, context) => {
    if ((driver === 'nodemcu') !== (hardware !== undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['hardware'],
        message: driver === 'nodemcu' ? 'expected hardware for the driver nodemcu' : `expected none for ${driver}`,
        input: hardware,
      });
    }
    if (aes === 'native' && !modules.includes('crypto'))
      context.addIssue({
        code: 'custom',
        path: ['modules'],
        message: 'expected crypto among them, for "aes": "native"',
        input: modules,
      });
    for (const role of roles) {
      if (!(role in imageBytes))
        context.addIssue({
          code: 'custom',
          path: ['imageBytes'],
          message: `expected a budget for ${role}`,
          input: imageBytes,
        });
    }
  });

export type Board = z.infer<typeof schema>;

/**
 * Reads one board definition.
 * @throws Error naming the file, the field, what was expected and what came
 */
export function readBoard(name: string): Board {
  if (!boardNames().includes(name))
    throw new Error(`board-defs/${name}.json: expected one of ${boardNames().join(', ')}`);
  return parseBoard(name, readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
}

/** The text of board-defs/<name>.json as a board. */
export function parseBoard(name: string, text: string): Board {
  const file = `board-defs/${name}.json`;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
  const result = schema.safeParse(content, { reportInput: true });
  if (!result.success) throw new Error(`${file}: ${z.prettifyError(result.error)}`);
  if (result.data.name !== name) throw new Error(`${file}: expected the name ${name}, got ${result.data.name}`);
  return result.data;
}

/** Globals an image of the board may read: the modules of NodeMCU that its driver uses, and those that the board adds. */
export function modulesOf({ hardware, modules }: Board): readonly string[] {
  return hardware === undefined ? modules : [...MODULES[hardware.mcu], ...modules];
}

/** @returns the names of all boards defined, sorted */
export function boardNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}
