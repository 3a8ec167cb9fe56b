// SPDX-License-Identifier: Apache-2.0
// The two slots of a mote and their records, as loader.lua reads them.

import { sumOf } from './session.ts';
import type { RemoteMote } from './mote.ts';

export type SlotName = 'a' | 'b';
/** lua: source. lfs: an image for the Lua flash store. */
export type Kind = 'lua' | 'lfs';

export interface Slot {
  readonly name: SlotName;
  readonly sequence: number;
  /** First half of the SHA-256 of the role's image, in hex. */
  readonly id: string;
  readonly kind: Kind;
  /** It was started, and did not last. */
  readonly failed: boolean;
}

/** Longest record that the loader reads. */
const RECORD_OCTETS = 200;

export const file = {
  record: (slot: SlotName): string => `kemp-${slot}.ok`,
  image: (slot: SlotName, kind: Kind): string => `kemp-${slot}.${kind}`,
  tried: (slot: SlotName): string => `kemp-${slot}.try`,
  ran: (slot: SlotName): string => `kemp-${slot}.ran`,
  loading: (slot: SlotName): string => `kemp-${slot}.load`,
  /** What is being uploaded, and the id of what that will be. */
  part: (slot: SlotName): string => `kemp-${slot}.part`,
  partId: (slot: SlotName): string => `kemp-${slot}.id`,
};

/** @returns the record of a slot. */
export function slotRecord(sequence: number, id: string, kind: Kind): string {
  const text = `kemp1 ${sequence} ${id} ${kind}`;
  return `${text} ${sumOf(text)}`;
}

/** @returns what a record says, undefined if it is none. */
export function parseRecord(text: string): { sequence: number; id: string; kind: Kind } | undefined {
  const [, body, sum] = /^(.*?) (\d+,\d+)$/.exec(text.slice(0, RECORD_OCTETS)) ?? [];
  if (body === undefined || sumOf(body) !== sum) return undefined;
  const [, sequence, id, kind] = /^kemp1 (\d+) ([0-9a-f]+) (lua|lfs)$/.exec(body) ?? [];
  return id === undefined ? undefined : { sequence: Number(sequence), id, kind: kind as Kind };
}

/** @returns the slots that the loader would take, the one that it starts first. */
export async function readSlots(mote: RemoteMote, files: ReadonlyMap<string, number>): Promise<Slot[]> {
  const slots: Slot[] = [];
  for (const name of ['a', 'b'] as const) {
    const text = files.has(file.record(name)) ? await mote.read(file.record(name)) : undefined;
    const record = text && parseRecord(text.toString('latin1'));
    if (!record || !files.has(file.image(name, record.kind))) continue;
    slots.push({ name, ...record, failed: files.has(file.tried(name)) && !files.has(file.ran(name)) });
  }
  slots.sort((one, other) => other.sequence - one.sequence);
  const [best, other] = slots;
  return best?.failed && other && !other.failed ? [other, best] : slots;
}
