// SPDX-License-Identifier: Apache-2.0
// What provisioning would have written into each mote's flash.

import * as records from '../../firmware/records.ts';
import { euiWords, longTermKey, shortOf } from '../scenario/identity.ts';
import type { Scenario, ScenarioMote } from '../scenario/schema.ts';

/** Storage records by their number, as flash holds them. */
export type Flash = Map<number, Int32Array>;

/** OUI of the examples of IEEE 802, AC-DE-48. */
export const DOCUMENTATION_OUI = 0xacde48;

function identity(scenario: Scenario, seed: number, mote: ScenarioMote, base: ScenarioMote): Int32Array {
  const words = new Int32Array(records.IDENTITY_WORDS);
  words[records.IDENTITY_VERSION] = records.RECORDS_VERSION;
  words.set(euiWords(mote), records.IDENTITY_EUI);
  words[records.IDENTITY_SHORT] = shortOf(mote);
  if (mote !== base) words.set(longTermKey(mote, seed), records.IDENTITY_KEY);
  words[records.IDENTITY_PAN] = parseInt(scenario.pan, 16);
  words[records.IDENTITY_CHANNEL] = mote.channel ?? scenario.channel;
  for (const channel of scenario.scanChannels) words[records.IDENTITY_SCAN] |= 1 << channel;
  words.set(euiWords(base), records.IDENTITY_BASE_EUI);
  words[records.IDENTITY_BASE_SHORT] = shortOf(base);
  words[records.IDENTITY_AES_MS] = Math.ceil(scenario.aesMs);
  words[records.IDENTITY_DEPTH_LIMIT] = scenario.depthLimit;
  words[records.IDENTITY_LIFE] = scenario.lifeMinutes;
  words[records.IDENTITY_HYSTERESIS] = scenario.hysteresis;
  words[records.IDENTITY_LEAVE_BELOW] = scenario.leaveBelow;
  words[records.IDENTITY_DATA_PERIOD] = mote.role === 'mote' ? scenario.dataPeriodMs : 0;
  words[records.IDENTITY_OUI] = DOCUMENTATION_OUI;
  words[records.IDENTITY_REFRESH] = scenario.refreshMinutes;
  words[records.IDENTITY_SESSION] = scenario.sessionMinutes;
  words[records.IDENTITY_PROVISIONAL] = scenario.provisionalMinutes;
  words[records.IDENTITY_OPTIONS] =
    (scenario.sealData ? records.OPTION_SEAL_DATA : 0) + (scenario.tellReturns ? records.OPTION_TELL_RETURNS : 0);
  return words;
}

function registryNode(mote: ScenarioMote, seed: number): Int32Array {
  const words = new Int32Array(records.NODE_WORDS);
  words[records.NODE_VERSION] = records.RECORDS_VERSION;
  words.set(euiWords(mote), records.NODE_EUI);
  words[records.NODE_SHORT] = shortOf(mote);
  words.set(longTermKey(mote, seed), records.NODE_KEY);
  words[records.NODE_COUNTER] = -1;
  for (const zone of mote.zones) words[records.NODE_ZONES] |= 1 << zone;
  return words;
}

/** @returns flash of `mote` before its first start; the base station's also holds one record a node, in file order. */
export function provision(scenario: Scenario, seed: number, mote: ScenarioMote): Flash {
  const base = scenario.motes.find((other) => other.role === 'base')!;
  const flash: Flash = new Map([[records.RECORD_IDENTITY, identity(scenario, seed, mote, base)]]);
  if (mote === base) {
    const nodes = scenario.motes.filter((other) => other !== base);
    flash.set(records.RECORD_REGISTRY, Int32Array.of(records.RECORDS_VERSION, nodes.length));
    nodes.forEach((node, index) => flash.set(records.RECORD_NODE + index, registryNode(node, seed)));
  }
  return flash;
}
