// SPDX-License-Identifier: Apache-2.0
// From a name or a path to a scenario that holds together; every fault names the file, the place, what was expected, what
// came.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { inRepository } from '../root.ts';
import { UsageError } from '../errors.ts';
import { checkScenario } from './check.ts';
import type { Fault } from './check.ts';
import { scenarioSchema } from './schema.ts';
import type { Scenario } from './schema.ts';

const FOLDER = 'scenarios';

/** @returns names of the scenarios that come with the repository. */
export function shippedScenarios(): string[] {
  return readdirSync(inRepository(FOLDER))
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort();
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

function describeIssue(issue: z.core.$ZodIssue): Fault {
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

/**
 * @param data parsed JSON. @param file its name, for the messages.
 * @throws UsageError that lists every fault, one a line.
 */
export function parseScenario(data: unknown, file: string): Scenario {
  const parsed = scenarioSchema.safeParse(data, { reportInput: true });
  const faults = parsed.success ? checkScenario(parsed.data) : parsed.error.issues.map(describeIssue);
  if (faults.length > 0) {
    const lines = faults.map((fault) => `${file}: ${place(fault.path)}: ${fault.message}, got ${shown(fault.input)}`);
    throw new UsageError(lines.join('\n'));
  }
  return parsed.data!;
}

/**
 * @param name one of shippedScenarios(), or the path of a JSON file.
 * @throws UsageError if there is none, it is no JSON, or it does not hold together.
 */
export function loadScenario(name: string): Scenario {
  const shipped = inRepository(FOLDER, `${name}.json`);
  const file = existsSync(shipped) && /^[a-z-]+$/.test(name) ? shipped : name;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    const names = shippedScenarios().join(', ');
    throw new UsageError(`expected a scenario (${names}) or the path of a scenario file, got ${name}`);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: expected JSON, got ${(error as Error).message}`);
  }
  return parseScenario(data, file);
}
