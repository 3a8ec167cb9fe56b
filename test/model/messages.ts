// SPDX-License-Identifier: Apache-2.0
// KEMP's messages and derivations, field by field: the one description that the symbolic models are made of. messages.test.ts
// compares it with the layout constants and with every octet that the images feed to their crypto, so a model speaks of the
// messages that are on air. A mutant is this description with a field less (edit.ts), or a rule of a model changed.

/** Octets of each field. A field named twice in one message is the same value. */
export const OCTETS = {
  head: 1, // type, version, mode
  label: 1, // high nibble of a KDF input; the pairwise one has the mode in the low nibble
  count: 1, // routers of the list
  routers: 8, // each
  N: 8,
  R: 8,
  A: 8,
  B: 8,
  X: 8, // the node that a revocation is about
  nShort: 2, // left out where N has none
  nHandle: 2, // short address or end of the EUI-64: the AAD has the node in full
  aHandle: 2,
  index: 1,
  seq: 4,
  ctr: 4,
  nsCtr: 4, // ctr, and above it the new-session bit
  r0: 8,
  r1: 8,
  key: 16,
  life: 2,
  depth: 1,
  indexDepth: 1, // key index and depth, a nibble each
  groupKey: 16,
  groupIndex: 1,
  groupCounter: 4,
  epoch: 2,
  reason: 1,
  mac: 8,
} as const;
export type Field = keyof typeof OCTETS;

/** KDF(key, fields): K_NR and S_N. A subkey is KDF(key, label) with nothing behind the label. */
export const derivations = {
  pairwise: { label: 7, under: 'derive', fields: ['label', 'N', 'R', 'A', 'ctr', 'r0', 'r1'] },
  session: { label: 8, under: 'session', fields: ['label', 'N', 'r0', 'r1'] },
} as const satisfies Record<string, Derivation>;

export const subkeys = { request: 1, derive: 2, seal: 3, link: 4, session: 5, data: 6 } as const;
export type Subkey = keyof typeof subkeys;

interface Derivation {
  label: number;
  under: Subkey;
  fields: readonly Field[];
}

/** A message that ends in a MAC-64 under a request subkey. */
export interface Maced {
  type: number;
  clear: readonly Field[];
  mac: readonly Field[];
}

/** A message whose end is sealed. Nonce: EUI-64 of the sealer, seq, 0x80 + type. */
export interface Sealed {
  type: number;
  clear: readonly Field[];
  /** Associated data behind the clear octets: sealer and receiver first. */
  ends: readonly Field[];
  /** What takes the place of seq in the nonce: a field, or 0. */
  seq: 'seq' | 0;
  inner: readonly Field[];
}

export const maced = {
  REQUEST: {
    type: 3,
    clear: ['head', 'routers', 'nsCtr', 'r0'],
    mac: ['head', 'count', 'nsCtr', 'r0', 'N', 'A', 'routers'],
  },
  REJECT: { type: 6, clear: ['head', 'reason', 'ctr'], mac: ['head', 'reason', 'ctr', 'N'] },
} as const satisfies Record<string, Maced>;

export const sealed = {
  APPROVAL: {
    type: 4,
    clear: ['head', 'index', 'seq'],
    ends: ['A', 'R'],
    seq: 'seq',
    inner: ['N', 'nShort', 'ctr', 'key', 'r1', 'life', 'depth'],
  },
  NOTICE: {
    type: 5,
    clear: ['head', 'r1'],
    ends: ['R', 'N'],
    seq: 0,
    inner: ['life', 'indexDepth', 'groupKey', 'groupIndex', 'groupCounter'],
  },
  ATTACHED: {
    type: 7,
    clear: ['head', 'index', 'nHandle', 'aHandle', 'seq'],
    ends: ['R', 'B', 'N', 'A'],
    seq: 'seq',
    inner: ['ctr', 'depth'],
  },
  REVOKE: { type: 9, clear: ['head', 'index', 'seq'], ends: ['B', 'R'], seq: 'seq', inner: ['X', 'epoch'] },
  REVOKED: { type: 10, clear: ['head', 'index', 'seq'], ends: ['R', 'B'], seq: 'seq', inner: ['X', 'epoch'] },
  /** It is there for its nonce and its tag: the UP around it has the route. */
  ROUTE: { type: 11, clear: ['head', 'index', 'seq'], ends: ['R', 'B'], seq: 'seq', inner: [] },
  ACK: { type: 8, clear: ['head', 'index', 'seq'], ends: ['B', 'R'], seq: 'seq', inner: ['nHandle', 'ctr'] },
} as const satisfies Record<string, Sealed>;

/**
 * Data that is sealed end to end, under data(S_N); `kind` is its head. The models speak of keys and not of what is done with
 * them, but its octets are held to the code like the others. Nonce: EUI-64 of the sealer, seq, 0x80.
 */
export const sealedData = {
  'Reading, sealed': { kind: 9, ends: ['N', 'B'] },
  'Data down, sealed': { kind: 12, ends: ['B', 'N'] },
} as const satisfies Record<string, { kind: number; ends: readonly Field[] }>;
export const DATA_CLEAR = ['head', 'index', 'seq'] as const satisfies readonly Field[];
