// SPDX-License-Identifier: Apache-2.0
// The roles of KEMP as Horn clauses, for runs without number. h(...) are honest nodes and routers alike, b the base station,
// d(...) are captured nodes, whose keys the attacker has; every honest one plays every role, with everyone, at once.
//
// Approximations, all on the safe side (they may show a false attack, never hide a true one):
// - an event once possible stays possible: counters, deletion and order are not here (stages.ts has them), so ctr is a public
//   value that may come again, and r0 alone is fresh: r0(N, run, ...), one for each run;
// - the authority's r1 and seq are functions of the request they answer;
// - routes, relays, envelopes are the attacker; time, lengths and depth are left out.
// Keys that exist before an introduction or a refresh are constants k(X, Y, any), as many as one likes, in every role of both
// ends; that what these runs make is as good is what the claims say, so the chain follows by induction (docs/security.md).

import { Horn } from './horn.ts';
import type { Symbols } from './symbols.ts';
import type { Values } from './terms.ts';

/** Every value of a kind but the ones that a claim is about: h(o(X)) is any other honest node, o(X) any other number. */
const DOMAINS: Record<string, readonly string[]> = {
  name: ['b', 'd(X)', 'h(n)', 'h(p)', 'h(r)', 'h(o(X))'],
  mode: ['m0', 'm1', 'm2', 'm3'],
  ctr: ['c0', 'o(X)'],
  run: ['i0', 'o(X)'],
  bit: ['s0', 's1'],
};

/** Every value of a kind but this one. */
function others(kind: string, value: string): string[] {
  if (kind !== 'list') return DOMAINS[kind].filter((one) => one !== value);
  const [, form, routers] = /^(l[12])\((.*)\)$/.exec(value)!;
  const [first, second = ''] = routers.split(/,(?=\w\()/);
  const names = (name: string, list: (name: string) => string): string[] => others('name', name).map(list);
  if (form === 'l1') return ['l2(X,Z)', ...names(first, (name) => `l1(${name})`)];
  return ['l1(X)', ...names(first, (name) => `l2(${name},Z)`), ...names(second, (name) => `l2(Z,${name})`)];
}

/** Events that an agreement is about: who, with whom, by whose authority, mode, ctr. */
const EVENTS = {
  request: ['name', 'name', 'mode', 'list', 'bit', 'ctr'], // N, A: N asks
  grant: ['name', 'name', 'name', 'mode', 'ctr'], // N, R, A: A grants
  run: ['name', 'run'], // N: its REQUEST of this run goes out; r0 is known even without
  notice: ['name', 'name', 'name', 'mode', 'ctr'], // N, R, A: R answers
  confirm: ['name', 'name', 'name', 'mode', 'ctr'], // N, R, A: N uses the key
  commit: ['name', 'name', 'name', 'mode', 'ctr'], // N, R, A: R commits the key
  revoke: ['name', 'name', 'ctr'], // X, R, epoch: B revokes X at R
  deletion: ['name', 'name', 'ctr'], // X, R, epoch: R deletes what it holds with X
} as const;
export type Event = keyof typeof EVENTS;

export interface Setting {
  symbols: Symbols;
  /** R commits a key without N's first frame. */
  noConfirm?: boolean;
  /** Keys just made serve as older keys: the whole chain. Such a model has attacks to find; without them it never ends. */
  chain?: boolean;
  /** This event never happens with these values: what follows from it elsewhere is a broken agreement. */
  blocked?: { event: Event; values: readonly string[] };
}

/** The clauses of a network, without a goal. */
export function network(setting: Setting): Horn {
  const h = new Horn(setting.symbols);
  const { blocked } = setting;
  /** `event` as a condition: true of every tuple but the blocked one. */
  const may = (event: Event, ...values: string[]): string[] =>
    blocked?.event === event ? [`may(${values.join(',')})`] : [];
  if (blocked !== undefined) {
    const kinds = EVENTS[blocked.event];
    blocked.values.forEach((value, at) => {
      for (const other of others(kinds[at], value)) {
        h.rule([`may(${kinds.map((_, i) => (i === at ? other : `Y${i}`)).join(',')})`]);
      }
    });
  }

  h.rule(['att(ltk(d(X)))', 'att(gk(d(X)))', 'att(z)']);
  h.rule(['distribution(m1)', 'distribution(m2)']);
  h.rule(['member(R,l1(R))', 'member(R,l2(R,Q))', 'member(Q,l2(R,Q))']);

  centralised(h, may);
  olderKeys(h, setting);
  distribution(h, may);
  refresh(h, may);
  bothEnds(h, setting, may);
  revocation(h, may);
  return h;
}

type May = (event: Event, ...values: string[]) => string[];

/** Bootstrap: N asks B for keys with one router or two. Also where S_N, and so every APPROVAL of B, comes from. */
function centralised(h: Horn, may: May): void {
  const names = { mode: 'm0', A: 'b', B: 'b', N: 'N', R: 'R', list: 'L', ctr: 'C' };
  const [node, own] = ['h(N)', 'ltk(h(N))'];
  for (const ns of ['s0', 's1']) {
    const atN = { ...names, N: node, ns, r0: `r0(${node},I,m0,b,L,${ns},C)`, r1: 'R1', groupKey: 'G' };
    h.rule([`att(${atN.r0})`]);
    h.rule(h.maced('REQUEST', own, atN), [...may('request', node, 'b', 'm0', 'L', ns, 'C'), ...may('run', node, 'I')]);
    const key = h.pairwise(own, atN);
    const answered = ['member(R,L)', ...h.sealed('NOTICE', key, atN)];
    h.rule([`key(${node},R,b,m0,C,R1,${key},I)`], answered);
    if (ns === 's1') h.rule([`session(${node},${h.session(own, atN)})`], answered);
  }

  const atB = { ...names, ns: 'S', r0: 'R0', r1: 'r1(N,L,S,C,R0)', seq: 'seq(N,R,L,S,C,R0)' };
  h.rule(
    ['granted(N,R,L,S,C,R0)'],
    [...['member(R,L)', ...h.maced('REQUEST', 'ltk(N)', atB)], ...may('grant', 'N', 'R', 'b', 'm0', 'C')],
  );
  h.rule(
    [`sessionatb(N,${h.session('ltk(N)', { ...atB, ns: 's1', r1: 'r1(N,L,s1,C,R0)' })})`],
    ['granted(N,R,L,s1,C,R0)'],
  );
  const key = h.pairwise('ltk(N)', atB);
  h.rule(h.sealed('APPROVAL', 'SK', { ...atB, key }), ['granted(N,R,L,S,C,R0)', 'sessionatb(R,SK)']);
  h.rule([`made(N,R,b,m0,${key})`, 'asked(b,N,m0,L,S,C)'], ['granted(N,R,L,S,C,R0)']);
  h.rule([`tentative(b,N,b,m0,C,${atB.r1},${h.pairwise('ltk(N)', { ...atB, R: 'b' })})`], ['granted(N,b,L,S,C,R0)']);
  const received = { ...names, key: 'K', r1: 'R1', seq: 'Q' };
  h.rule(['tentative(R,N,b,m0,C,R1,K)'], ['session(R,SK)', ...h.sealed('APPROVAL', 'SK', received)]);
}

/** The keys that any two nodes hold already. */
function olderKeys(h: Horn, { chain = false }: Setting): void {
  h.rule(['held(h(X),h(Y),k(X,Y,I))', 'held(h(Y),h(X),k(X,Y,I))', 'held(h(X),b,kb(X,I))', 'held(b,h(X),kb(X,I))']);
  h.rule(['held(h(X),d(Y),kd(X,Y))', 'held(b,d(Y),kd(b,Y))', 'att(kd(X,Y))']);
  if (chain) {
    h.rule(['held(N,R,K)'], ['key(N,R,A,M,C,R1,K,I)']);
    h.rule(['held(R,N,K)'], ['committed(R,N,A,M,C,R1,K)']);
  }
}

/** Predictive (m1) and reactive (m2): the previous router A introduces N to R, both under older keys. */
function distribution(h: Horn, may: May): void {
  const atN = names('M', 'A', 'r0(N,I,M,A,l1(R),s0,C)');
  const begins = ['distribution(M)', 'held(N,A,K)'];
  h.rule([`att(${atN.r0})`], begins);
  h.rule(h.maced('REQUEST', 'K', atN), [
    ...begins,
    ...may('request', 'N', 'A', 'M', 'l1(R)', 's0', 'C'),
    ...may('run', 'N', 'I'),
  ]);
  const key = h.pairwise('K', atN);
  h.rule([`key(N,R,A,M,C,R1,${key},I)`], [...begins, ...h.sealed('NOTICE', key, atN)]);

  const introduces = ['held(A,N,K)', 'held(A,R,K2)', ...may('grant', 'N', 'R', 'A', 'M', 'C')];
  const atA = { ...names('M', 'A', 'R0'), r1: 'r1a(A,N,R,M,C,R0,K,K2)', seq: 'seqa(A,N,R,M,C,R0,K,K2)' };
  h.rule(
    ['introduced(A,N,R,m1,C,R0,K,K2)'],
    [...introduces.map((atom) => atom.replace(',M,', ',m1,')), ...h.maced('REQUEST', 'K', { ...atA, mode: 'm1' })],
  );
  // The new router passes a reactive REQUEST on, link-secured and without a look at it.
  const [r0, mac] = ['R0', 'Mac'];
  const forwarded = { sender: 'R', receiver: 'A', payload: `forward(N,C,${r0},${mac})` };
  h.rule(h.sealed('FRAME', 'K2', forwarded), ['held(R,A,K2)', `att(${r0})`, `att(${mac})`]);
  h.rule(['att(forward(N,C,R0,Mac))'], ['att(R0)', 'att(Mac)']);
  h.rule(['att(R0)', 'att(Mac)'], ['att(forward(N,C,R0,Mac))']);
  h.rule(
    ['introduced(A,N,R,m2,C,R0,K,K2)'],
    [
      ...introduces.map((atom) => atom.replace(',M,', ',m2,')),
      ...h.sealed('FRAME', 'K2', { ...forwarded, payload: h.forwarded('K', { ...atA, mode: 'm2' }) }),
    ],
  );
  const made = h.pairwise('K', atA);
  const done = 'introduced(A,N,R,M,C,R0,K,K2)';
  h.rule(
    [...h.sealed('APPROVAL', 'K2', { ...atA, key: made }), `made(N,R,A,M,${made})`, 'asked(A,N,M,l1(R),s0,C)'],
    [done],
  );
  h.rule(
    ['tentative(R,N,A,M,C,R1,KK)'],
    ['distribution(M)', 'held(R,A,K2)', ...h.sealed('APPROVAL', 'K2', { ...names('M', 'A', ''), key: 'KK', seq: 'Q' })],
  );
}

/** Refresh (m3): R itself is the authority, and N may be either end. */
function refresh(h: Horn, may: May): void {
  const atN = names('m3', 'R', 'r0(N,I,m3,R,l1(R),s0,C)');
  const begins = ['held(N,R,K)'];
  h.rule([`att(${atN.r0})`], begins);
  h.rule(h.maced('REQUEST', 'K', atN), [
    ...begins,
    ...may('request', 'N', 'R', 'm3', 'l1(R)', 's0', 'C'),
    ...may('run', 'N', 'I'),
  ]);
  const key = h.pairwise('K', atN);
  h.rule([`key(N,R,R,m3,C,R1,${key},I)`], [...begins, ...h.sealed('NOTICE', key, atN)]);
  const atR = { ...names('m3', 'R', 'R0'), r1: 'r1r(R,N,C,R0,K)' };
  const made = h.pairwise('K', atR);
  h.rule(
    [`tentative(R,N,R,m3,C,${atR.r1},${made})`, `made(N,R,R,m3,${made})`, 'asked(R,N,m3,l1(R),s0,C)'],
    ['held(R,N,K)', ...may('grant', 'N', 'R', 'R', 'm3', 'C'), ...h.maced('REQUEST', 'K', atR)],
  );
}

/** What R and N do in every mode once R has the key: NOTICE, CONFIRM, R's first frame, ATTACHED. */
function bothEnds(h: Horn, { noConfirm = false }: Setting, may: May): void {
  const run = { mode: 'M', N: 'N', R: 'R', A: 'A', B: 'b', ctr: 'C', r1: 'R1' };
  const tentative = 'tentative(R,N,A,M,C,R1,K)';
  const committed = 'committed(R,N,A,M,C,R1,K)';
  const key = 'key(N,R,A,M,C,R1,K,I)';
  const down = { sender: 'R', receiver: 'N', payload: 'z' };
  const up = { sender: 'N', receiver: 'R', payload: 'z' };
  h.rule(h.sealed('NOTICE', 'K', { ...run, groupKey: 'gk(R)' }), [
    tentative,
    ...may('notice', 'N', 'R', 'A', 'M', 'C'),
  ]);
  h.rule(h.sealed('FRAME', 'K', up), [key, ...may('confirm', 'N', 'R', 'A', 'M', 'C')]);
  h.rule([committed], [tentative, ...(noConfirm ? [] : h.sealed('FRAME', 'K', { ...up, payload: 'X' }))]);
  h.rule(h.sealed('FRAME', 'K', down), [committed, ...may('commit', 'N', 'R', 'A', 'M', 'C')]);
  h.rule(['proved(N,R,A,M,C,R1,K)'], [key, ...h.sealed('FRAME', 'K', { ...down, payload: 'X' })]);
  const attached = { ...run, seq: 'seqr(R,N,A,M,C)' };
  h.rule(h.sealed('ATTACHED', 'SK', attached), [committed, 'session(R,SK)', ...may('commit', 'N', 'R', 'A', 'M', 'C')]);
  h.rule(['believed(N,R,A,M,C)'], ['sessionatb(R,SK)', ...h.sealed('ATTACHED', 'SK', { ...run, seq: 'Q' })]);
}

/** B has every key with X deleted at R. */
function revocation(h: Horn, may: May): void {
  const values = { mode: 'M', B: 'b', R: 'R', X: 'X', epoch: 'E', seq: 'Q' };
  const [atB, atR] = ['sessionatb(R,SK)', 'session(R,SK)'];
  h.rule(h.sealed('REVOKE', 'SK', { ...values, seq: 'seqv(R,M,X,E)' }), [atB, ...may('revoke', 'X', 'R', 'E')]);
  const deleted = [atR, ...h.sealed('REVOKE', 'SK', values)];
  h.rule(['deleted(R,X,E)'], deleted);
  h.rule(h.sealed('REVOKED', 'SK', { ...values, seq: 'seqd(R,M,X,E)' }), [
    ...deleted,
    ...may('deletion', 'X', 'R', 'E'),
  ]);
  h.rule(['done(R,X,E)'], [atB, ...h.sealed('REVOKED', 'SK', values)]);
}

/** Values of a run of one router under an older key. */
function names(mode: string, authority: string, r0: string): Values {
  return { mode, A: authority, N: 'N', R: 'R', list: 'l1(R)', ns: 's0', ctr: 'C', r0, r1: 'R1', groupKey: 'G' };
}
