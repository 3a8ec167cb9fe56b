// SPDX-License-Identifier: Apache-2.0
// One list of jobs, any engine: crypto-core as TypeScript in this process, or its compiled bundle in a Lua machine.
// A list is run in one process, so that a thousand vectors cost one start.
import { readFileSync } from 'node:fs';
import { describe, vi } from 'vitest';
import { FAST, type Cipher } from '../../compiler/choose.ts';
import { compileLua, type Compiled } from '../../compiler/compile-lua.ts';
import * as core from '../../crypto-core/index.ts';
import type { Bytes, Words } from '../../crypto-core/tables.ts';
import { luaCrypto, v8Crypto } from './nodemcu.ts';
import { describeOn, runLua, VMS, type Profile, type Vm } from '../tools.ts';

// A thousand vectors in fengari, on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** What to do; all strings are hexadecimal. A message to open carries its tag at the end of `text`. */
export interface Job {
  kind: 'seal' | 'open' | 'cmac' | 'kdf';
  key: string;
  nonce?: string;
  aad?: string;
  /** Where associated data lies: in a buffer of its own if absent, right before the text, or where the text does. */
  aadPlace?: 'before' | 'same';
  text: string;
  tagLength?: number;
  /** Whether to begin by the call for all nonces, though the nonce has 13 octets. */
  anyNonce?: boolean;
  /** Sizes of the steps, taken in turn; one block each if absent. */
  steps?: readonly number[];
}

export interface Outcome {
  outcome: 'done' | 'failed' | 'refused';
  /** Sealed text with its tag; opened text; MAC; key. */
  data: string;
  /** AES blocks done. */
  blocks: number;
}

/** Unused octets before every operand, and after the text: jobs must not touch them. */
const MARGIN = 3;
const GUARD = 0xa5;

const OUTCOMES = new Map<number, Outcome['outcome']>([
  [core.JOB_DONE, 'done'],
  [core.JOB_FAILED, 'failed'],
  [core.JOB_REFUSED, 'refused'],
]);

/** Octets behind a margin, with `room` more after them. */
function bytes(hex: string, margin: number, room = 0): Bytes {
  const octets = Buffer.from(hex, 'hex');
  const table = new Uint8Array(margin + octets.length + room).fill(GUARD);
  table.set(octets, margin);
  return table as unknown as Bytes;
}

function words(hex: string, margin: number): Words {
  const table = bytes(hex, 0);
  const result = new Int32Array(margin + hex.length / 8);
  for (let i = 0; i < hex.length / 8; i++) result[margin + i] = core.getWord(table, 4 * i);
  return result as unknown as Words;
}

function hexOf(table: Bytes, at: number, length: number): string {
  return Buffer.from((table as unknown as Uint8Array).subarray(at, at + length)).toString('hex');
}

function hexOfWords(table: Words, at: number): string {
  const octets = new Uint8Array(16) as unknown as Bytes;
  for (let i = 0; i < 4; i++) core.putWord(octets, 4 * i, table[at + i]);
  return hexOf(octets, 0, 16);
}

export type Core = typeof core;

export function runOne(
  core: Core,
  { kind, key, nonce = '', aad = '', aadPlace, text, tagLength = 0, anyNonce = false, steps = [1] }: Job,
): Outcome {
  const blocksBefore = core.blocks();
  const length = kind === 'open' ? text.length / 2 - tagLength : text.length / 2;
  const aadLength = aad.length / 2;
  const before = aadPlace === 'before' ? aad : '';
  const at = MARGIN + before.length / 2;
  const table = bytes(before + text, MARGIN, (kind === 'seal' ? tagLength : 0) + MARGIN);
  const out = new Int32Array(1 + 4 + 1) as unknown as Words;
  const keyWords = words(key, MARGIN);
  if (kind === 'cmac') core.cmacBegin(keyWords, MARGIN, table, MARGIN, length);
  else if (kind === 'kdf') core.kdfBegin(keyWords, MARGIN, table, MARGIN, length, out, 1);
  else {
    const direction = kind === 'seal' ? core.CCM_SEAL : core.CCM_OPEN;
    const nonceLength = nonce.length / 2;
    const [n, a] = [bytes(nonce, 0), aadPlace ? table : bytes(aad, MARGIN)];
    if (anyNonce || nonceLength !== 13) {
      core.ccmBegin(direction, keyWords, MARGIN, n, nonceLength, a, MARGIN, aadLength, table, at, length, tagLength);
    } else if (kind === 'seal') {
      core.ccmSealBegin(keyWords, MARGIN, n, a, MARGIN, aadLength, table, at, length, tagLength);
    } else {
      core.ccmOpenBegin(keyWords, MARGIN, n, a, MARGIN, aadLength, table, at, length, tagLength);
    }
  }
  let result = core.JOB_RUNNING as number;
  for (let i = 0; result === core.JOB_RUNNING; i++) result = core.step(steps[i % steps.length] as number);
  const outcome = OUTCOMES.get(result);
  if (!outcome) throw new Error(`step() returned ${result}`);

  const behind = kind === 'seal' || kind === 'open' ? tagLength : 0;
  const margins = hexOf(table, 0, MARGIN) + hexOf(table, at + length + behind, MARGIN);
  if (hexOf(table, MARGIN, at - MARGIN) !== before) throw new Error(`${kind} wrote to associated data`);
  if (margins !== 'a5'.repeat(2 * MARGIN)) throw new Error(`${kind} wrote outside its text: ${margins}`);
  if (out[0] !== 0 || out[5] !== 0) throw new Error('kdf wrote outside its four words');

  let data = hexOf(table, at, length + (kind === 'seal' && outcome === 'done' ? tagLength : 0));
  if (kind === 'cmac' && outcome === 'done') data = hexOfWords(core.mac, 0);
  if (kind === 'kdf' && outcome === 'done') data = hexOfWords(out, 1);
  return { outcome, data, blocks: core.blocks() - blocksBefore };
}

const DRIVER = readFileSync(new URL('driver.lua', import.meta.url), 'utf8');

const compiled = new Map<string, Promise<Compiled>>();

function compile(profile: Profile, cipher: Cipher): Promise<Compiled> {
  const name = `${profile} ${cipher.aes} ${cipher.schedule}`;
  const globals = cipher.aes === 'native' ? ['crypto'] : [];
  const made = compiled.get(name) ?? compileLua({ entry: 'crypto-core/index.ts', profile, cipher, globals });
  compiled.set(name, made);
  return made;
}

/** Lua that makes crypto-core the local `core`. Native AES finds NodeMCU's `crypto`. */
export async function bundle(profile: Profile, cipher: Cipher = FAST): Promise<string> {
  return `${await unloaded(profile, cipher)}local core = load()\n`;
}

/** Lua that makes `load`, which makes a crypto-core of its own each time. */
export async function unloaded(profile: Profile, cipher: Cipher = FAST): Promise<string> {
  const firmware = cipher.aes === 'native' ? await luaCrypto(profile) : '';
  return `${firmware}local function load()\n${(await compile(profile, cipher)).lua}\nend\n`;
}

/** crypto-core on V8, from the chunk that Lua is made of. @param crypto what the firmware has */
export async function onV8(cipher: Cipher, crypto: unknown = v8Crypto): Promise<Core> {
  const exports = {} as Core;
  new Function('exports', 'crypto', (await compile('lua53', cipher)).js)(exports, crypto);
  return exports;
}

/** Runs jobs on the compiled bundle of a profile. */
async function runInLua(profile: Profile, cipher: Cipher, vm: Vm, jobs: readonly Job[]): Promise<Outcome[]> {
  const lines = jobs.map(({ kind, key, nonce, aad, aadPlace, text, tagLength, anyNonce, steps }) => {
    const operands = [key, nonce || '-', aad || '-', aadPlace ?? '-', text || '-'];
    return [kind, ...operands, tagLength ?? 0, anyNonce ?? false, (steps ?? [1]).join()].join(' ');
  });
  const output = runLua(vm, { script: (await bundle(profile, cipher)) + DRIVER, stdin: lines.join('\n') });
  const results = output.trimEnd().split('\n');
  if (results.length !== jobs.length) throw new Error(`${vm}: ${jobs.length} jobs, ${results.length} results`);
  return results.map((line) => {
    const [outcome, data, blocks] = line.split('\t') as [Outcome['outcome'], string, string];
    return { outcome, data: data === '-' ? '' : data, blocks: Number(blocks) };
  });
}

/** Runs a list of jobs on one engine, in order. */
export type Run = (jobs: readonly Job[]) => Promise<Outcome[]>;

/** Whether a machine takes so long that a part of a list will do: every other machine of its profile does all of it. */
export const isSlow = (machine: Vm | 'V8'): boolean => machine === 'fengari';

/** `describe` once for V8 and once for each Lua machine of each profile. */
export function describeEngines(name: string, body: (run: Run) => void): void {
  describe(`${name} on V8`, () => body((jobs) => Promise.resolve(jobs.map((job) => runOne(core, job)))));
  describeInLua(name, FAST, body);
}

/** The same for one way of doing AES, from the chunk that Lua is made of. */
export function describeCipher(name: string, cipher: Cipher, body: (run: Run, machine: Vm | 'V8') => void): void {
  describe(`${name} on V8`, () =>
    body(async (jobs) => {
      const exports = await onV8(cipher);
      return jobs.map((job) => runOne(exports, job));
    }, 'V8'));
  describeInLua(name, cipher, body);
}

function describeInLua(name: string, cipher: Cipher, body: (run: Run, machine: Vm) => void): void {
  for (const profile of Object.keys(VMS) as Profile[]) {
    describeOn(profile, name, (vm) => body((jobs) => runInLua(profile, cipher, vm, jobs), vm));
  }
}
