// SPDX-License-Identifier: Apache-2.0
// What is wrong with a file of the user's: the place, what was expected, what came.

import type { z } from 'zod';

export interface Fault {
  /** Where, as zod writes it. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** What came. */
  readonly input: unknown;
}

/** motes[2].eui64, as one would write it in JavaScript. */
function place(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}

function shown(input: unknown): string {
  const text = input === undefined ? 'nothing' : JSON.stringify(input);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** @returns what zod found, as expected and got. Parse with `reportInput: true`. */
export function describeIssue(issue: z.core.$ZodIssue): Fault {
  const { path, input } = issue;
  if (issue.code === 'unrecognized_keys') {
    return { path, message: 'expected only known fields', input: issue.keys };
  }
  if (issue.code === 'invalid_value') {
    return { path, message: `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`, input };
  }
  const message = issue.message.startsWith('expected') ? issue.message : issue.message.replace(/^.*?: /, '');
  return { path, message: message.replace(/, received .*$/, ''), input };
}

/** @returns one line a fault, each with the file's name. */
export function faultLines(faults: readonly Fault[], file: string): string {
  return faults.map((fault) => `${file}: ${place(fault.path)}: ${fault.message}, got ${shown(fault.input)}`).join('\n');
}
