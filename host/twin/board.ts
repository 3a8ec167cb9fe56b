// SPDX-License-Identifier: Apache-2.0
// The boards that the bench has twins of, and how a mote on one of them is made.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { Mote, MoteEnvironment } from '../bench/mote.ts';
import type { Flash } from '../bench/preload.ts';
import type { Prng } from '../medium/prng.ts';
import { inRepository } from '../root.ts';
import type { ScenarioMote } from '../scenario/schema.ts';
import type { Role } from '../vm/open.ts';
import { TwinMote } from './mote.ts';
import type { ProgramFactory, TwinEnvironment, TwinHardware } from './mote.ts';
import { openLua, openV8Program } from './program.ts';
import type { Program } from './program.ts';

/** Engines that a twin serves: those that run in this process. */
export const TWIN_ENGINES = ['fengari', 'v8'] as const;
export type TwinEngine = (typeof TWIN_ENGINES)[number];

export interface TwinBoard {
  readonly name: string;
  readonly mcu: TwinHardware['mcu'];
  readonly radio: TwinHardware['radio'];
  /** Path of a role's image, relative to the repository. */
  image(role: Role): string;
  mote(spec: ScenarioMote, flash: Flash, prng: Prng, env: MoteEnvironment): Mote;
}

/** Another machine for the program of a mote; undefined: the engine's. */
export type OwnProgram = (mote: string, role: Role, globals: Readonly<Record<string, unknown>>) => Program | undefined;

/** What a test has other than usual: random numbers of the hardware, defects, a mote without a seed. */
export type TwinChoices = Pick<TwinEnvironment, 'random' | 'seeded' | 'defects'>;

export interface TwinOptions extends TwinChoices {
  readonly own?: OwnProgram;
  /** The firmware was built without the module `crypto`. */
  readonly bare?: boolean;
}

const FOLDER = 'board-defs';
const pin = z.int();
/** What a twin reads of a board definition; the compiler has checked the rest (compiler/boards.ts). */
const definition = z.object({
  hardware: z
    .object({
      mcu: z.enum(['esp8266', 'esp32']),
      radio: z.enum(['mrf24j40', 'at86rf233']),
      pins: z.object({
        clock: pin,
        mosi: pin,
        miso: pin,
        select: pin,
        interrupt: pin,
        reset: pin,
        sleep: pin.optional(),
      }),
    })
    .optional(),
});

function hardwareOf(name: string): TwinHardware | undefined {
  return definition.parse(JSON.parse(readFileSync(inRepository(FOLDER, `${name}.json`), 'utf8'))).hardware;
}

/** @returns the names of all boards that have twins. */
export function twinBoards(): string[] {
  return readdirSync(inRepository(FOLDER))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => hardwareOf(name) !== undefined)
    .sort();
}

/** @throws UsageError if there is no such board, or, from mote(), if an image is not built. */
export function twinBoard(
  name: string,
  engine: TwinEngine = 'fengari',
  { own, bare = false, ...choices }: TwinOptions = {},
): TwinBoard {
  const known = twinBoards().includes(name) ? hardwareOf(name) : undefined;
  if (known === undefined) throw new UsageError(`expected a board of ${twinBoards().join(', ')}, got ${name}`);
  const hardware: TwinHardware = { ...known, crypto: !bare };
  const image = (role: Role): string => join('dist', name, `${role}.${engine === 'v8' ? 'js' : 'lua'}`);
  const images = new Map<Role, Buffer>();
  const program: ProgramFactory = (role, globals) => {
    const code = images.get(role) ?? readImage(image(role));
    images.set(role, code);
    return engine === 'v8'
      ? openV8Program(code.toString('utf8'), image(role), globals)
      : openLua(code, image(role), globals);
  };
  return {
    name,
    mcu: hardware.mcu,
    radio: hardware.radio,
    image,
    mote: (spec, flash, prng, env) =>
      new TwinMote(spec, flash, prng, {
        ...env,
        ...choices,
        hardware,
        program: (role, globals) => own?.(spec.name, role, globals) ?? program(role, globals),
      }),
  };
}

function readImage(path: string): Buffer {
  try {
    return readFileSync(inRepository(path));
  } catch {
    throw new UsageError(`expected the image ${path}, got no such file: run \`npm run build\` first`);
  }
}
