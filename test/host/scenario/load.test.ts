// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario, parseScenario, shippedScenarios } from '../../../host/scenario/load.ts';
import { UsageError } from '../../../host/errors.ts';

/** As JSON has it: the tests below break it. */
function good(): Record<string, any> {
  return {
    name: 'two',
    description: 'two motes',
    seed: 1,
    durationSeconds: 10,
    motes: [
      { name: 'base', eui64: 'AC:DE:48:00:00:00:00:01', role: 'base', short: '0001', position: { x: 0, y: 0 } },
      { name: 'n', eui64: 'AC:DE:48:00:00:00:00:02', role: 'mote', position: { x: 9, y: 0 } },
    ],
  };
}

function fault(breakIt: (scenario: Record<string, any>) => void): string {
  const scenario = good();
  breakIt(scenario);
  try {
    parseScenario(scenario, 's.json');
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  return 'no fault';
}

describe('a scenario file', () => {
  it('needs little', () => {
    expect(parseScenario(good(), 's.json')).toMatchObject({
      pan: 'ABCD',
      maxPsdu: 127,
      aesMs: 5,
      depthLimit: 8,
      radio: { txPowerDbm: 0, lossProbability: 0 },
      schedule: [],
    });
  });

  // File, place, what was expected, what came.
  it.each<[string, (s: Record<string, any>) => void, string]>([
    ['a type', (s) => (s.seed = '1'), 's.json: seed: expected number, got "1"'],
    ['a range', (s) => (s.durationSeconds = 0), 's.json: durationSeconds: expected number to be >=1, got 0'],
    ['a missing field', (s) => delete s.name, 's.json: name: expected string, got nothing'],
    ['an unknown field', (s) => (s.joins = []), 's.json: the file: expected only known fields, got ["joins"]'],
    ['a decimal for hex', (s) => (s.motes[1].short = '12'), 's.json: motes[1].short: expected 4 hex digits, got "12"'],
    [
      'no short address',
      (s) => (s.motes[1].short = 'fffe'),
      's.json: motes[1].short: expected a short address from "0000" to "FFFD", got "fffe"',
    ],
    [
      'an EUI-64',
      (s) => (s.motes[1].eui64 = 'AC:DE:48'),
      's.json: motes[1].eui64: expected eight octets in hex such as "AC:DE:48:00:00:00:00:01", got "AC:DE:48"',
    ],
    [
      'a role',
      (s) => (s.motes[1].role = 'node'),
      's.json: motes[1].role: expected one of "mote", "router", "base", got "node"',
    ],
    [
      'an event of another kind',
      (s) => (s.schedule = [{ at: 5, handover: 'n' }]),
      's.json: schedule[0]: expected { at, power: "on" or "off", mote }, { at, reset: a mote }, { at, console: a line, mote } or ' +
        '{ at, lossProbability, between: [two motes] or nothing }, got {"at":5,"handover":"n"}',
    ],
    [
      'a reset of nobody',
      (s) => (s.schedule = [{ at: 5, reset: 'm' }]),
      's.json: schedule[0].reset: expected the name of a mote, got "m"',
    ],
    [
      'a console of nobody',
      (s) => (s.schedule = [{ at: 5, console: 'revoke 0002', mote: 'm' }]),
      's.json: schedule[0].mote: expected the name of a mote, got "m"',
    ],
    [
      'an unknown mote',
      (s) => (s.schedule = [{ at: 5, lossProbability: 1, between: ['n', 'm'] }]),
      's.json: schedule[0].between[1]: expected the name of a mote, got "m"',
    ],
    [
      'no base station',
      (s) => (s.motes[0].role = 'router'),
      's.json: motes: expected exactly one mote with role "base", got 0',
    ],
    [
      'a name twice',
      (s) => (s.motes[1].name = 'base'),
      's.json: motes[1].name: expected a name that no other mote has, got "base"',
    ],
    [
      'a low word twice',
      (s) => (s.motes[1].eui64 = 'AC:DE:49:00:00:00:00:01'),
      's.json: motes[1].eui64: expected a last four octets that no other mote has, got "AC:DE:49:00:00:00:00:01"',
    ],
    [
      'waypoints out of order',
      (s) => (s.motes[1].waypoints = [5, 5].map((at) => ({ at, x: 0, y: 0 }))),
      's.json: motes[1].waypoints[1].at: expected a time after 5 s, got 5',
    ],
    [
      'off before on',
      (s) => Object.assign(s.motes[1], { onAtSeconds: 4, offAtSeconds: 4 }),
      's.json: motes[1].offAtSeconds: expected a time after onAtSeconds, 4 s, got 4',
    ],
    [
      'more nodes than a base station serves',
      (s) => {
        const node = (i: number): object => {
          const octet = (i + 16).toString(16);
          return { ...s.motes[1], name: `n${i}`, eui64: `AC:DE:48:00:00:00:00:${octet}` };
        };
        s.motes = [s.motes[0], ...Array.from({ length: 65 }, (_, i) => node(i))];
      },
      's.json: motes: expected at most 64 motes beside the base station, got 65',
    ],
  ])('with a fault in it, %s, is refused by its place', (_, breakIt, message) => {
    expect(fault(breakIt)).toBe(message);
  });

  it('with several faults has them all told', () => {
    const message = fault((s) => {
      s.seed = -1;
      s.motes[0].position.x = 'left';
    });
    expect(message.split('\n')).toEqual([
      's.json: seed: expected number to be >=0, got -1',
      's.json: motes[0].position.x: expected number, got "left"',
    ]);
  });
});

describe('loading', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kemp-scenario-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds every scenario that is shipped, and each holds together', () => {
    const names = shippedScenarios();
    expect(names).toEqual(
      expect.arrayContaining([
        'ping-pong',
        'refresh',
        'roaming',
        'coldstart',
        'coldstart-chain',
        'coldstart-star',
        'corridor',
        'lossy',
        'blackout',
      ]),
    );
    for (const name of names) expect(loadScenario(name).name).toBe(name);
  });

  it('takes a path', () => {
    const path = join(folder, 'mine.json');
    writeFileSync(path, JSON.stringify(good()));
    expect(loadScenario(path).name).toBe('two');
    writeFileSync(path, '{ "name": ');
    expect(() => loadScenario(path)).toThrow(`${path}: expected JSON, got`);
  });

  it('names what there is where there is no such file', () => {
    expect(() => loadScenario('nowhere')).toThrow(/expected a scenario \(.*roaming.*\) or the path .*, got nowhere/);
  });
});
