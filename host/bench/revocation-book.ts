// SPDX-License-Identifier: Apache-2.0
// Revocations: from the command to the last key deleted, and to the first frame refused for it.

import * as events from '../../firmware/events.ts';
import { REFUSED_REVOKED, REFUSED_UNKNOWN_KEY } from '../../firmware/refusals.ts';
import type { Directory } from './directory.ts';
import { revocationName } from './names.ts';
import type { Result } from './result.ts';

interface Revocation {
  readonly low: number;
  readonly kind: number;
  readonly at: number;
  keysGone: number;
  lastKeyAt: number | undefined;
  refusedAt: number | undefined;
}

export class RevocationBook {
  readonly #directory: Directory;
  readonly #all: Revocation[] = [];

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** @param from low word of the mote that reports. */
  report(from: number, micros: number, event: number, args: readonly number[]): void {
    const [a, b] = args as [number, number];
    if (event === events.EVENT_REVOKE) {
      this.#all.push({ low: a, kind: b, at: micros, keysGone: 0, lastKeyAt: undefined, refusedAt: undefined });
    } else if (event === events.EVENT_KEY_GONE && !this.isRevoked(from)) {
      // Who is revoked itself is told nothing, and what it still holds opens nothing.
      for (const one of this.#all.filter(({ low }) => low === a)) {
        one.keysGone += 1;
        one.lastKeyAt = micros;
      }
    } else if (event === events.EVENT_REFUSED && (a === REFUSED_UNKNOWN_KEY || a === REFUSED_REVOKED)) {
      for (const one of this.#all) one.refusedAt ??= micros;
    }
  }

  isRevoked(low: number): boolean {
    return this.#all.some((one) => one.low === low && one.kind !== events.REVOKE_CHAIN);
  }

  results(): Result['revocations'] {
    return this.#all.map(({ low, kind, at, keysGone, lastKeyAt, refusedAt }) => ({
      node: this.#directory.name(low),
      kind: revocationName(kind),
      atMs: at / 1000,
      keysGone,
      lastKeyMs: lastKeyAt === undefined ? null : (lastKeyAt - at) / 1000,
      refusedMs: refusedAt === undefined ? null : (refusedAt - at) / 1000,
    }));
  }
}
