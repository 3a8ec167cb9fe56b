// SPDX-License-Identifier: Apache-2.0
// From a name or a path to a scenario that holds together; every fault names the file, the place, what was expected, what
// came.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { inRepository } from '../root.ts';
import { UsageError } from '../errors.ts';
import { describeIssue, faultLines } from '../faults.ts';
import { checkScenario } from './check.ts';
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

/**
 * @param data parsed JSON. @param file its name, for the messages.
 * @throws UsageError that lists every fault, one a line.
 */
export function parseScenario(data: unknown, file: string): Scenario {
  const parsed = scenarioSchema.safeParse(data, { reportInput: true });
  const faults = parsed.success ? checkScenario(parsed.data) : parsed.error.issues.map(describeIssue);
  if (faults.length > 0) {
    throw new UsageError(faultLines(faults, file));
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
