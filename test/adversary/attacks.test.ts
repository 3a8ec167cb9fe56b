// SPDX-License-Identifier: Apache-2.0
// The attacks that a model finds in a changed protocol (test/model/stages.ts), one by one, played against the compiled code: each
// must come to nothing. What an insider could make is made with the keys of whom the attack needs.
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { RECORD_MARKS } from '../../firmware/records.ts';
import { loadScenario, parseScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import * as abi from '../../host/vm/abi.ts';
import type { Driven, Outcome } from '../protocol/driven.ts';
import { unwrapUp } from '../protocol/forger.ts';
import { MODE, modeOf, TYPE, typeOf } from '../protocol/frames.ts';
import { record } from '../protocol/recording.ts';
import type { Step } from '../protocol/recording.ts';
import { authentic } from '../protocol/siege.ts';
import { Sniffer } from '../protocol/sniffer.ts';
import { kindOf, reasonsOf, Stage } from '../protocol/stage.ts';
import type { Instant } from '../protocol/stage.ts';
import { Watched } from '../protocol/watched.ts';

const REVOKE = 9;
const REVOKED = 10;
const LQI = 200;
const roaming: Scenario = { ...loadScenario('roaming'), durationSeconds: 75 };
const honest = record(roaming);
const hear = (driven: Driven, octets: Uint8Array): Outcome => driven.hear({ octets, lqi: LQI });
const count = ({ reports }: Outcome, event: number): number => reports.filter((one) => one.event === event).length;

/** KEMP bodies that an image sent in plain or under keys that can be opened. */
const bodiesOf = (stage: Stage, { sends }: Outcome): Buffer[] =>
  sends.map((octets) => stage.sniffer.open(octets)?.body).filter((body) => body !== undefined);

/** The sealed message that is about to come, with another seq, or with something else inside. */
function resealed(stage: Stage, instant: Instant, seq: number | undefined, change: (inner: Buffer) => void): Buffer {
  const { opened } = stage.coming(instant);
  const { seal, inner } = stage.sniffer.openAny(opened.body!, opened.src, stage.target)!;
  const text = Buffer.from(inner);
  change(text);
  const clear = opened.body!.subarray(0, seal.clear);
  const anew = Sniffer.withSequence(clear, seal, seq ?? seal.seq);
  return stage.sniffer.sealMessage(anew.clear, text, anew.seal);
}

const same = (): void => undefined;

describe('grants', () => {
  const node = new Stage(honest, 'm1');
  const router = new Stage(honest, 'r1');
  const base = new Stage(honest, 'base');

  it('N installs one NOTICE twice', () => {
    const instant = node.instant('NOTICE');
    const { octets } = node.coming(instant);
    const driven = node.at(instant);
    const outcomes = [octets, octets, octets].map((frame) => hear(driven, frame));
    expect(outcomes.map((one) => count(one, events.EVENT_KEY))).toEqual([1, 0, 0]);
    for (const again of outcomes.slice(1)) expect(reasonsOf(again)).toHaveLength(1);
  });

  it('R installs one seq twice, or seals a NOTICE anew', () => {
    const instant = router.instant('APPROVAL');
    const { octets, opened } = router.coming(instant);
    const driven = router.at(instant);
    const notices = [octets, octets, octets].map((frame) => bodiesOf(router, hear(driven, frame)));
    expect(notices[0].map(typeOf)).toEqual([TYPE.NOTICE]);
    expect(notices[1]).toEqual(notices[0]);
    expect(notices[2]).toEqual(notices[0]);
    expect(driven.keys('tentative')).toHaveLength(1);
    // Another grant under the same seq, of one who could make it.
    const other = resealed(router, instant, undefined, (inner) => (inner[10 + 4] ^= 1));
    const outcome = hear(driven, router.sniffer.plainFrame(opened.src, 'r1', other));
    expect(reasonsOf(outcome)).toEqual(['sequence']);
    expect(outcome.sends).toEqual([]);
  });

  it('R takes an APPROVAL again once its key is in use', () => {
    const instants = router.instants();
    const at = instants.findIndex(({ kind }) => kind === 'APPROVAL');
    const { octets } = router.coming(instants[at]);
    const driven = router.at(instants.at(-1)!);
    const outcome = hear(driven, octets);
    expect(reasonsOf(outcome)).toEqual(['sequence']);
    expect(outcome.sends).toEqual([]);
  });

  it('a message before a REVOKE is taken after it: no seq below the last one', () => {
    const instant = router.instant('APPROVAL', -1);
    const { opened } = router.coming(instant);
    const { seal } = router.sniffer.openAny(opened.body!, opened.src, 'r1')!;
    const driven = router.at(instant);
    const frame = (seq: number): Uint8Array =>
      router.sniffer.plainFrame(opened.src, 'r1', resealed(router, instant, seq, same));
    expect(reasonsOf(hear(driven, frame(seal.seq + 5)))).toEqual([]);
    for (const seq of [seal.seq + 4, seal.seq, 1, 0]) expect(reasonsOf(hear(driven, frame(seq)))).toEqual(['sequence']);
  });

  it('an APPROVAL is sealed anew for an old REQUEST', () => {
    const asked = base.instant('centralised REQUEST');
    const { octets } = base.coming(asked);
    const later = base.at(base.instants().at(-1)!);
    const outcome = hear(later, octets);
    expect(reasonsOf(outcome)).toEqual(['counter']);
    expect([...outcome.sends, ...outcome.stores]).toEqual([]);
  });
});

describe('reboots', () => {
  const schedule = [
    { at: 40, power: 'off' as const, mote: 'r1' },
    { at: 42, power: 'on' as const, mote: 'r1' },
    { at: 55, power: 'off' as const, mote: 'base' },
    { at: 57, power: 'on' as const, mote: 'base' },
  ];
  const run = record({ ...roaming, durationSeconds: 110, schedule });

  it("R's receive floor is lost: what was sealed for it before is taken again", () => {
    const stage = new Stage(run, 'r1');
    const [first, second] = run.lives.get('r1')!;
    const old = first.steps.filter(({ inbox }) => inbox[0] === abi.RECEIVE).map(({ octets }) => octets);
    const instant = stage
      .instants()
      .filter(({ life }) => life === second)
      .at(-1)!;
    const driven = stage.at(instant);
    const before = driven.keys('');
    const outcomes = old.map((octets) => ({ opened: stage.sniffer.open(octets), outcome: hear(driven, octets) }));
    for (const { opened, outcome } of outcomes) {
      if (opened === undefined) continue;
      const kind = kindOf(opened);
      expect(authentic(outcome), kind).toEqual([]);
      if (kind === 'APPROVAL' || kind === 'ACK') expect(reasonsOf(outcome)).toHaveLength(1);
      expect(bodiesOf(stage, outcome).map(typeOf), kind).not.toContain(TYPE.NOTICE);
    }
    expect(
      outcomes.filter(({ opened }) => opened !== undefined && kindOf(opened) === 'APPROVAL').length,
    ).toBeGreaterThan(0);
    expect(driven.keys('')).toEqual(before);
  });

  it("B's seq is lost: nothing is sealed twice under one seq of one session", () => {
    const { sniffer } = new Stage(run, 'base');
    const seen = new Map<string, string>();
    for (const { octets, attempt, ack } of run.frames) {
      const opened = ack || attempt > 1 ? undefined : sniffer.open(octets);
      if (opened?.body === undefined || opened.key !== undefined) continue;
      const { body, src, dst } = opened;
      for (const { seal } of [sniffer.openAny(body, src, dst)].filter((one) => one !== undefined)) {
        if (seal.sealer !== 'base') continue;
        const id = `${seal.key.toString('hex')} ${typeOf(body)} ${seal.seq}`;
        const text = body.toString('hex');
        expect(seen.get(id) ?? text).toBe(text);
        seen.set(id, text);
      }
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  it('a dead key is revived by a replayed REQUEST after R has a new session', () => {
    const stage = new Stage(run, 'base');
    const asked = stage.pool.filter(
      ({ src, body }) => src === 'm1' && body !== undefined && typeOf(body) === TYPE.REQUEST,
    );
    const [{ body }] = asked.filter(({ body: text }) => modeOf(text!) === MODE.centralised);
    const driven = stage.at(stage.instants().at(-1)!);
    const outcome = hear(driven, stage.sniffer.plainFrame('m1', 'base', body!));
    expect(reasonsOf(outcome)).toEqual(['counter']);
    expect([...outcome.sends, ...outcome.stores]).toEqual([]);
  });
});

describe('sessions', () => {
  it('S_N is replaced while every NOTICE is lost: N asks for another one until it has it', () => {
    const adversary = { position: { x: 0, y: 5 }, acts: [{ do: 'drop', what: 'notice', to: 'r1', at: 0, until: 40 }] };
    const scenario = parseScenario({ ...roaming, durationSeconds: 110, adversary }, 'session.json');
    const run = new Watched(scenario);
    expect(run.failures).toEqual([]);
    expect(run.result.adversary!.withheld.drop).toBeGreaterThan(0);
    // r1 serves: B's messages for it open, and its own open at B.
    const served = run.of(events.EVENT_ATTACHED, 40).filter(({ args }) => args[1] === 0x11);
    const joined = run.of(events.EVENT_COMMIT, 40, 'base').filter(({ args }) => args[0] === 0x11);
    expect(joined.length + served.length).toBeGreaterThan(0);
    expect(run.result.motes.find(({ name }) => name === 'r1')?.joined).toBe(true);
  });
});

describe('introductions', () => {
  /** The first predictive NOTICE of a mote, and the router that it comes from. */
  function introduced() {
    const stage = new Stage(honest, 'm1');
    const instant = stage
      .instants()
      .find((one) => one.kind === 'NOTICE' && modeOf(stage.coming(one).opened.body!) === MODE.predictive)!;
    return { stage, instant, router: stage.coming(instant).opened.src };
  }

  it("a captured Rp's lie of the depth is believed by N", () => {
    const { stage, instant, router } = introduced();
    for (const lie of [0, 2, 3, 15]) {
      const driven = stage.at(instant);
      const body = resealed(stage, instant, undefined, (inner) => (inner[2] = (inner[2] & 0xf0) | lie));
      const outcome = hear(driven, stage.sniffer.plainFrame(router, 'm1', body));
      expect(reasonsOf(outcome), String(lie)).toEqual(['depth']);
      expect(count(outcome, events.EVENT_KEY)).toBe(0);
    }
  });

  it("a captured Rp's lie of the life is believed by N", () => {
    const { stage, instant, router } = introduced();
    const body = resealed(stage, instant, undefined, (inner) => inner.writeUInt16BE(65_535, 0));
    expect(reasonsOf(hear(stage.at(instant), stage.sniffer.plainFrame(router, 'm1', body)))).toEqual(['lifetime']);
  });

  it('a live key is displaced, or a node is introduced with the depth of B or beyond the limit', () => {
    const { router } = introduced();
    const stage = new Stage(honest, router);
    const later = stage.instants().at(-1)!;
    const instant = stage
      .instants()
      .find((one) => one.kind === 'APPROVAL' && modeOf(stage.coming(one).opened.body!) === MODE.predictive)!;
    const { opened } = stage.coming(instant);
    const lie = (driven: Driven, change: (inner: Buffer) => void): string[] =>
      reasonsOf(hear(driven, stage.sniffer.plainFrame(opened.src, router, resealed(stage, instant, 5000, change))));
    const live = stage.at(later);
    const before = live.keys();
    expect(before.some((row) => row.startsWith('00000021 '))).toBe(true);
    expect(lie(live, same)).toEqual(['live-key']);
    expect(live.keys()).toEqual(before);
    for (const depth of [0, 9, 15]) {
      expect(
        lie(stage.at(instant), (inner) => (inner[inner.length - 1] = depth)),
        String(depth),
      ).toEqual(['depth']);
    }
  });
});

describe('attachments', () => {
  const stage = new Stage(honest, 'base');
  const told = stage.instants().filter(({ kind }) => kind === 'ATTACHED' || kind === 'UP');

  /** An ATTACHED of an introduction that arrives in an UP, made anew. */
  function lieAt(depth: number) {
    for (const instant of told) {
      const { opened } = stage.coming(instant);
      const up = typeOf(opened.body!) === TYPE.UP ? unwrapUp(opened.body!) : undefined;
      const body = up?.inner ?? opened.body!;
      if (typeOf(body) !== TYPE.ATTACHED || modeOf(body) !== MODE.predictive) continue;
      const router = up === undefined ? opened.src : stage.sniffer.nameOf(up.origin);
      const { seal, inner } = stage.sniffer.openAny(body, router, 'base')!;
      return {
        instant,
        made(seq: number, counter: number): Uint8Array {
          const text = Buffer.from(inner);
          text[4] = depth;
          const anew = Sniffer.withSequence(body.subarray(0, seal.clear), seal, seq);
          const lie = stage.sniffer.sealMessage(anew.clear, text, anew.seal);
          if (up === undefined) return stage.sniffer.plainFrame(router, 'base', lie);
          const whole = Buffer.concat([up.envelope, lie]);
          return stage.sniffer.linkFrame(opened.key!, opened.src, counter, { body: whole });
        },
      };
    }
    throw new Error('expected an ATTACHED of an introduction');
  }

  it("a captured Rp's lie of the depth is believed by B: it waits, and then takes the key back", () => {
    const { instant, made } = lieAt(5);
    const driven = stage.at(instant);
    const first = hear(driven, made(7000, 70_000));
    expect(count(first, events.EVENT_ATTACHED)).toBe(0);
    expect(first.sends).toEqual([]);
    const { inbox } = instant.life.steps[instant.index];
    const after = 121;
    const late: Step = {
      ...instant.life.steps[instant.index],
      inbox: [inbox[0], inbox[1] + after * 1000, inbox[2] + after],
    };
    driven.clockOf(late).settle();
    const again = hear(driven, made(7001, 70_001));
    expect(count(again, events.EVENT_ATTACHED)).toBe(0);
    const types = [again, driven.settle()].flatMap(({ reports }) =>
      reports.filter(({ event }) => event === events.EVENT_FRAME).map(({ args }) => args[0]),
    );
    expect(types.includes(REVOKE) || types.includes(TYPE.DOWN)).toBe(true);
  });

  it('an old ATTACHED moves a node back: the highest ctr is where it is, and each is acknowledged once', () => {
    const { instant, made } = lieAt(1);
    const driven = stage.at(instant);
    const first = hear(driven, made(7000, 70_000));
    expect(count(first, events.EVENT_ATTACHED)).toBe(1);
    expect(first.sends).toHaveLength(1);
    const again = hear(driven, made(7001, 70_001));
    expect(count(again, events.EVENT_ATTACHED)).toBe(0);
    expect(again.sends).toHaveLength(1);
    expect(reasonsOf(hear(driven, made(7001, 70_002)))).toEqual(['sequence']);
  });
});

describe('revocations', () => {
  const schedule = [{ at: 60, console: 'revoke 0021', mote: 'base' }];
  const run = record({ ...roaming, schedule });

  it('the deletion is lost in a power cut: the mark is in flash before REVOKED goes', () => {
    let parties = 0;
    for (const { name } of roaming.motes) {
      const stage = new Stage(run, name);
      for (const { steps } of run.lives.get(name)!) {
        const told = steps.findIndex(({ sent }) => {
          const body = sent === undefined ? undefined : stage.sniffer.open(sent)?.body;
          if (body === undefined || body.length === 0) return false;
          const inner = typeOf(body) === TYPE.UP ? unwrapUp(body)?.inner : body;
          const origin = typeOf(body) === TYPE.UP ? unwrapUp(body)?.origin : undefined;
          const own = origin === undefined || stage.sniffer.nameOf(origin) === name;
          return own && inner !== undefined && inner.length > 0 && typeOf(inner) === REVOKED;
        });
        if (told < 0) continue;
        parties++;
        const stored = steps.findIndex(({ outbox }) => {
          let found = false;
          abi.eachAction(Int32Array.from(outbox), outbox.length, (op, at) => {
            if (op === abi.STORE && outbox[at] === RECORD_MARKS) found = true;
          });
          return found;
        });
        expect(stored, name).toBeGreaterThan(0);
        expect(stored, name).toBeLessThan(told);
      }
    }
    expect(parties).toBeGreaterThan(0);
  });
});
