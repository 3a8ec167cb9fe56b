// SPDX-License-Identifier: Apache-2.0
// What users of other stacks had to complain of, each a test of its own.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { runBench } from '../../host/bench/run.ts';
import type { BenchHooks, BenchResult, Report } from '../../host/bench/run.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import type { Scenario, ScenarioFile } from '../../host/scenario/schema.ts';
import * as abi from '../../host/vm/abi.ts';
import { NODE_COUNTER, RECORD_NODE } from '../../firmware/records.ts';
import type { Outcome } from './driven.ts';
import { framed, head, MODE, TYPE, typeOf } from './frames.ts';
import { record } from './recording.ts';
import { authentic } from './siege.ts';
import { REQUEST_TAIL } from './sniffer.ts';
import type { PairKey } from './sniffer.ts';
import { kindOf, reasonsOf, Stage } from './stage.ts';
import { unwrapUp } from './forger.ts';

const roaming = record({ ...loadScenario('roaming'), durationSeconds: 75 });
const base = new Stage(roaming, 'base');
const LQI = 200;
const heard = (octets: Uint8Array): { octets: Uint8Array; lqi: number } => ({ octets, lqi: LQI });

function bench(scenario: Scenario, hooks: BenchHooks = {}): BenchResult & { reports: Report[] } {
  const reports: Report[] = [];
  return {
    ...runBench({ scenario, vm: 'v8', hooks: [hooks, { onReport: (report) => reports.push(report) }] }),
    reports,
  };
}

/** A reading that is about to arrive at the base station, not the first of its sender. */
function reading() {
  const instant = base.instant('data', -1);
  const { octets, opened } = base.coming(instant);
  const key = opened.key!;
  const earlier = base.pool.filter(
    (one) => one.key === key && one.src === opened.src && one.mhr.counter < opened.mhr.counter,
  );
  expect(earlier.length).toBeGreaterThan(2);
  return { driven: base.at(instant), octets, opened, key, earlier: earlier.map(({ frame }) => frame) };
}

/** The APPROVALs that the base station sends, whoever carries them. */
function approvals({ sends }: Outcome): Buffer[] {
  const bodies = sends.map((octets) => base.sniffer.open(octets)?.body).filter((body) => body !== undefined);
  const inner = bodies.map((body) => (typeOf(body) === TYPE.DOWN ? body.subarray(2 + 2 * (body[1] & 15)) : body));
  return inner.filter((body) => typeOf(body) === TYPE.APPROVAL).map((body) => Buffer.from(body));
}

describe('a frame that was taken', () => {
  it('is not taken a second time, nor a third, nor one before it', () => {
    const { driven, octets, earlier } = reading();
    const outcomes = [octets, octets, octets, ...earlier, octets].map((frame) => driven.hear(heard(frame)));
    const [first, second, third, ...older] = outcomes.map(reasonsOf);
    expect(first).toEqual([]);
    expect(authentic(outcomes[0])).toHaveLength(1);
    expect([second, third]).toEqual([['duplicate'], ['duplicate']]);
    // An acknowledgement may be lost, so the very last frame again is no alarm; all before it is.
    expect(older.slice(0, -2)).toEqual(older.slice(0, -2).map(() => ['replay']));
    expect(older.at(-1)).toEqual(['duplicate']);
    expect(outcomes.slice(1).flatMap(authentic)).toEqual([]);
  });

  it('uses its counter up, whatever else comes under it with a good MIC', () => {
    const { driven, opened, key, octets } = reading();
    const other = base.sniffer.linkFrame(key, opened.src, opened.mhr.counter, { data: Uint8Array.of(1, 0, 9) });
    const next = base.sniffer.linkFrame(key, opened.src, opened.mhr.counter + 1, { data: Uint8Array.of(1, 0, 9) });
    const reasons = [octets, other, next, other, octets].map((frame) => reasonsOf(driven.hear(heard(frame))));
    expect(reasons).toEqual([[], ['duplicate'], [], ['replay'], ['replay']]);
  });

  it('counts only once its MIC was good', () => {
    const { driven, opened, key, octets } = reading();
    const ahead = base.sniffer.linkFrame(key, opened.src, opened.mhr.counter + 1000, { data: Uint8Array.of(1, 0, 9) });
    const forged = framed(
      Buffer.from(ahead.subarray(0, -2)).map((octet, i, all) => (i === all.length - 1 ? octet ^ 1 : octet)),
    );
    expect(reasonsOf(driven.hear(heard(forged)))).toEqual(['mic']);
    expect(reasonsOf(driven.hear(heard(octets)))).toEqual([]);
  });
});

describe('data without the security of its link', () => {
  it('is refused: in plain, on every other level, under a well-known key or an unknown one', () => {
    const { driven, opened, key, octets } = reading();
    const { src, mhr, payload } = opened;
    const plain = Buffer.from(octets.subarray(0, mhr.auxAt));
    plain[0] &= ~8;
    expect(reasonsOf(driven.hear(heard(framed(plain, payload))))).toEqual(['plain-data']);
    const seal = (with_: PairKey, control: number): Uint8Array =>
      base.sniffer.linkFrame(with_, src, mhr.counter, { data: payload }, control);
    for (const level of [1, 2, 3, 4, 5, 7]) {
      expect(reasonsOf(driven.hear(heard(seal(key, 0x08 | level)))), `level ${level}`).toEqual(['weak-level']);
    }
    expect(reasonsOf(driven.hear(heard(seal(key, 0x06))))).toEqual(['weak-level']);
    const wellKnown = { ...key, link: Buffer.alloc(16) };
    expect(reasonsOf(driven.hear(heard(seal(wellKnown, 0x0e))))).toEqual(['mic']);
    expect(reasonsOf(driven.hear(heard(seal({ ...key, index: key.index + 1 }, 0x0e))))).toEqual(['unknown-key']);
    expect(authentic(driven.hear(heard(octets)))).toHaveLength(1);
  });
});

describe('counters after a restart', () => {
  const scenario = { ...loadScenario('roaming'), durationSeconds: 75 };
  const schedule = [
    { at: 40, power: 'off' as const, mote: 'm1' },
    { at: 41, power: 'on' as const, mote: 'm1' },
  ];

  it('belong to the key: low ones under the new key, and the REQUEST counter above all before', () => {
    const run = record({ ...scenario, schedule });
    const stage = new Stage(run, 'r3');
    const sent = stage.pool.filter(({ src, dst }) => src === 'm1' && dst === 'r3');
    const [old, fresh] = [...new Set(sent.map(({ key }) => key).filter((key) => key !== undefined))];
    const counters = (key: PairKey): number[] => sent.filter((one) => one.key === key).map(({ mhr }) => mhr.counter);
    expect(Math.max(...counters(old))).toBeGreaterThan(8);
    expect(counters(fresh)[0]).toBe(0);
    const ctrs = sent
      .filter((one) => kindOf(one) === 'centralised REQUEST')
      .map(({ body }) => body!.readUInt32BE(body!.length - REQUEST_TAIL) & 0x7fffffff);
    expect(new Set(ctrs).size).toBe(2);
    expect(ctrs).toEqual([...ctrs].sort((a, b) => a - b));
    const { byMote } = run.result.data;
    expect(byMote.m1).toEqual({ sent: byMote.m1.sent, delivered: byMote.m1.sent });
    // What the old key protected is not taken under the new one, nor under none.
    const late = sent.filter(({ key }) => key === old).map(({ frame }) => frame);
    const driven = stage.at(stage.instant('data', -1));
    const reasons = new Set(late.flatMap((frame) => reasonsOf(driven.hear(heard(frame)))));
    expect([...reasons].filter((reason) => reason !== 'mic' && reason !== 'unknown-key')).toEqual([]);
    expect(reasons.size).toBeGreaterThan(0);
  });
});

describe('a full table', () => {
  /** A router that serves 23 motes out of the base station's earshot, and another one that comes near later. */
  function crowd(): Scenario {
    const eui = (last: string): string => `AC:DE:48:00:00:00:00:${last}`;
    const digits = (value: number): string => value.toString(16).padStart(2, '0').toUpperCase();
    const waypoints = [
      { at: 60, x: -45, y: 0 },
      { at: 65, x: 20, y: 20 },
    ];
    const motes: ScenarioFile['motes'] = [
      { name: 'base', role: 'base', eui64: eui('01'), short: '0001', position: { x: 0, y: 0 } },
      { name: 'r1', role: 'router', eui64: eui('F1'), short: '00F1', position: { x: 40, y: 0 } },
      { name: 'r2', role: 'router', eui64: eui('02'), short: '0002', position: { x: -45, y: 0 }, waypoints },
    ];
    for (let i = 0; i < 23; i++) {
      const place = { x: 72 + (i % 5) * 3, y: -10 + Math.floor(i / 5) * 4 };
      motes.push({
        name: `m${i}`,
        role: 'mote',
        eui64: eui(digits(0x20 + i)),
        short: `00${digits(0x20 + i)}`,
        position: place,
      });
    }
    const file: ScenarioFile = {
      name: 'crowd',
      description: 'a full table',
      seed: 5,
      durationSeconds: 100,
      dataPeriodMs: 0,
      motes,
    };
    return parseScenario(file, 'crowd.json');
  }

  it('gives up no proved key for a NOTICE that was not opened', () => {
    const stage = new Stage(record(crowd()), 'r1');
    const notices = stage.instants().filter(({ kind }) => kind === 'NOTICE');
    const full = notices.find((instant) => stage.at(instant).keys().length === 24);
    expect(full, 'r1 asks for a key while it holds 24').toBeDefined();
    const driven = stage.at(full!);
    const before = driven.keys();
    const { octets, opened } = stage.coming(full!);
    for (let i = 0; i < 30; i++) {
      const body = Buffer.from(opened.body!);
      body[9 + i] ^= 1 + i;
      const outcome = driven.hear(heard(stage.sniffer.plainFrame(opened.src, 'r1', body)));
      expect(reasonsOf(outcome)).toEqual(['tag']);
    }
    expect(driven.keys()).toEqual(before);
    const outcome = driven.hear(heard(octets));
    expect(reasonsOf(outcome)).toEqual([]);
    // Only the NOTICE that opens costs a key: the one used least recently, and it is told.
    expect(outcome.reports.filter(({ event }) => event === events.EVENT_KEY_GONE)).toHaveLength(1);
    expect(outcome.reports.filter(({ event }) => event === events.EVENT_KEY)).toHaveLength(1);
    expect(driven.keys()).toHaveLength(24);
  });

  it('of tentative keys refuses, counts and says so, and touches no proved key', () => {
    const stage = new Stage(roaming, 'r1');
    const instant = stage.instant('APPROVAL');
    const { opened } = stage.coming(instant);
    const { seal, inner } = stage.sniffer.openAny(opened.body!, opened.src, 'r1')!;
    const driven = stage.at(instant);
    const before = driven.keys();
    const outcomes = Array.from({ length: 6 }, (_, i) => {
      const changed = Buffer.from(inner);
      // Six nodes that nobody knows, by EUI-64 and short address.
      changed[7] = 0xc0 + i;
      changed[9] = 0xc0 + i;
      const anew = { ...seal, seq: 1000 + i };
      const clear = Buffer.from(opened.body!.subarray(0, seal.clear));
      clear.writeUInt32BE(anew.seq, 2);
      return driven.hear(
        heard(stage.sniffer.plainFrame(opened.src, 'r1', stage.sniffer.sealMessage(clear, changed, anew))),
      );
    });
    expect(outcomes.map(reasonsOf)).toEqual([[], [], [], [], [], ['table-full']]);
    const bodies = outcomes.flatMap(({ sends }) => sends.map((octets) => stage.sniffer.open(octets)!.body!));
    expect(bodies.map(typeOf)).toEqual([...Array<number>(5).fill(TYPE.NOTICE), TYPE.REJECT]);
    expect(driven.keys()).toEqual(before);
    expect(driven.keys('tentative')).toHaveLength(5);
  });
});

describe('a router that restarted', () => {
  it('is put to the proof, not believed, and its key is used no more when it has none', () => {
    const ECHO = 13;
    const { reports, result } = bench(loadScenario('blackout'));
    const restarted = 160e6;
    const asked = reports.filter(
      ({ mote, event, args, micros }) =>
        mote === 'm2' && event === events.EVENT_FRAME && args[0] === ECHO && micros > restarted,
    );
    expect(asked.length).toBeGreaterThanOrEqual(2);
    const back = reports.filter(
      ({ mote, event, args, micros }) =>
        mote === 'm2' && event === events.EVENT_ATTACH && args[0] === 0x12 && micros > restarted,
    );
    expect(back).toEqual([]);
    const m2 = result.motes.find(({ name }) => name === 'm2');
    expect(m2?.neighbors.map(({ name }) => name)).toContain('r3');
  });

  it('that did not restart answers, and keeps its key: one forged ADVERT costs nothing', () => {
    const scenario = { ...loadScenario('roaming'), durationSeconds: 60 };
    const stage = new Stage(roaming, 'm1');
    const advert = stage.pool.find(
      ({ body, src }) => body !== undefined && typeOf(body) === TYPE.ADVERT && src === 'r3',
    );
    const body = Buffer.from(advert!.body!);
    body[11] ^= 0x55;
    const forged = stage.sniffer.plainFrame('r3', '', body);
    const { reports, result } = bench(scenario, {
      onStart: (control) => control.at(30e6, () => control.inject({ x: -70, y: -20 }, forged)),
    });
    const gone = reports.filter(({ event }) => event === events.EVENT_KEY_GONE);
    expect(gone).toEqual([]);
    const [m1] = result.motes.filter(({ name }) => name === 'm1');
    expect(m1.neighbors.map(({ name }) => name)).toContain('r3');
    expect(result.data.byMote.m1.delivered).toBe(result.data.byMote.m1.sent);
  });
});

describe('one REQUEST that arrives twice', () => {
  /** The first REQUEST that reaches the base station inside UP. */
  const instant = base.instant('UP', 0);
  const { opened, octets } = base.coming(instant);
  const key = opened.key!;
  const again = (counter: number): Uint8Array =>
    base.sniffer.linkFrame(key, opened.src, counter, { body: opened.body! });

  it('is granted once: the same APPROVAL, octet for octet', () => {
    expect(typeOf(unwrapUp(opened.body!)!.inner)).toBe(TYPE.REQUEST);
    const driven = base.at(instant);
    const answers = [octets, again(5000), again(5001)].map((frame) => approvals(driven.hear(heard(frame))));
    expect(answers[0]).toHaveLength(1);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('is not granted again once its key has been told of', () => {
    const later = base.at(base.instant('data', -1));
    const outcome = later.hear(heard(again(5000)));
    expect(reasonsOf(outcome)).toEqual(['counter']);
    expect(outcome.sends).toEqual([]);
    expect(outcome.stores).toEqual([]);
  });

  it('is in flash before it is answered', () => {
    const { life, index } = instant;
    const [origin] = [base.sniffer.nameOf(unwrapUp(opened.body!)!.origin)];
    const nodes = roaming.scenario.motes.filter(({ role }) => role !== 'base').map(({ name }) => name);
    const number = RECORD_NODE + nodes.indexOf(origin);
    const steps = life.steps.slice(index);
    const stored = steps.findIndex(({ outbox }) => {
      let found = false;
      abi.eachAction(Int32Array.from(outbox), outbox.length, (op, at) => {
        // The ctr of this very REQUEST, not only the node's record.
        const ctr = unwrapUp(opened.body!)!.inner.readUInt32BE(1) & 0x7fffffff;
        if (op === abi.STORE && outbox[at] === number && outbox[at + 2 + NODE_COUNTER] === ctr) found = true;
      });
      return found;
    });
    const answered = steps.findIndex(({ sent }) => sent !== undefined);
    expect(stored).toBeGreaterThan(0);
    expect(answered).toBeGreaterThan(stored);
  });
});

describe('a mote between two routers', () => {
  it('stays with one of them while neither is better by more than the hysteresis', () => {
    const roam = loadScenario('roaming');
    const waypoints = Array.from({ length: 60 }, (_, i) => ({ at: 30 + 2 * i, x: i % 2 === 0 ? 2 : -2, y: -35 }));
    const motes = roam.motes
      .filter(({ name }) => ['base', 'r1', 'r2', 'm1'].includes(name))
      .map((mote) => (mote.name === 'm1' ? { ...mote, position: { x: 0, y: -35 }, waypoints } : mote));
    const { result, reports } = bench({ ...roam, durationSeconds: 160, motes });
    const qualities = reports.filter(({ mote, event }) => mote === 'm1' && event === events.EVENT_ATTACH);
    expect(qualities.length).toBeGreaterThan(0);
    expect(result.handovers.filter(({ mote }) => mote === 'm1').length).toBeLessThanOrEqual(1);
    expect(result.data.byMote.m1.delivered).toBeGreaterThan(50);
  });
});

describe('a false rank', () => {
  it('of 200 hops holds up nobody: no run is as long as it says', () => {
    const scenario = { ...loadScenario('roaming'), durationSeconds: 45 };
    const { sniffer } = new Stage(roaming, 'm1');
    // As strong as can be, in the name of a router that is not there.
    const text = Buffer.concat([Uint8Array.of(head(TYPE.ADVERT, 0)), Buffer.from('acde4800000000eec8057f0000', 'hex')]);
    const forged = sniffer.plainFrame('r4', '', text);
    const { failures, result } = bench(scenario, {
      onStart: (control) => {
        for (let at = 1; at < 30; at += 3) control.at(at * 1e6, () => control.inject({ x: -80, y: -21 }, forged));
      },
    });
    expect(failures).toEqual([]);
    const joined = result.runs.filter(({ mote, outcome }) => mote === 'm1' && outcome === 'established');
    console.log(`m1 joined at ${(joined[0].keyMs! / 1000).toFixed(1)} s with false ADVERTs around it`);
    expect(joined[0].keyMs).toBeLessThan(30_000);
  });
});

describe('the console', () => {
  it('shows all keys of a full base station, a row a turn', () => {
    const scenario = loadScenario('coldstart-star');
    const lines: string[] = [];
    bench(scenario, {
      onStart: (control) => control.at((scenario.durationSeconds - 1) * 1e6, () => control.command('base', 'keys')),
      onConsole: (_, line) => lines.push(line),
    });
    expect(lines).toHaveLength(17);
    expect(lines.at(-1)).toBe('Done');
    expect(new Set(lines.slice(0, -1).map((line) => /^peer=([0-9a-f]{16}) state=live /.exec(line)?.[1])).size).toBe(16);
  });
});

describe('a REQUEST for what is no router', () => {
  it('is refused where it names N, a stranger, or one router twice', () => {
    const instant = base.instant('centralised REQUEST');
    const { opened } = base.coming(instant);
    const node = opened.src;
    const { sniffer } = base;
    const ask = (ctr: number, routers: string[]): Uint8Array => {
      const r0 = Buffer.alloc(8, 7);
      const terms = { word: ctr, r0, node, authority: 'base', routers };
      const list = routers.map((name) => Buffer.from(sniffer.address(name), 'hex'));
      const tail = sniffer.requestTail(sniffer.ownKey(node), MODE.centralised, terms);
      return sniffer.plainFrame(node, 'base', Buffer.concat([Uint8Array.of(head(TYPE.REQUEST, 0)), ...list, tail]));
    };
    const driven = base.at(instant);
    expect(kindOf(opened)).toBe('centralised REQUEST');
    expect(reasonsOf(driven.hear(heard(ask(500, [node]))))).toEqual(['router-list']);
    expect(reasonsOf(driven.hear(heard(ask(501, ['base', 'base']))))).toEqual(['router-list']);
    expect(reasonsOf(driven.hear(heard(ask(502, ['base', 'r1', 'r2', 'r3']))))).toEqual(['router-list']);
    expect(reasonsOf(driven.hear(heard(ask(503, ['base']))))).toEqual([]);
  });
});
