// SPDX-License-Identifier: Apache-2.0
// Names for the numbers in a mote's reports.

import * as events from '../../firmware/events.ts';
import * as refusals from '../../firmware/refusals.ts';

export const MODES = ['centralised', 'predictive', 'reactive', 'refresh'] as const;
export type Mode = (typeof MODES)[number];
/** How a node came to another router: in a mode, or back to a key that it still held, without a frame. */
export const MOVES = [...MODES, 'return'] as const;

const OUTCOMES = new Map<number, 'established' | 'rejected' | 'timeout'>([
  [events.OUTCOME_ESTABLISHED, 'established'],
  [events.OUTCOME_REJECTED, 'rejected'],
  [events.OUTCOME_TIMEOUT, 'timeout'],
]);

/** Message types of KEMP (docs/protocol.md "Messages"); 0 is a frame that carries none. */
export const MESSAGES: Readonly<Record<number, string>> = {
  0: 'DATA',
  1: 'ADVERT',
  3: 'REQUEST',
  4: 'APPROVAL',
  5: 'NOTICE',
  6: 'REJECT',
  2: 'SOLICIT',
  7: 'ATTACHED',
  8: 'ACK',
  9: 'REVOKE',
  10: 'REVOKED',
  11: 'ROUTE',
  12: 'GROUP',
  13: 'ECHO',
  14: 'UP',
  15: 'DOWN',
};

const REASONS = new Map(
  Object.entries(refusals)
    .filter(([name]) => name.startsWith('REFUSED_'))
    .map(([name, number]) => [number as number, name.slice('REFUSED_'.length).toLowerCase().replaceAll('_', '-')]),
);

export function modeName(mode: number): Mode {
  const name = MODES[mode];
  if (name === undefined) throw new RangeError(`expected a mode from 0 to ${MODES.length - 1}, got ${mode}`);
  return name;
}

export function moveName(mode: number): (typeof MOVES)[number] {
  return mode === events.MODE_RETURN ? 'return' : modeName(mode);
}

const REVOCATIONS = new Map<number, 'removed' | 'compromised' | 'chain'>([
  [events.REVOKE_REMOVED, 'removed'],
  [events.REVOKE_COMPROMISED, 'compromised'],
  [events.REVOKE_CHAIN, 'chain'],
]);

export function revocationName(kind: number): 'removed' | 'compromised' | 'chain' {
  const name = REVOCATIONS.get(kind);
  if (name === undefined) throw new RangeError(`expected a kind of revocation from 1 to 3, got ${kind}`);
  return name;
}

export function outcomeName(outcome: number): 'established' | 'rejected' | 'timeout' {
  const name = OUTCOMES.get(outcome);
  if (name === undefined) throw new RangeError(`expected an outcome from 1 to ${OUTCOMES.size}, got ${outcome}`);
  return name;
}

export function messageName(type: number): string {
  return MESSAGES[type] ?? `type ${type}`;
}

/** REFUSED_LIVE_KEY becomes live-key. */
export function reasonName(reason: number): string {
  return REASONS.get(reason) ?? `reason ${reason}`;
}

/** What is wrong with a file of records, by STORAGE_... of events.ts. */
const STORAGE_FAULTS: Readonly<Record<number, string>> = {
  [events.STORAGE_MISSING]: 'is missing',
  [events.STORAGE_TRUNCATED]: 'is cut short',
  [events.STORAGE_DAMAGED]: 'is damaged',
  [events.STORAGE_FOREIGN]: 'is no file of ours',
  [events.STORAGE_VERSION]: 'is of another version',
  [events.STORAGE_ROLE]: 'is of another role',
  [events.STORAGE_BEHIND]: 'lacks what was written last',
  [events.STORAGE_UNWRITABLE]: 'cannot be written',
};

export function storageFault(reason: number): string {
  return STORAGE_FAULTS[reason] ?? `has fault ${reason}`;
}
