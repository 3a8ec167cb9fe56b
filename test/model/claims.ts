// SPDX-License-Identifier: Apache-2.0
// What is claimed of every run between honest h(n) and h(r), by mode, and which changes of the protocol break which claim.

import type { Event, Setting } from './first-order.ts';
import * as edit from './symbols.ts';

export interface Claim {
  name: string;
  /** What can never be ... */
  never: readonly string[];
  /** ... and what, without the attacker's part of it, happens in an honest run: a claim about nothing claims nothing. */
  happens: readonly string[];
  blocked?: { event: Event; values: readonly string[] };
}

/** Mode and authority of the runs that claims speak of. */
export const RUNS = {
  centralised: { mode: 'm0', authority: 'b' },
  predictive: { mode: 'm1', authority: 'h(p)' },
  reactive: { mode: 'm2', authority: 'h(p)' },
  refresh: { mode: 'm3', authority: 'h(r)' },
} as const;
export type Mode = keyof typeof RUNS;

export function claims(mode: Mode, authority: string = RUNS[mode].authority): Record<string, Claim> {
  const m = RUNS[mode].mode;
  const who = ['h(n)', 'h(r)', authority, m, 'c0'];
  const key = (ctr: string, run: string): string => `key(h(n),h(r),${authority},${m},${ctr},R1,K,${run})`;
  const secret = (what: string): Claim => ({ name: '', never: [what, 'att(K)'], happens: [what] });
  const agree = (event: Event, values: readonly string[], what: string): Claim => ({
    name: '',
    never: [what],
    happens: [what],
    blocked: { event, values },
  });
  const all: Record<string, Claim> = {
    'secret at N': secret(key('C', 'I')),
    'secret at R': secret(`committed(h(r),h(n),${authority},${m},C,R1,K)`),
    'secret at A': secret(`made(h(n),h(r),${authority},${m},K)`),
    'N to A': agree(
      'request',
      ['h(n)', authority, m, 'l1(h(r))', 's0', 'c0'],
      `asked(${authority},h(n),${m},l1(h(r)),s0,c0)`,
    ),
    'A to N': agree('grant', who, key('c0', 'I')),
    'A to N, in answer to this r0': agree('run', ['h(n)', 'i0'], key('C', 'i0')),
    'R to N by NOTICE': agree('notice', who, key('c0', 'I')),
    'N to R by CONFIRM': agree('confirm', who, `committed(h(r),h(n),${authority},${m},c0,R1,K)`),
    'R to N by its first frame': agree('commit', who, `proved(h(n),h(r),${authority},${m},c0,R1,K)`),
    'R to B by ATTACHED': agree('commit', who, `believed(h(n),h(r),${authority},${m},c0)`),
  };
  if (mode === 'centralised') {
    const list = 'l2(h(r),h(p))';
    all['N to A, list of two'] = agree(
      'request',
      ['h(n)', 'b', 'm0', list, 's1', 'c0'],
      `asked(b,h(n),m0,${list},s1,c0)`,
    );
    all['B to R by REVOKE'] = agree('revoke', ['h(n)', 'h(r)', 'c0'], 'deleted(h(r),h(n),c0)');
    all['R to B by REVOKED'] = agree('deletion', ['h(n)', 'h(r)', 'c0'], 'done(h(r),h(n),c0)');
    all['S_N secret at N'] = secret('session(h(n),K)');
    all['S_N secret at B'] = secret('sessionatb(h(n),K)');
  }
  for (const [name, claim] of Object.entries(all)) claim.name = `${mode}: ${name}`;
  return all;
}

export const MODES = Object.keys(RUNS) as Mode[];

/** Depth is a matter of order and of limits: stages.ts has it. */
const whole = edit.symbols(['depth']);
export const PROTOCOL: Setting = { symbols: whole };

export interface Mutant {
  name: string;
  setting: Setting;
  /** The claim that it breaks. */
  breaks: Claim;
}

const withoutR0 = edit.macWithout(edit.keyWithout(whole, 'r0'), 'REQUEST', 'r0');
const undirected = edit.boundWithout(edit.boundWithout(whole, 'APPROVAL', 'A', 'R'), 'FRAME', 'sender', 'receiver');

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'R out of the KDF',
    setting: { symbols: edit.keyWithout(whole, 'R') },
    breaks: claims('centralised')['secret at N'],
  },
  {
    name: 'APPROVAL unsealed',
    setting: { symbols: edit.unsealed(whole, 'APPROVAL') },
    breaks: claims('centralised')['secret at N'],
  },
  {
    name: 'APPROVAL unsealed',
    setting: { symbols: edit.unsealed(whole, 'APPROVAL') },
    breaks: claims('predictive')['secret at N'],
  },
  {
    name: 'no CONFIRM',
    setting: { symbols: whole, noConfirm: true },
    breaks: claims('centralised')['N to R by CONFIRM'],
  },
  { name: 'no CONFIRM', setting: { symbols: whole, noConfirm: true }, breaks: claims('reactive')['N to R by CONFIRM'] },
  {
    name: 'no r0',
    setting: { symbols: { ...withoutR0, session: whole.session.filter((n) => n !== 'r0') } },
    breaks: claims('centralised')['A to N, in answer to this r0'],
  },
  {
    name: 'no r0',
    setting: { symbols: { ...withoutR0, session: whole.session.filter((n) => n !== 'r0') } },
    breaks: claims('predictive')['A to N, in answer to this r0'],
  },
  {
    name: 'no MAC in REQUEST',
    setting: { symbols: edit.macUnmade(whole, 'REQUEST') },
    breaks: claims('centralised')['N to A'],
  },
  {
    name: 'no MAC in REQUEST',
    setting: { symbols: edit.macUnmade(whole, 'REQUEST') },
    breaks: claims('reactive')['N to A'],
  },
  {
    name: 'distribution: R out of KDF and REQUEST',
    setting: { symbols: edit.macWithout(edit.keyWithout(whole, 'R'), 'REQUEST', 'list') },
    breaks: claims('predictive')['secret at N'],
  },
  {
    name: 'direction out of APPROVAL and CONFIRM',
    setting: { symbols: undirected },
    breaks: claims('predictive')['N to R by CONFIRM'],
  },
  { name: 'Rp captured', setting: PROTOCOL, breaks: claims('predictive', 'd(c)')['secret at N'] },
  {
    name: 'grandparent captured',
    setting: { symbols: whole, chain: true },
    breaks: claims('predictive')['secret at N'],
  },
];

export const SURVIVORS: readonly { name: string; setting: Setting }[] = [
  { name: 'N out of the KDF', setting: { symbols: edit.keyWithout(whole, 'N') } },
  { name: 'A out of the KDF', setting: { symbols: edit.keyWithout(whole, 'A') } },
  { name: 'mode out of the KDF', setting: { symbols: edit.keyWithout(whole, 'mode') } },
  { name: 'r1 out of the KDF', setting: { symbols: edit.keyWithout(whole, 'r1') } },
  { name: 'labels merged', setting: { symbols: edit.oneLabel(whole) } },
];
