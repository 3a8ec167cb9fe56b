// SPDX-License-Identifier: Apache-2.0
// From octets to symbols: what each field of messages.ts says to a model, and each message as a list of such symbols. The
// mutants of a description are the functions at the end.

import { derivations, maced, sealed, subkeys, type Field, type Subkey } from './messages.ts';

/** What a field carries. Labels and types are the function symbols themselves; what no claim speaks of carries nothing. */
const MEANING: Record<Field, readonly string[]> = {
  head: ['mode'],
  label: ['mode'],
  count: [],
  routers: ['list'],
  N: ['N'],
  R: ['R'],
  A: ['A'],
  B: ['B'],
  X: ['X'],
  nShort: [],
  nHandle: ['N'],
  aHandle: ['A'],
  index: [],
  seq: ['seq'],
  ctr: ['ctr'],
  nsCtr: ['ns', 'ctr'],
  r0: ['r0'],
  r1: ['r1'],
  key: ['key'],
  life: [],
  depth: ['depth'],
  indexDepth: ['depth'],
  groupKey: ['groupKey'],
  groupIndex: [],
  groupCounter: [],
  epoch: ['epoch'],
  reason: [],
  mac: [],
};

export type MacedName = keyof typeof maced;
export type SealedName = keyof typeof sealed | 'FRAME';

export interface Symbols {
  /** KDF inputs behind the key. */
  pairwise: string[];
  session: string[];
  /** Symbol of each subkey label. */
  label: Record<Subkey, string>;
  /** clear: what anyone reads; mac: what the MAC covers. */
  maced: Record<MacedName, { clear: string[]; mac: string[] }>;
  /** bound: nonce and associated data; inner: what is sealed. Without a seal, `inner` is clear too and nothing is bound. */
  sealed: Record<SealedName, { clear: string[]; bound: string[]; inner: string[]; open: boolean }>;
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** The symbols of the protocol as it is. @param without fields' meanings that this model leaves out. */
export function symbols(without: readonly string[] = []): Symbols {
  const mean = (fields: readonly Field[]): string[] =>
    unique(fields.flatMap((field) => MEANING[field])).filter((name) => !without.includes(name));
  const sealedOnes = Object.entries(sealed).map(([name, { clear, ends, inner }]) => {
    const bound = mean([...clear, ...ends]);
    return [name, { clear: mean(clear), bound, inner: mean(inner).filter((one) => !bound.includes(one)), open: false }];
  });
  return {
    pairwise: mean(derivations.pairwise.fields),
    session: mean(derivations.session.fields).filter((name) => name !== 'mode'),
    label: Object.fromEntries(
      Object.keys(subkeys).map((name) => [name, `for${name[0].toUpperCase()}${name.slice(1)}`]),
    ) as Record<Subkey, string>,
    maced: Object.fromEntries(
      Object.entries(maced).map(([name, { clear, mac }]) => [name, { clear: mean(clear), mac: mean(mac) }]),
    ) as Symbols['maced'],
    sealed: {
      ...(Object.fromEntries(sealedOnes) as Symbols['sealed']),
      // IEEE 802.15.4 9.3: the sender is in the nonce, the receiver in the MHR.
      FRAME: { clear: [], bound: ['sender', 'receiver'], inner: ['payload'], open: false },
    },
  };
}

const drop = (from: string[], ...names: string[]): string[] => from.filter((name) => !names.includes(name));

/** The pairwise KDF without some of its inputs. */
export function keyWithout(s: Symbols, ...names: string[]): Symbols {
  return { ...s, pairwise: drop(s.pairwise, ...names) };
}

/** A MACed message without some of its fields, on air and under the MAC. */
export function macWithout(s: Symbols, message: MacedName, ...names: string[]): Symbols {
  const { clear, mac } = s.maced[message];
  return { ...s, maced: { ...s.maced, [message]: { clear: drop(clear, ...names), mac: drop(mac, ...names) } } };
}

/** A sealed message whose nonce and associated data lack some names. */
export function boundWithout(s: Symbols, message: SealedName, ...names: string[]): Symbols {
  const one = s.sealed[message];
  return { ...s, sealed: { ...s.sealed, [message]: { ...one, bound: drop(one.bound, ...names) } } };
}

/** A message sent as it is, not sealed. */
export function unsealed(s: Symbols, message: SealedName): Symbols {
  return { ...s, sealed: { ...s.sealed, [message]: { ...s.sealed[message], open: true } } };
}

/** One label for all subkeys. */
export function oneLabel(s: Symbols): Symbols {
  return {
    ...s,
    label: Object.fromEntries(Object.keys(s.label).map((name) => [name, 'forAll'])) as Record<Subkey, string>,
  };
}

/** A MACed message without its MAC. */
export function macUnmade(s: Symbols, message: MacedName): Symbols {
  return { ...s, maced: { ...s.maced, [message]: { ...s.maced[message], mac: [] } } };
}
