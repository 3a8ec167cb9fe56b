// SPDX-License-Identifier: Apache-2.0
// Asks eprover: is what a claim excludes refuted by the clauses (an attack), or is their set saturated without (none exists)?

import { spawnSync } from 'node:child_process';
import { pathOf } from '../tools.ts';

export type Verdict = 'attack' | 'none';

/**
 * Literal selection and ordering under which these clauses saturate: of the negative literals the greatest, so that a rule
 * resolves with what an attacker can make of its messages, never with all that he can make.
 */
const STRATEGY = ['--literal-selection-strategy=SelectMaxLComplex', '--term-ordering=KBO6'];

/** @throws where the prover ends without a verdict. @param seconds of processor time. */
export function prove(clauses: string, seconds = 25): Verdict {
  const limits = [`--cpu-limit=${seconds}`, '--memory-limit=1500'];
  const run = spawnSync(pathOf('eprover'), ['--silent', ...limits, ...STRATEGY], { input: clauses, encoding: 'utf8' });
  const status = /SZS status (\w+)/.exec(run.stdout)?.[1];
  if (status === 'Unsatisfiable') return 'attack';
  if (status === 'Satisfiable') return 'none';
  throw new Error(`expected a proof or a saturated set, got ${status ?? 'nothing'}: ${run.stderr.trim()}`);
}
