// SPDX-License-Identifier: Apache-2.0
// The books of readings and handovers: what was sent, what arrived, and for how long nothing did.

import * as events from '../../firmware/events.ts';
import type { Directory } from './directory.ts';
import type { Mote } from './mote.ts';
import { moveName } from './names.ts';
import type { HandoverResult, Result } from './result.ts';

interface Reading {
  readonly sequence: number;
  deliveredAt: number | undefined;
}

interface Handover {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly mode: number;
  /** Microseconds without any router. */
  readonly detached: number;
  /** Readings sent before it. */
  readonly before: number;
}

interface Account {
  readonly readings: Reading[];
  /** Readings since power on, by sequence number: it starts anew with the mote. */
  latest: Map<number, Reading>;
  readonly handovers: Handover[];
  /** Latest router since power on, by its low word. */
  router: number | undefined;
  detachedAt: number | undefined;
  /** It went to sleep, and has not started since. */
  slept: boolean;
}

export class TrafficBook {
  readonly #directory: Directory;
  readonly #accounts = new Map<string, Account>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** A mote that starts anew joins: that is no handover. Its readings are numbered anew, but for a start that ends a sleep. */
  power(mote: Mote, on: boolean): void {
    const account = this.#account(mote.name);
    if (on && !account.slept) account.latest = new Map();
    if (on) account.slept = false;
    account.router = undefined;
    account.detachedAt = undefined;
  }

  sleep(mote: Mote): void {
    this.#account(mote.name).slept = true;
  }

  report(mote: Mote, micros: number, event: number, args: readonly number[]): void {
    const account = this.#account(mote.name);
    const [a, b] = args as [number, number];
    switch (event) {
      case events.EVENT_DATA_SENT: {
        const reading = { sequence: a, deliveredAt: undefined };
        account.readings.push(reading);
        account.latest.set(a, reading);
        break;
      }
      case events.EVENT_DATA_DELIVERED: {
        const reading = this.#accounts.get(this.#directory.name(a))?.latest.get(b);
        if (reading !== undefined) reading.deliveredAt ??= micros;
        break;
      }
      case events.EVENT_DETACH:
        account.detachedAt ??= micros;
        break;
      case events.EVENT_ATTACH:
        attach(account, micros, a, b);
        break;
    }
  }

  data(): Result['data'] {
    const byMote: Result['data']['byMote'] = {};
    const total = { sent: 0, delivered: 0 };
    for (const [name, { readings }] of this.#accounts) {
      if (readings.length === 0) continue;
      const delivered = readings.filter((reading) => reading.deliveredAt !== undefined).length;
      byMote[name] = { sent: readings.length, delivered };
      total.sent += readings.length;
      total.delivered += delivered;
    }
    return { ...total, byMote };
  }

  /** @returns every change from one router to another, by time. */
  handovers(): HandoverResult[] {
    const all: HandoverResult[] = [];
    for (const [mote, { handovers, readings }] of this.#accounts) {
      for (const { at, from, to, mode, detached, before } of handovers) {
        all.push({
          mote,
          atMs: at / 1000,
          from: this.#directory.name(from),
          to: this.#directory.name(to),
          mode: moveName(mode),
          detachedMs: detached / 1000,
          ...gap(readings, before),
        });
      }
    }
    return all.sort((a, b) => a.atMs - b.atMs);
  }

  #account(name: string): Account {
    let account = this.#accounts.get(name);
    if (account === undefined) {
      account = {
        readings: [],
        latest: new Map(),
        handovers: [],
        router: undefined,
        detachedAt: undefined,
        slept: false,
      };
      this.#accounts.set(name, account);
    }
    return account;
  }
}

function attach(account: Account, micros: number, to: number, mode: number): void {
  const { router: from, detachedAt, readings } = account;
  if (from !== undefined && from !== to) {
    const detached = detachedAt === undefined ? 0 : micros - detachedAt;
    account.handovers.push({ at: micros, from, to, mode, detached, before: readings.length });
  }
  account.router = to;
  account.detachedAt = undefined;
}

/** @param boundary readings before it were sent before the handover. */
function gap(readings: readonly Reading[], boundary: number): { gapMs: number | null; lost: number } {
  const arrived = (reading: Reading | undefined): boolean => reading?.deliveredAt !== undefined;
  let last = boundary - 1;
  while (last >= 0 && !arrived(readings[last])) last--;
  let first = boundary;
  while (first < readings.length && !arrived(readings[first])) first++;
  if (last < 0 || first === readings.length) return { gapMs: null, lost: 0 };
  const silence = readings[first].deliveredAt! - readings[last].deliveredAt!;
  return { gapMs: Math.max(0, silence) / 1000, lost: first - last - 1 };
}
