// SPDX-License-Identifier: Apache-2.0
// An image and its records onto a mote, of which a pulled cable leaves the old firmware or the new one.
//
// 1. The image goes into the slot that does not run, as a part that grows; what is there already is not sent again.
// 2. Its hash on the mote is right: the part becomes the slot's image by a rename.
// 3. The records of provisioning are brought up to date.
// 4. The slot's record is written under another name and renamed: at that instant the slot counts, with a higher sequence
//    number than the other. The old one stays as it is, and runs again if the new one does not start.

import { readFileSync } from 'node:fs';
import { RunFailure } from '../errors.ts';
import type { Flash } from '../provision/records.ts';
import { inRepository } from '../root.ts';
import { NoRoom, RemoteMote } from './mote.ts';
import { MoteError, SessionLost } from './session.ts';
import type { Session } from './session.ts';
import { file, readSlots, slotRecord } from './slots.ts';
import type { Slot, SlotName } from './slots.ts';
import { DamagedRecords, euiOf, holdsRecords, planStorage } from './storage.ts';
import type { Target } from './target.ts';

export interface FlashOptions {
  /** Records of provisioning; without them those that are there stay. */
  readonly records?: Flash;
  /** EUI-64 that the records make of the mote, with colons. */
  readonly eui64?: string;
  /** Make another node of a mote that is one already. */
  readonly replace?: boolean;
  /** Do not look whether code fits into the heap. */
  readonly anyHeap?: boolean;
  readonly progress?: (octets: number, of: number) => void;
  /** What the user should know. */
  readonly note?: (line: string) => void;
}

export interface Flashed {
  readonly slot: SlotName;
  readonly id: string;
  /** It was there already; nothing was sent but records. */
  readonly unchanged: boolean;
  /** Files with records that were written. */
  readonly recordFiles: number;
}

/** How often a mote may be reset in one upload, and an image turn out not to be what was sent. */
const MOST_ROUNDS = 24;
const MOST_UPLOADS = 4;
/** Octets that files take beside what is in them. */
const SPARE_OCTETS = 8192;
/** Until a mote says how it started: loading an image takes a while. */
const BOOT_MS = 30_000;

const STUB = 'init.lua';
const LOADERS = ['kemp-boot.lua', 'kemp-boot2.lua'] as const;
const FOREIGN = 'init.old';
const FRESH = 'kemp.new';

/** A file of the loader without its comments. */
function loaderFile(name: string): Buffer {
  const text = readFileSync(inRepository('host/flash/lua', name), 'utf8');
  return Buffer.from(text.replace(/^ *--.*\n/gm, ''));
}

function stepFor(target: Target): string {
  return `give the board that it is: --board ${target.board} is for ${target.family} with ${target.lua}`;
}

/** @throws RunFailure if the mote cannot run the target. */
export async function checkFit(mote: RemoteMote, target: Target, options: FlashOptions): Promise<void> {
  const { session, info } = mote;
  if (info.family !== target.family)
    throw session.failure(`expected an ${target.family}, got an ${info.family} (chip ${info.chip})`, stepFor(target));
  if (info.lua !== target.lua)
    throw session.failure(
      `expected NodeMCU with Lua profile ${target.lua}, got ${info.lua ?? 'one that has no images'} (${info.numbers})`,
      `build NodeMCU with ${target.lua === 'lua53' ? 'LUA=53 and 32-bit numbers' : target.lua}, and flash it with --firmware`,
    );
  const missing = await mote.missing(target.modules);
  if (missing.length > 0)
    throw session.failure(
      `expected NodeMCU with the modules ${target.modules.join(', ')}, got one without ${missing.join(', ')}`,
      'build it with them, and flash it with --firmware',
    );
  if (target.kind === 'lfs' && !info.lfs)
    throw session.failure(
      'expected NodeMCU with a Lua flash store (LFS), got none',
      'build it with one, or leave out --luac',
    );
  if (options.anyHeap !== true) checkHeap(mote, target);
}

function checkHeap({ session, info }: RemoteMote, { board, role, kind, codeOctets, heapOctets }: Target): void {
  if (info.heap < heapOctets)
    throw session.failure(
      `expected ${heapOctets} octets of heap for what a ${role} of ${board} holds, got ${info.heap}`,
      'take a board with more for it, an ESP32 say',
    );
  if (kind === 'lua' && info.heap < codeOctets + heapOctets)
    throw session.failure(
      `expected ${codeOctets + heapOctets} octets of heap for the code and what it holds, got ${info.heap}`,
      'give --luac with the path of luac.cross, so that it runs from the flash store (LFS)',
    );
}

/** What makes it slower, and no more. */
async function tellLacks(mote: RemoteMote, target: Target, { note }: FlashOptions): Promise<void> {
  const lacks = (name: string): string => `this NodeMCU is built without the module ${name}: `;
  if (!mote.info.encoder) note?.(`${lacks('encoder')}all is sent in hexadecimal, which takes half as long again`);
  for (const name of await mote.missing(target.useful)) note?.(`${lacks(name)}the image does without, more slowly`);
}

function noRoom(mote: RemoteMote, needed: number): RunFailure {
  const { remaining, total } = mote.info.room;
  return mote.session.failure(
    `expected room for ${needed} octets of files, got ${remaining} of ${total}`,
    'remove files from the mote, or build NodeMCU with a larger SPIFFS',
  );
}

/** Reads the files that hold records. */
async function readRecords(mote: RemoteMote, files: ReadonlyMap<string, number>): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const name of files.keys()) if (holdsRecords(name)) found.set(name, (await mote.read(name))!);
  return found;
}

/** @returns who the mote is, by its records. */
export async function identify(mote: RemoteMote): Promise<string | undefined> {
  return euiOf(await readRecords(mote, await mote.files()));
}

/** Puts a file in the place of another, which SPIFFS does not do at once: in between there is none of that name. */
async function replace(mote: RemoteMote, name: string, content: Uint8Array): Promise<void> {
  await mote.write(FRESH, content);
  await mote.remove(name);
  await mote.rename(FRESH, name);
}

/** Of the loader's two files one is whole at any instant; the stub takes the first that is there. */
async function installLoader(mote: RemoteMote): Promise<void> {
  const loader = loaderFile('loader.lua');
  const [first, second] = LOADERS;
  if (!(await mote.isWhole(first, loader))) {
    await mote.write(FRESH, loader);
    await mote.remove(second);
    await mote.rename(FRESH, second);
    await replace(mote, first, loader);
  }
}

async function installStub(mote: RemoteMote, note: (line: string) => void): Promise<void> {
  const stub = loaderFile('init.lua');
  if (await mote.isWhole(STUB, stub)) return;
  await mote.write(FRESH, stub);
  if (await mote.exists(STUB)) {
    await mote.remove(FOREIGN);
    await mote.rename(STUB, FOREIGN);
    note(`the init.lua that was there is now ${FOREIGN}`);
  }
  await mote.rename(FRESH, STUB);
}

/** @returns when the slot has the image. */
async function upload(mote: RemoteMote, slot: SlotName, target: Target, options: FlashOptions): Promise<void> {
  const part = file.part(slot);
  const image = file.image(slot, target.kind);
  const progress = options.progress ?? ((): void => undefined);
  if (await mote.isWhole(image, target.content)) return;
  const begun = (await mote.read(file.partId(slot)))?.toString('latin1');
  if (begun !== target.id) {
    await mote.remove(part);
    await mote.write(file.partId(slot), Buffer.from(target.id));
  }
  for (let attempt = 0; attempt < MOST_UPLOADS; attempt++) {
    await mote.append(part, target.content, (octets) => progress(octets, target.content.length));
    if (await mote.isWhole(part, target.content)) {
      for (const kind of ['lua', 'lfs'] as const) await mote.remove(file.image(slot, kind));
      await mote.rename(part, image);
      return;
    }
    await mote.remove(part);
  }
  throw mote.session.failure('the file system does not keep what is written', 'format it: file.format()');
}

async function checkRoom(
  mote: RemoteMote,
  slot: SlotName,
  target: Target,
  files: ReadonlyMap<string, number>,
): Promise<void> {
  const gone = [file.part(slot), file.image(slot, 'lua'), file.image(slot, 'lfs')];
  const freed = gone.reduce((sum, name) => sum + (files.get(name) ?? 0), 0);
  const needed = target.content.length + SPARE_OCTETS;
  if (mote.info.room.remaining + freed < needed) throw noRoom(mote, needed);
}

async function writeRecords(
  mote: RemoteMote,
  files: ReadonlyMap<string, number>,
  options: FlashOptions,
): Promise<number> {
  if (options.records === undefined) return 0;
  const existing = await readRecords(mote, files);
  const is = euiOf(existing);
  if (is !== undefined && options.eui64 !== undefined && is !== options.eui64.toUpperCase() && options.replace !== true)
    throw mote.session.failure(
      `this mote is ${is}, not ${options.eui64}`,
      'give --node for it, or --replace to make it another',
    );
  let plan: Map<string, Buffer>;
  try {
    plan = planStorage(existing, options.records, options.replace);
  } catch (error) {
    if (!(error instanceof DamagedRecords)) throw error;
    throw mote.session.failure(
      `its records (${[...existing.keys()].join(', ')}) are damaged`,
      'give the node a new key (kemp provision rotate), and then --replace to make its records anew',
    );
  }
  for (const [name, content] of plan) await replace(mote, name, content);
  return plan.size;
}

/** One round: from whatever state the mote is in. @throws SessionLost if it is reset meanwhile. */
async function round(session: Session, target: Target, options: FlashOptions, first: boolean): Promise<Flashed> {
  const mote = await RemoteMote.meet(session);
  await checkFit(mote, target, options);
  if (first) await tellLacks(mote, target, options);
  const files = await mote.files();
  const [running, other] = await readSlots(mote, files);
  const unchanged = running?.id === target.id && running.kind === target.kind && !running.failed;
  const slot: SlotName = unchanged ? running.name : running?.name === 'a' ? 'b' : 'a';
  if (!unchanged) {
    await checkRoom(mote, slot, target, files);
    for (const name of [file.record(slot), file.tried(slot), file.ran(slot), file.loading(slot)])
      if (files.has(name)) await mote.remove(name);
    await upload(mote, slot, target, options);
  }
  const recordFiles = await writeRecords(mote, files, options);
  await installLoader(mote);
  if (!unchanged) {
    const sequence = Math.max(0, running?.sequence ?? 0, other?.sequence ?? 0) + 1;
    await mote.write(FRESH, Buffer.from(slotRecord(sequence, target.id, target.kind)));
    await mote.rename(FRESH, file.record(slot));
    await mote.remove(file.partId(slot));
  }
  await installStub(mote, options.note ?? ((): void => undefined));
  return { slot, id: target.id, unchanged, recordFiles };
}

/**
 * Flashes a mote whose interpreter a session has entered, and starts it. What was begun before is gone on with; a mote that is
 * reset meanwhile is entered again.
 * @throws RunFailure that names the port, the mote and the next step; the firmware that ran before runs again.
 */
export async function flashMote(session: Session, target: Target, options: FlashOptions = {}): Promise<Flashed> {
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    try {
      const flashed = await round(session, target, options, rounds === 0);
      await start(session, flashed);
      return flashed;
    } catch (error) {
      if (error instanceof NoRoom)
        throw session.failure(
          'the file system is full',
          'remove files from the mote, or build NodeMCU with a larger SPIFFS',
        );
      if (error instanceof MoteError && rounds > 2)
        throw session.failure(`the mote says: ${error.message}`, 'try again; the firmware that was there still runs');
      if (!(error instanceof SessionLost || error instanceof MoteError)) throw error;
      await session.enter();
    }
  }
  throw session.failure(
    `the mote was reset ${MOST_ROUNDS} times`,
    'look at its supply and at the cable, then try again',
  );
}

/** Resets the mote and waits until its loader says how it went: that the image lasts, or does not start. */
async function start(session: Session, { slot, id }: Flashed): Promise<void> {
  const said = await session.restart((text) => {
    const found = /~kemp slot (\w) (\w+) (lasts|fails)~([^\r\n]*)[\r\n]/.exec(text);
    return found ?? undefined;
  }, BOOT_MS);
  if (said === undefined)
    throw session.failure(
      'the mote was restarted and says nothing',
      'reset it by its button and look with `kemp console`',
    );
  const [, name, ran, how, why] = said;
  if (how === 'fails')
    throw session.failure(`slot ${name} does not start:${why ?? ''}`, 'the firmware that was there before runs again');
  if (name !== slot || ran !== id)
    throw session.failure(`expected slot ${slot} to run, got slot ${name}`, 'look with `kemp console`, then try again');
}

export type { Slot };
