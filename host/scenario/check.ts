// SPDX-License-Identifier: Apache-2.0
// What a scenario must fulfil across its fields; the schema sees to each field alone.

import { MAX_NODES } from '../../firmware/records.ts';
import type { Fault } from '../faults.ts';
import type { Scenario, ScenarioMote } from './schema.ts';

type Report = (path: readonly PropertyKey[], message: string, input: unknown) => void;

function checkUnique(motes: readonly ScenarioMote[], report: Report): void {
  const seen = { name: new Set<string>(), eui64: new Set<string>(), short: new Set<string>() };
  motes.forEach((mote, index) => {
    // Motes name each other in their reports by the low word of the EUI-64.
    const keys = { name: mote.name, eui64: mote.eui64.slice(-11).toUpperCase(), short: mote.short?.toUpperCase() };
    for (const field of ['name', 'eui64', 'short'] as const) {
      const key = keys[field];
      if (key === undefined) continue;
      const what = field === 'eui64' ? 'last four octets' : field;
      if (seen[field].has(key))
        report(['motes', index, field], `expected a ${what} that no other mote has`, mote[field]);
      seen[field].add(key);
    }
  });
}

function checkWalks(motes: readonly ScenarioMote[], report: Report): void {
  motes.forEach((mote, index) => {
    let before = 0;
    mote.waypoints.forEach((waypoint, stop) => {
      const path = ['motes', index, 'waypoints', stop, 'at'];
      if (waypoint.at <= before) report(path, `expected a time after ${before} s`, waypoint.at);
      before = waypoint.at;
    });
    const { onAtSeconds, offAtSeconds } = mote;
    if (offAtSeconds !== undefined && offAtSeconds <= onAtSeconds) {
      report(['motes', index, 'offAtSeconds'], `expected a time after onAtSeconds, ${onAtSeconds} s`, offAtSeconds);
    }
  });
}

function checkSchedule(scenario: Scenario, report: Report): void {
  const names = new Set(scenario.motes.map((mote) => mote.name));
  const known = (path: readonly PropertyKey[], name: string): void => {
    if (!names.has(name)) report(path, 'expected the name of a mote', name);
  };
  scenario.schedule.forEach((change, index) => {
    const path = ['schedule', index];
    if ('mote' in change) known([...path, 'mote'], change.mote);
    else if ('reset' in change) known([...path, 'reset'], change.reset);
    else change.between?.forEach((name, end) => known([...path, 'between', end], name));
  });
}

function checkAdversary({ adversary, motes, durationSeconds }: Scenario, report: Report): void {
  const names = new Set(motes.map((mote) => mote.name));
  adversary?.acts.forEach((act, index) => {
    const path = ['adversary', 'acts', index];
    for (const field of ['mote', 'from', 'to'] as const) {
      const name = field in act ? (act as Record<string, unknown>)[field] : undefined;
      if (typeof name === 'string' && !names.has(name)) report([...path, field], 'expected the name of a mote', name);
    }
    if (act.until <= act.at) report([...path, 'until'], `expected a time after at, ${act.at} s`, act.until);
    if (act.until > durationSeconds) {
      report([...path, 'until'], `expected a time before the end, ${durationSeconds} s`, act.until);
    }
  });
}

/** @returns every fault, none for a good scenario. */
export function checkScenario(scenario: Scenario): Fault[] {
  const faults: Fault[] = [];
  const report: Report = (path, message, input) => faults.push({ path, message, input });
  const bases = scenario.motes.filter((mote) => mote.role === 'base').length;
  if (bases !== 1) report(['motes'], 'expected exactly one mote with role "base"', bases);
  if (scenario.motes.length - 1 > MAX_NODES) {
    report(['motes'], `expected at most ${MAX_NODES} motes beside the base station`, scenario.motes.length - 1);
  }
  checkUnique(scenario.motes, report);
  checkWalks(scenario.motes, report);
  checkSchedule(scenario, report);
  checkAdversary(scenario, report);
  return faults;
}
