// SPDX-License-Identifier: Apache-2.0
// What provisioning would have written into each mote's flash.

import * as records from '../../firmware/records.ts';
import { identityRecord, nodeRecord, registryRecord } from '../provision/records.ts';
import type { Flash } from '../provision/records.ts';
import { longTermKey } from '../scenario/identity.ts';
import type { Scenario, ScenarioMote } from '../scenario/schema.ts';

export { DOCUMENTATION_OUI } from '../provision/records.ts';
export type { Flash } from '../provision/records.ts';

/** @returns flash of `mote` before its first start; the base station's also holds one record a node, in file order. */
export function provision(scenario: Scenario, seed: number, mote: ScenarioMote): Flash {
  const base = scenario.motes.find((other) => other.role === 'base')!;
  const key = mote === base ? undefined : longTermKey(mote, seed);
  const flash: Flash = new Map([[records.RECORD_IDENTITY, identityRecord(scenario, mote, base, key)]]);
  if (mote === base) {
    const nodes = scenario.motes.filter((other) => other !== base);
    flash.set(records.RECORD_REGISTRY, registryRecord(nodes.length));
    nodes.forEach((node, i) => flash.set(records.RECORD_NODE + i, nodeRecord(node, longTermKey(node, seed))));
  }
  return flash;
}
