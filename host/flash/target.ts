// SPDX-License-Identifier: Apache-2.0
// What is to be on a mote: the image of a board and a role.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { Role } from '../provision/fields.ts';
import { inRepository } from '../root.ts';
import { twinBoards } from '../twin/board.ts';
import type { Family } from './mote.ts';
import type { Kind } from './slots.ts';

/** What an image is and what it asks of a mote. */
export interface Target {
  readonly board: string;
  readonly role: Role | 'selftest';
  readonly family: Family;
  /** Profile of the Lua that it was compiled for. */
  readonly lua: string;
  /** Modules of NodeMCU that it cannot do without, and those that it does better with. */
  readonly modules: readonly string[];
  readonly useful: readonly string[];
  /** Octets that its code takes where it is loaded. */
  readonly codeOctets: number;
  /** Octets of heap that it needs beside its code. */
  readonly heapOctets: number;
  /** First half of the SHA-256 of the source as it is sent, in hex: 32 digits. */
  readonly id: string;
  readonly kind: Kind;
  readonly content: Uint8Array;
}

const definition = z.object({
  lua: z.string(),
  hardware: z.object({ mcu: z.enum(['esp8266', 'esp32']) }),
  roles: z.array(z.string()),
  imageBytes: z.record(z.string(), z.number()),
  heapBytes: z.record(z.string(), z.number()).default({}),
});

const ID_DIGITS = 32;
/** A self-test is compiled on the board, which takes about as much again. */
const COMPILED = 2;
/** Modules of NodeMCU that drivers are made of. */
const MODULES = ['adc', 'file', 'gpio', 'io', 'node', 'rtcmem', 'sodium', 'spi', 'tmr', 'uart'];
/** AES by NodeMCU; where it is absent it is done in Lua (docs/crypto-core.md, "By trade-off"). */
const USEFUL = ['crypto'];

/** Two fifths of an image indent its lines; Lua needs none of it outside long strings, which no image of ours has. */
function withoutIndents(image: Buffer): Buffer {
  const text = image.toString('latin1');
  return /\[=*\[/.test(text) ? image : Buffer.from(text.replace(/^[ \t]+/gm, ''), 'latin1');
}

/**
 * Reads the image of a board and a role, or its self-test, as `npm run build` made it.
 * @throws UsageError if there is no such board, role or image.
 */
export function loadTarget(board: string, role: Role | 'selftest'): Target {
  if (!twinBoards().includes(board))
    throw new UsageError(`expected a board of ${twinBoards().join(', ')}, got ${board}`);
  const { lua, hardware, roles, imageBytes, heapBytes } = definition.parse(
    JSON.parse(readFileSync(inRepository('board-defs', `${board}.json`), 'utf8')),
  );
  if (role !== 'selftest' && !roles.includes(role))
    throw new UsageError(`${board}: expected a role of ${roles.join(', ')}, got ${role}`);
  const path = join('dist', board, `${role}.lua`);
  let content: Buffer;
  try {
    content = withoutIndents(readFileSync(inRepository(path)));
  } catch {
    throw new UsageError(`expected the image ${path}, got no such file: run \`npm run build\` first`);
  }
  const text = content.toString('latin1');
  const named = (name: string): boolean => new RegExp(`(?<![\\w.])${name}\\.\\w`).test(text);
  return {
    board,
    role,
    family: hardware.mcu,
    lua,
    modules: MODULES.filter(named),
    useful: USEFUL.filter(named),
    codeOctets: (imageBytes[role] ?? content.length) * (role === 'selftest' ? COMPILED : 1),
    heapOctets: heapBytes[role] ?? 0,
    id: createHash('sha256').update(content).digest('hex').slice(0, ID_DIGITS),
    kind: 'lua',
    content,
  };
}

/**
 * Makes an image for the Lua flash store, from which code runs without a copy in RAM.
 * @param luac NodeMCU's `luac.cross`, built for the mote's Lua.
 * @throws UsageError if it fails.
 */
export async function inFlashStore(target: Target, luac: string): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'kemp-lfs-'));
  const inFolder = (name: string): string => join(folder, name);
  try {
    await writeFile(inFolder('kemp.lua'), target.content);
    await writeFile(inFolder('kemp_id.lua'), `return "${target.id}"\n`);
    await promisify(execFile)(luac, ['-f', '-o', inFolder('kemp.img'), 'kemp.lua', 'kemp_id.lua'], { cwd: folder });
    return { ...target, kind: 'lfs', content: await readFile(inFolder('kemp.img')) };
  } catch (error) {
    throw new UsageError(`expected an image of ${luac} -f, got: ${(error as Error).message.trim()}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
