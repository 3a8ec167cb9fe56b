// SPDX-License-Identifier: Apache-2.0
// Small networks for one question each.
import { parseScenario } from '../../host/scenario/load.ts';
import type { Scenario, ScenarioFile } from '../../host/scenario/schema.ts';

/** @param low last octet of the EUI-64 and of the short address, two hex digits. @param more other fields of the scenario file. */
export function mote(
  name: string,
  role: 'mote' | 'router' | 'base',
  low: string,
  x: number,
  y = 0,
  more: Partial<ScenarioFile['motes'][number]> = {},
): ScenarioFile['motes'][number] {
  return { name, role, eui64: `AC:DE:48:00:00:00:00:${low}`, short: `00${low}`, position: { x, y }, ...more };
}

export function network(name: string, durationSeconds: number, motes: ScenarioFile['motes']): Scenario {
  return parseScenario({ name, description: name, seed: 5, durationSeconds, motes }, name);
}

/** Two routers beside each other, both in earshot of the base station, and a mote that walks from r1 to r2 in the 20 s from 40 s on. */
export function crossing(durationSeconds: number): Scenario {
  const waypoints = [
    { at: 40, x: -24, y: -25 },
    { at: 60, x: 40, y: -25 },
  ];
  return network('crossing', durationSeconds, [
    mote('base', 'base', '01', 0, 30),
    mote('r1', 'router', '11', -22),
    mote('r2', 'router', '12', 22),
    mote('m1', 'mote', '21', -24, -25, { waypoints }),
  ]);
}
