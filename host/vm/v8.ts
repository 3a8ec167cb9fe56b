// SPDX-License-Identifier: Apache-2.0
// The image's chunk before its translation to Lua, in this very engine: the oracle that every Lua is compared with.

import { FRAME_OCTETS, INBOX_WORDS, LINE_OCTETS, OUTBOX_WORDS } from './abi.ts';
import type { MoteVm } from './mote-vm.ts';

/**
 * @param code JavaScript of the image, a function body that fills `exports`.
 * @returns runs it anew for each mote; V8 compiles and learns once for all of them.
 */
export function compileV8(code: string, name: string): () => MoteVm {
  const image = new Function('exports', `${code}\n//# sourceURL=${name}`) as (exports: Record<string, unknown>) => void;
  return () => open(image, name);
}

/** One mote's VM. */
export function openV8(code: string, name: string): MoteVm {
  return compileV8(code, name)();
}

function open(image: (exports: Record<string, unknown>) => void, name: string): MoteVm {
  const exports: Record<string, unknown> = {};
  image(exports);
  const array = <T extends Int32Array | Uint8Array>(field: string, kind: new (n: number) => T, length: number): T => {
    const value = exports[field];
    if (!(value instanceof kind) || value.length !== length) {
      throw new Error(`expected ${name} to export ${field}, a ${kind.name}(${length}), got ${String(value)}`);
    }
    return value;
  };
  const step = exports.step;
  if (typeof step !== 'function') throw new Error(`expected ${name} to export a function step, got ${String(step)}`);
  return {
    inbox: array('inbox', Int32Array, INBOX_WORDS),
    outbox: array('outbox', Int32Array, OUTBOX_WORDS),
    rxFrame: array('rxFrame', Uint8Array, FRAME_OCTETS),
    rxLine: array('rxLine', Uint8Array, LINE_OCTETS),
    txFrame: array('txFrame', Uint8Array, FRAME_OCTETS),
    step: () => step() as number,
    close() {
      // The collector takes it.
    },
  };
}
