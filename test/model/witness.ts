// SPDX-License-Identifier: Apache-2.0
// Runs a scenario with the built images and sees what each mote feeds to its crypto: two functions of crypto-core, through which every
// CMAC and every CCM goes, tell of their arguments.

import { readFileSync } from 'node:fs';
import { runBench } from '../../host/bench/run.ts';
import { inRepository } from '../../host/root.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { imageOf } from '../../host/vm/open.ts';
import { openV8 } from '../../host/vm/v8.ts';

export interface Input {
  /** Which VM: one a mote and power cycle. */
  mote: number;
  kind: 'cmac' | 'seal' | 'open';
  nonce: Buffer;
  /** A CMAC's message, or CCM's associated data. */
  data: Buffer;
  textLength: number;
  /** What is to be sealed. */
  text: Buffer | undefined;
}

type Octets = ArrayLike<number>;
const copy = (bytes: Octets, at: number, length: number): Buffer =>
  Buffer.from(Array.from(bytes).slice(at, at + length));

/** Makes `signature { ...` of the image begin with a call. */
function tap(code: string, signature: string, call: string): string {
  const parts = code.split(`function ${signature} {`);
  if (parts.length !== 2) throw new Error(`expected one function ${signature} in the image, got ${parts.length - 1}`);
  return parts.join(`function ${signature} { ${call}`);
}

/** Every input of every mote in a scenario, in order. */
export function witness(scenario: string): Input[] {
  const inputs: Input[] = [];
  let motes = 0;
  const hooks = globalThis as Record<string, unknown>;
  runBench({
    scenario: loadScenario(scenario),
    open(role) {
      const mote = motes++;
      const name = `kempWitness${mote}`;
      hooks[name] = {
        cmac(bytes: Octets, at: number, length: number) {
          const data = copy(bytes, at, length);
          inputs.push({ mote, kind: 'cmac', nonce: Buffer.alloc(0), data, textLength: 0, text: undefined });
        },
        ccm(
          open: number,
          nonce: Octets,
          aad: Octets,
          aadAt: number,
          aadLength: number,
          text: Octets,
          at: number,
          length: number,
        ) {
          inputs.push({
            mote,
            kind: open === 1 ? 'open' : 'seal',
            nonce: copy(nonce, 0, 13),
            data: copy(aad, aadAt, aadLength),
            textLength: length,
            text: open === 1 ? undefined : copy(text, at, length),
          });
        },
      };
      const path = imageOf('v8', role);
      let code = readFileSync(inRepository(path), 'utf8');
      code = tap(code, 'cmacTo(key, keyAt, bytes, at, length, out, outAt)', `${name}.cmac(bytes, at, length);`);
      for (const [ccm, open] of [
        ['ccmSealBegin', 0],
        ['ccmOpenBegin', 1],
      ] as const) {
        const signature = `${ccm}(key, keyAt, nonce, aad, aadAt, aadLength, text, textAt, textLength, tagLength)`;
        code = tap(code, signature, `${name}.ccm(${open}, nonce, aad, aadAt, aadLength, text, textAt, textLength);`);
      }
      return openV8(code, path);
    },
  });
  return inputs;
}
