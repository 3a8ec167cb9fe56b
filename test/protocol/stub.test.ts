// SPDX-License-Identifier: Apache-2.0
// The motes do their own cryptography. While they run, every function of node:crypto, of the Web's crypto and of @noble raises;
// the keys of the scenario are made before.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EVENT_WORK } from '../../firmware/events.ts';
import { longTermKey } from '../../host/scenario/identity.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import * as abi from '../../host/vm/abi.ts';
import type { VmName } from '../../host/vm/open.ts';
import { wrapped } from './recording.ts';

const require = createRequire(import.meta.url);

/** A scenario whose keys are in it, as a file may have them. */
function withKeys(scenario: Scenario): Scenario {
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
  const motes = scenario.motes.map((mote) => ({ ...mote, key: longTermKey(mote, scenario.seed).map(hex).join('') }));
  return { ...scenario, motes };
}

/** Every function raises; what is no function stays. */
function raising<T extends object>(name: string, module: T): T {
  const stubs = Object.entries(module).map(([field, value]) => {
    const stub = (): never => {
      throw new Error(`${name} ${field} was called`);
    };
    return [field, typeof value === 'function' ? stub : value] as const;
  });
  return Object.fromEntries(stubs) as T;
}

const undo: (() => void)[] = [];

/** For all who import it, whenever they did. */
function stubNodeCrypto(): void {
  const crypto = require('node:crypto') as Record<string, unknown>;
  const original = { ...crypto };
  const stubs = raising('node:crypto', original);
  for (const field of Object.keys(original)) {
    const { writable = false } = Object.getOwnPropertyDescriptor(crypto, field) ?? {};
    if (writable) crypto[field] = stubs[field];
  }
  syncBuiltinESMExports();
  vi.stubGlobal('crypto', {});
  undo.push(() => {
    for (const field of Object.keys(original)) {
      const { writable = false } = Object.getOwnPropertyDescriptor(crypto, field) ?? {};
      if (writable) crypto[field] = original[field];
    }
    syncBuiltinESMExports();
  });
}

/** For all who are loaded from now on. @returns how many modules. */
function stubNoble(): number {
  let count = 0;
  for (const name of ['@noble/ciphers', '@noble/hashes']) {
    const { exports } = require(`../../node_modules/${name}/package.json`) as { exports: Record<string, unknown> };
    for (const path of Object.keys(exports)) {
      const specifier = path === '.' ? name : `${name}${path.slice(1)}`;
      vi.doMock(specifier, async (importOriginal) => raising(specifier, await importOriginal<object>()));
      undo.push(() => vi.doUnmock(specifier));
      count++;
    }
  }
  return count;
}

afterEach(() => {
  for (const back of undo.splice(0)) back();
  vi.unstubAllGlobals();
  vi.resetModules();
});

interface Counted {
  /** AES blocks of each mote as its image counts them, and as its tasks report them. */
  readonly blocks: number[];
  readonly work: Map<string, number>;
  readonly established: number;
  readonly delivered: number;
}

async function run(scenario: Scenario, vm: VmName): Promise<Counted> {
  // Loaded anew: whatever the host imports is what is stubbed now.
  const { runBench } = await import('../../host/bench/run.ts');
  const { vmFactory } = await import('../../host/vm/open.ts');
  const blocks: number[] = [];
  const work = new Map<string, number>();
  const open = wrapped(vmFactory(vm), (image) => {
    const index = blocks.push(0) - 1;
    return (words) => {
      const used = image.step(words);
      abi.eachAction(image.outbox, used, (op, at) => (blocks[index] += op === abi.BLOCKS ? image.outbox[at] : 0));
      return used;
    };
  });
  const { result, failures } = runBench({
    scenario,
    vm,
    open,
    hooks: {
      onReport: ({ mote, event, args }) => {
        if (event === EVENT_WORK) work.set(mote, (work.get(mote) ?? 0) + args[1]);
      },
    },
  });
  expect(failures).toEqual([]);
  const established = result.runs.filter(({ outcome }) => outcome === 'established').length;
  return { blocks, work, established, delivered: result.data.delivered };
}

describe('a bench without any cryptography but that of its motes', () => {
  const scenario = withKeys({ ...loadScenario('roaming'), durationSeconds: 75 });

  it('runs on Lua and counts the AES blocks that it counts on V8', async () => {
    stubNodeCrypto();
    expect(stubNoble()).toBeGreaterThan(10);
    vi.resetModules();
    await expect(import('node:crypto').then(({ createHmac }) => createHmac('sha256', 'x'))).rejects.toThrow(
      'node:crypto createHmac was called',
    );
    await expect(
      import('@noble/ciphers/aes.js').then(({ cmac }) => cmac(new Uint8Array(1), new Uint8Array(16))),
    ).rejects.toThrow('@noble/ciphers/aes.js cmac was called');
    const lua = await run(scenario, 'fengari');
    const v8 = await run(scenario, 'v8');
    console.log(`AES blocks of ${scenario.motes.map(({ name }) => name).join(', ')}: ${lua.blocks.join(', ')}`);
    expect(lua).toEqual(v8);
    expect(lua.established).toBeGreaterThanOrEqual(8);
    expect(lua.delivered).toBeGreaterThan(40);
    expect(lua.blocks).toHaveLength(7);
    scenario.motes.forEach(({ name }, index) => {
      // Every block belongs to a task; the last task may not have ended.
      const told = lua.work.get(name) ?? 0;
      expect(told, name).toBeGreaterThan(80);
      expect(lua.blocks[index] - told, name).toBeGreaterThanOrEqual(0);
      expect(lua.blocks[index] - told, name).toBeLessThan(60);
    });
  });

  it('would not, if the host did any of it', async () => {
    stubNodeCrypto();
    const { runBench } = await import('../../host/bench/run.ts');
    // Keys from the seed are the host's to make.
    const keyless = loadScenario('roaming');
    expect(() => runBench({ scenario: keyless, vm: 'v8' })).toThrow('node:crypto createHmac was called');
  });
});
