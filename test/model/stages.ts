// SPDX-License-Identifier: Apache-2.0
// What Horn clauses cannot say: order, counters, loss, reboots; each stage is a part of KEMP with few runs of everything. The network
// is the attacker: what was ever sent may be delivered never, late, twice, or to another. Keys are not guessed (first-order.ts
// shows that), so only a captured node adds messages. `mutants` are what the profile says must break, with the rule changed.

import { facts, rule, type Change, type Stage } from './maude.ts';
import { symbols } from './symbols.ts';
import { Terms } from './terms.ts';

const t = new Terms(symbols(), 'net');

/** N's run with counter C, at B. B's r1 is a function of the run, since a ctr is granted once. */
const base = { A: 'b', B: 'b', N: 'n', R: 'r', list: 'l1(r)', ctr: 'C', r0: 'r0(C)', r1: 'r1(C)', depth: '0' };
const run = { ...base, mode: 'm0', ns: 's0' };
const key = t.pairwise('ltk(n)', run);
const request = t.maced('REQUEST', 'ltk(n)', run);
const approval = (seq: string): string[] => t.sealed('APPROVAL', 'session(I)', { ...run, key, seq });
const notice = (groupKey: string): string[] => t.sealed('NOTICE', key, { ...run, groupKey });
const frame = (secret: string, sender: string, receiver: string): string[] =>
  t.sealed('FRAME', secret, { sender, receiver, payload: 'data' });
const up = frame(key, 'n', 'r');
const down = frame(key, 'r', 'n');
const otherRun = (parts: readonly string[]): string[] => parts.map((part) => part.replaceAll(/\bC\b/g, 'D'));

/** The part of a sealed message that is not clear. */
const sealedPart = (parts: readonly string[]): string => parts[parts.length - 1];

/** What N does in a centralised run: it has one open run, and a new one closes it. nX(I): it may do I more X. */
const nodeRules = {
  ask: rule([], 'nRuns(s I) nCounter(C) nIdle', ['nRuns(I) nCounter(s C) nOpen(C)', ...request]),
  askAnew: rule([], 'nRuns(s I) nCounter(C) nOpen(J)', ['nRuns(I) nCounter(s C) nOpen(C)', ...request]),
  take: rule(notice('gk(G)'), 'nOpen(C)', ['nIdle nInstalled(C)', ...up]),
};

/** Grants: one node, one router, B; keys end, group keys change, R and B reboot with and without their session. */
export const grants: Stage = {
  name: 'grants',
  rules: {
    ...nodeRules,
    // The answer to a repeated REQUEST is the same octets, and `net` has those still.
    grant: rule(
      [...request, 'bSession(I)'],
      'bCounter(D) bSeq(Q)',
      ['bCounter(s C) bSeq(s Q)', ...approval('Q')],
      'D <= C',
    ),
    install: rule(
      [...approval('Q'), 'rSession(I) rGroup(G)'],
      'rFloor(F)',
      ['rFloor(s Q) rTentative(C) rInstalled(C)', ...notice('gk(G)')],
      'F <= Q',
    ),
    commit: rule(up, 'rTentative(C)', ['rLive(C)', ...down]),
    forget: rule([], 'rTentative(C)', 'none'),
    end: rule([], 'rEnds(s I) rLive(C)', 'rEnds(I) rDead(C)'),
    regroup: rule([], 'rRegroups(s I) rGroup(G)', 'rRegroups(I) rGroup(s G)'),
    reboot: rule([], 'rReboots(s I) rFloor(F) rLive(C)', 'rReboots(I) rFloor(F) rDead(C)'),
    rejoin: rule(
      [],
      'rRejoins(s J) rSession(I) bSession(I) rFloor(F) bSeq(Q) rLive(C)',
      'rRejoins(J) rSession(s I) bSession(s I) rFloor(0) bSeq(0) rDead(C)',
    ),
    rebootBase: rule([], 'bReboots(s I) bSeq(Q)', 'bReboots(I) bSeq(Q)'),
    // Not in the protocol; mutants put rules here.
    sealAgain: '',
    noticeAgain: '',
  },
  start: facts(
    'nRuns(3) nCounter(0) nIdle bCounter(0) bSeq(0) bSession(0) bReboots(1)',
    'rSession(0) rFloor(0) rGroup(0) rEnds(1) rRegroups(1) rReboots(1) rRejoins(1)',
  ),
  bad: {
    'N installs a key twice': ['nInstalled(C) nInstalled(C)', ''],
    'R installs a key twice': ['rInstalled(C) rInstalled(C)', ''],
    'a dead key lives': ['rDead(C) rLive(C)', ''],
    'two NOTICEs, one nonce': [facts(sealedPart(notice('gk(G)')), sealedPart(notice('gk(H)'))), 'not (G == H)'],
    'two APPROVALs, one nonce': [facts(sealedPart(approval('Q')), sealedPart(otherRun(approval('Q')))), 'not (C == D)'],
  },
  good: ['nInstalled(1) rLive(1)', ''],
};

/** B seals the stored answer of the run anew. @param from state in which it does. */
const sealAgain = (from: string): string =>
  rule([...request, from], 'bCounter(s C) bSeq(Q)', ['bCounter(s C) bSeq(s Q)', ...approval('Q')]);

const epoch = { ...base, mode: 'removed', X: 'n', epoch: 'E' };
const revoke = (e: string, seq: string): string[] => t.sealed('REVOKE', 'session(0)', { ...epoch, epoch: e, seq });
const revoked = (e: string, seq: string): string[] => t.sealed('REVOKED', 'session(0)', { ...epoch, epoch: e, seq });
const approvalNow = (seq: string): string[] => t.sealed('APPROVAL', 'session(0)', { ...run, key, seq });

/** Revocation: N is removed, enrolled again, removed again; keys are in slots here, 0 is an empty one. */
export const revocation: Stage = {
  name: 'revocation',
  rules: {
    ...nodeRules,
    grant: rule(
      [...request, 'bMember'],
      'bCounter(D) bSeq(Q)',
      ['bCounter(s C) bSeq(s Q)', ...approvalNow('Q')],
      'D <= C',
    ),
    install: rule(
      approvalNow('Q'),
      'rFloor(F) rTentative(J)',
      ['rFloor(s Q) rTentative(C)', ...notice('gk(0)')],
      'F <= Q',
    ),
    commit: rule(up, 'rTentative(C) rLive(J) rStored(H)', ['rTentative(0) rLive(C) rStored(C)', ...down]),
    revoke: rule([], 'bRevokes(s I) bMember bEpoch(E) bSeq(Q)', [
      'bRevokes(I) bGone bWaits(s E) bEpoch(s E) bSeq(s Q)',
      ...revoke('s E', 'Q'),
    ]),
    revokeAgain: rule('bWaits(E)', 'bRepeats(s I) bSeq(Q)', ['bRepeats(I) bSeq(s Q)', ...revoke('E', 'Q')]),
    obey: rule(
      revoke('E', 'Q'),
      'rFloor(F) rTentative(I) rLive(J) rStored(H) rSeq(P)',
      ['rFloor(s Q) rTentative(0) rLive(0) rStored(0) rSeq(s P)', ...revoked('E', 'P')],
      'F <= Q',
    ),
    believe: rule(revoked('E', 'P'), 'bWaits(E) bFloor(F)', 'bDone(E) bFloor(s P)', 'F <= P'),
    enrol: rule([], 'bEnrols(s I) bGone bDone(E)', 'bEnrols(I) bMember'),
    // A power cut: RAM is lost, flash is not.
    reboot: rule('rStored(H)', 'rReboots(s I) rTentative(C) rLive(J)', 'rReboots(I) rTentative(0) rLive(H)'),
  },
  start: facts(
    'nRuns(3) nCounter(1) nIdle bCounter(0) bSeq(0) bFloor(0) bMember bEpoch(0) bRevokes(2) bRepeats(1) bEnrols(1)',
    'rFloor(0) rSeq(0) rTentative(0) rLive(0) rStored(0) rReboots(1)',
  ),
  bad: {
    'B is told of a deletion, and R holds a key': ['bGone bDone(E) rLive(s C)', ''],
    'B is told of a deletion, and R is about to hold a key': ['bGone bDone(E) rTentative(s C)', ''],
  },
  good: ['bDone(2) rLive(0)', ''],
};

/** Routers are numbers here; p introduced N to each. */
const there = { ...base, mode: 'm1', A: 'p', R: 'R', depth: '1' };
const attached = (seq: string): string[] => t.sealed('ATTACHED', 'session(R)', { ...there, seq });
const ack = (seq: string): string[] => t.sealed('ACK', 'session(R)', { ...there, seq });

/** Attachment: N is introduced to router 1, to 2, and to 1 again, by runs 1, 2, 3; ATTACHED and its ACK are lost or late. */
export const attachment: Stage = {
  name: 'attachment',
  rules: {
    move: rule([], 'nMove(R,C) nNext(C)', 'nNext(s C) rProvisional(R,C)'),
    tell: rule('rProvisional(R,C)', 'rTells(s I) rSeq(R,Q)', ['rTells(I) rSeq(R,s Q)', ...attached('Q')]),
    believe: rule(
      attached('Q'),
      'bFloor(R,F) bSeq(R,P) bBelief(D) bHolder(C,I)',
      ['bFloor(R,s Q) bSeq(R,s P) bBelief(C) bBelieved(C) bHolder(C,1)', ...ack('P')],
      'F <= Q and D < C',
    ),
    note: rule(
      attached('Q'),
      'bFloor(R,F) bSeq(R,P) bBelief(D) bHolder(C,I)',
      ['bFloor(R,s Q) bSeq(R,s P) bBelief(D) bHolder(C,1)', ...ack('P')],
      'F <= Q and C <= D',
    ),
    settle: rule(ack('P'), 'rProvisional(R,C)', 'rFull(C)'),
  },
  start: facts(
    'nMove(1,1) nMove(2,2) nMove(1,3) nNext(1) rTells(5) rSeq(1,0) rSeq(2,0)',
    'bFloor(1,0) bFloor(2,0) bSeq(1,0) bSeq(2,0) bBelief(0) bHolder(1,0) bHolder(2,0) bHolder(3,0)',
  ),
  bad: {
    'B falls back to an older attachment': ['bBelief(C) bBelieved(D)', 'C < D'],
    'a key for its full life that B does not know of': ['rFull(C) bHolder(C,0)', ''],
  },
  good: ['rFull(1) rFull(2) rFull(3)', ''],
};

const renewal = { ...run, ns: 's1' };
const renew = t.maced('REQUEST', 'ltk(n)', renewal);
const renewed = t.sealed('NOTICE', t.pairwise('ltk(n)', renewal), { ...renewal, groupKey: 'gk(0)' });

/** Session: N asks for a new S_N, and the answer may be lost. Session C is that of run C; 0 is none. */
export const session: Stage = {
  name: 'session',
  rules: {
    renew: rule([], 'nRenews(s I) nCounter(C) nSession(s J)', [
      'nRenews(I) nCounter(s C) nSession(0) nOpen(C)',
      ...renew,
    ]),
    renewAnew: rule([], 'nRenews(s I) nCounter(C) nOpen(J)', ['nRenews(I) nCounter(s C) nOpen(C)', ...renew]),
    grant: rule(renew, 'bCounter(D) bSession(J)', ['bCounter(s C) bSession(C)', 'net(r1(C))', ...renewed], 'D <= C'),
    take: rule(renewed, 'nOpen(C) nSession(J)', 'nSession(C)'),
  },
  start: 'nRenews(4) nCounter(2) nSession(1) bCounter(2) bSession(1)',
  bad: { 'N listens under a session that B has given up': ['nSession(s I) bSession(J)', 'not (s I == J)'] },
  good: ['nSession(2) bSession(2)', ''],
};

/** K of the refresh that `me` asked for. @param me x, which has the lower EUI-64, or y. */
function refreshOf(me: string, peer: string): { key: string; request: string[]; notice: string[] } {
  const own = { ...base, N: me, R: peer, A: peer, mode: 'm3', list: `l1(${peer})`, ns: 's0', ctr: '1' };
  const values = { ...own, r0: `r0(${me})`, r1: `r1(${me})`, groupKey: 'gk(0)' };
  const made = t.pairwise('older', values);
  return { key: made, request: t.maced('REQUEST', 'older', values), notice: t.sealed('NOTICE', made, values) };
}

/** One end of two crossing refreshes. xHas(older, own, peer's): which keys it holds, 0 or 1. */
function end(me: 'x' | 'y', peer: 'x' | 'y'): Record<string, string> {
  const own = refreshOf(me, peer);
  const other = refreshOf(peer, me);
  const kept = `${me}Has(1,I,J)`;
  const answered = [`${me}Tentative(1)`, ...other.notice];
  return {
    // No run begins with a peer whose key is tentative.
    [`${me}Asks`]: rule([kept, `${me}Tentative(0)`], `${me}Idle`, [`${me}Open`, ...own.request]),
    [`${me}Answers`]: rule([...other.request, kept, `${me}Idle`], `${me}Tentative(0) ${me}Fresh`, answered),
    [`${me}AnswersLater`]: rule([...other.request, kept, `${me}Closed`], `${me}Tentative(0) ${me}Fresh`, answered),
    // While its own run is open: the lower ignores the other's, the higher drops its own.
    [`${me}AnswersOpen`]:
      me === 'x'
        ? ''
        : rule([...other.request, kept], `${me}Open ${me}Tentative(0) ${me}Fresh`, [`${me}Closed`, ...answered]),
    [`${me}Takes`]: rule(own.notice, `${me}Open ${me}Has(H,0,J)`, [
      `${me}Closed ${me}Has(H,1,J)`,
      ...frame(own.key, me, peer),
    ]),
    [`${me}Commits`]: rule(frame(other.key, peer, me), `${me}Tentative(1) ${me}Has(H,I,J)`, [
      `${me}Tentative(0) ${me}Has(0,0,1)`,
      ...frame(other.key, me, peer),
    ]),
    [`${me}Proves`]: rule(frame(own.key, peer, me), `${me}Has(H,1,J) ${me}Unproved`, `${me}Has(0,1,0)`),
    [`${me}Forgets`]: rule([], `${me}Tentative(1)`, `${me}Tentative(0)`),
  };
}

/** Crossing: both ends refresh one key at once. */
export const crossing: Stage = {
  name: 'crossing',
  rules: { ...end('x', 'y'), ...end('y', 'x') },
  start: facts('xIdle xFresh xUnproved xTentative(0) xHas(1,0,0)', 'yIdle yFresh yUnproved yTentative(0) yHas(1,0,0)'),
  bad: { 'no key in common': ['xHas(C,D,F) yHas(G,H,I)', 'C * G + D * I + F * H == 0'] },
  good: ['xHas(0,1,0) yHas(0,0,1)', ''],
};
const xAnswersOpen = rule([...refreshOf('y', 'x').request, 'xOpen', 'xHas(1,I,J)'], 'xTentative(0) xFresh', [
  'xTentative(1)',
  ...refreshOf('y', 'x').notice,
]);
const yAnswersOpen = rule([...refreshOf('x', 'y').request, 'yOpen', 'yHas(1,I,J)'], 'yTentative(0) yFresh', [
  'yTentative(1)',
  ...refreshOf('x', 'y').notice,
]);

/** What a captured previous router c says of N: any depth D, and a key that it knows. */
const said = {
  ...base,
  mode: 'm1',
  A: 'c',
  ctr: '1',
  key: 'made',
  r1: 'r1(c)',
  depth: 'D',
  seq: '0',
  groupKey: 'gk(0)',
};
const saidApproval = t.sealed('APPROVAL', 'shared', said);
const saidNotice = t.sealed('NOTICE', 'made', said);
const saidUp = frame('made', 'n', 'r');
const saidAttached = t.sealed('ATTACHED', 'session(r)', { ...said, seq: '0' });

/** Introduction by a captured router. N is at depth 1 there; the limit is 3. rHolds: 0, or depth and maker (0: B) of R's key with N. */
export const introduction: Stage = {
  name: 'introduction',
  rules: {
    lie: rule([], 'cLies(s I)', ['cLies(I)', ...saidApproval.map((part) => part.replaceAll(/\bD\b/g, 'I'))]),
    pose: rule([], 'cPoses(s I)', ['cPoses(I)', ...saidUp]),
    central: rule([], 'bGrants(s I) rHeld(0)', 'bGrants(I) rHeld(1) rCentral'),
    install: rule([...saidApproval, 'rHeld(0)'], 'rFresh', [`rTentative(D)`, ...saidNotice], '0 < D and D <= 3'),
    take: rule(saidNotice, 'nOpen nDepth(I)', ['nDepth(I) nTook(D)', ...saidUp], 'D == s I'),
    commit: rule(saidUp, 'rTentative(D) rHeld(0)', ['rHeld(1) rHeldOf(D)', ...saidAttached]),
    believe: rule(saidAttached, 'bDepth(I) bOpen', 'bDepth(I) bBelieves(D)', 'D == s I'),
  },
  start: 'cLies(5) cPoses(1) bGrants(1) rHeld(0) rFresh nOpen nDepth(1) bDepth(1) bOpen',
  bad: {
    'N believes a false depth': ['nTook(D)', 'not (D == 2)'],
    'B believes a false depth': ['bBelieves(D)', 'not (D == 2)'],
    'a live key of B is displaced': ['rCentral rHeldOf(D)', ''],
  },
  good: ['nTook(2) bBelieves(2)', ''],
};

export const STAGES: readonly Stage[] = [grants, revocation, attachment, session, crossing, introduction];

export interface Mutant {
  name: string;
  stage: Stage;
  change: Change;
  breaks: string;
}

const without = (stage: Stage, name: string, condition: string): Change => {
  const text = stage.rules[name];
  if (!text.includes(condition)) throw new Error(`expected ${condition} in ${name} of ${stage.name}, got ${text}`);
  return { [name]: text.replace(condition, 'true') };
};
const replaced = (stage: Stage, name: string, from: string, to: string): Change => {
  const text = stage.rules[name];
  if (!text.includes(from)) throw new Error(`expected ${from} in ${name} of ${stage.name}, got ${text}`);
  return { [name]: text.replace(from, to) };
};

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'N installs one NOTICE twice',
    stage: grants,
    change: replaced(grants, 'take', 'nIdle nInstalled(C)', 'nOpen(C) nInstalled(C)'),
    breaks: 'N installs a key twice',
  },
  {
    name: 'R installs one seq twice',
    stage: grants,
    change: replaced(grants, 'install', 'rFloor(s Q)', 'rFloor(Q)'),
    breaks: 'R installs a key twice',
  },
  { name: 'no seq', stage: grants, change: without(grants, 'install', 'F <= Q'), breaks: 'a dead key lives' },
  {
    name: 'NOTICE sealed anew',
    stage: grants,
    change: { noticeAgain: rule([...approval('Q'), 'rSession(I) rGroup(G) rTentative(C)'], '', notice('gk(G)')) },
    breaks: 'two NOTICEs, one nonce',
  },
  {
    name: 'APPROVAL sealed anew',
    stage: grants,
    change: { sealAgain: sealAgain('bSession(I)') },
    breaks: 'R installs a key twice',
  },
  {
    name: 'a dead key revived by a replayed REQUEST, after R has a new session',
    stage: grants,
    change: { sealAgain: sealAgain('bSession(s J)').replaceAll('session(I)', 'session(s J)') },
    breaks: 'a dead key lives',
  },
  {
    name: "R's receive floor lost in a reboot",
    stage: grants,
    change: replaced(grants, 'reboot', 'rReboots(I) rFloor(F)', 'rReboots(I) rFloor(0)'),
    breaks: 'a dead key lives',
  },
  {
    name: "B's seq lost in a reboot",
    stage: grants,
    change: replaced(grants, 'rebootBase', 'bReboots(I) bSeq(Q)', 'bReboots(I) bSeq(0)'),
    breaks: 'two APPROVALs, one nonce',
  },
  {
    name: 'crossing runs without the tie rule',
    stage: crossing,
    change: { xAnswersOpen, yAnswersOpen },
    breaks: 'no key in common',
  },
  {
    name: 'S_N replaced while NOTICE is lost: N keeps the old one until then',
    stage: session,
    change: replaced(session, 'renew', 'nSession(0)', 'nSession(s J)'),
    breaks: 'N listens under a session that B has given up',
  },
  {
    name: "a captured Rp's depth lie believed by N",
    stage: introduction,
    change: without(introduction, 'take', 'D == s I'),
    breaks: 'N believes a false depth',
  },
  {
    name: "a captured Rp's depth lie believed by B",
    stage: introduction,
    change: without(introduction, 'believe', 'D == s I'),
    breaks: 'B believes a false depth',
  },
  {
    name: 'a live key displaced',
    stage: introduction,
    change: {
      install: introduction.rules.install.replaceAll('rHeld(0)', 'rHeld(I)'),
      commit: introduction.rules.commit.replaceAll('rHeld(0)', 'rHeld(I)'),
    },
    breaks: 'a live key of B is displaced',
  },
  {
    name: 'ATTACHED without ctr',
    stage: attachment,
    change: without(attachment, 'believe', 'D < C'),
    breaks: 'B falls back to an older attachment',
  },
  {
    name: 'ATTACHED without ACK',
    stage: attachment,
    change: { settle: rule([], 'rProvisional(R,C)', 'rFull(C)') },
    breaks: 'a key for its full life that B does not know of',
  },
  {
    name: 'REVOKED without epoch',
    stage: revocation,
    change: { believe: revocation.rules.believe.replace('bWaits(E)', 'bWaits(D)').replace('bDone(E)', 'bDone(D)') },
    breaks: 'B is told of a deletion, and R holds a key',
  },
  {
    name: 'deletion lost in a power cut',
    stage: revocation,
    change: replaced(revocation, 'obey', 'rLive(0) rStored(0)', 'rLive(0) rStored(H)'),
    breaks: 'B is told of a deletion, and R holds a key',
  },
  {
    name: 'REVOKE through a replay window: an APPROVAL sealed before it is taken after it',
    stage: revocation,
    change: replaced(revocation, 'install', 'F <= Q', 'F <= s s Q'),
    breaks: 'B is told of a deletion, and R holds a key',
  },
];
