// SPDX-License-Identifier: Apache-2.0
// A router that is removed learns it from the base station, under its own key, and says so: who hangs below it need not wait until it
// is silent, nor be told by the base station (protocol.md "Revocation").
import { describe, expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import type { BenchControl, BenchHooks } from '../../host/bench/run.ts';
import { reasonName } from '../../host/bench/names.ts';
import type { Transmission } from '../../host/medium/air.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import type { VmName } from '../../host/vm/open.ts';
import { framed, kmpBody, readMhr, TYPE, typeOf } from './frames.ts';
import { mote, network } from './networks.ts';
import { Watched } from './watched.ts';

const COMMAND = 40;
/** A message type, and a reason of REJECT. */
const REVOKE = 9;
const REVOKED = 6;
const ENGINES: readonly VmName[] = ['v8', 'fengari'];

/** m1 is with r1 when r2 is switched on, and hears both; the base station does not hear it. */
const scenario: Scenario = {
  ...network('removed', 80, [
    mote('base', 'base', '01', 0),
    mote('r1', 'router', '11', 18, 6),
    mote('r2', 'router', '12', 18, -14, { onAtSeconds: 15 }),
    mote('m1', 'mote', '21', 50, 10),
  ]),
  schedule: [{ at: COMMAND, console: 'revoke 0011', mote: 'base' }],
};

/** The plain KMP message in a frame. */
function messageIn({ octets, ack }: Transmission): { to: string; body: Buffer } | undefined {
  const mhr = ack ? undefined : readMhr(octets);
  if (mhr === undefined || mhr.secured || !mhr.ies) return undefined;
  const body = kmpBody(octets.subarray(mhr.end, -2));
  return body === undefined ? undefined : { to: mhr.dst, body };
}

/** The base station's REJECT to r1. */
function isVerdict(frame: Transmission): boolean {
  const message = messageIn(frame);
  return message?.to === '0011' && typeOf(message.body) === TYPE.REJECT && message.body.length === 14;
}

function watch(
  vm: VmName,
  lost: (message: { to: string; body: Buffer }, sender: string) => boolean,
  more: BenchHooks = {},
) {
  const rejects: Buffer[] = [];
  const last: number[] = [];
  const hooks: BenchHooks = {
    ...more,
    // B's own word never gets to m1.
    drop(frame, receiver) {
      const message = messageIn(frame);
      if (message === undefined) return false;
      const told = typeOf(message.body) === REVOKE && message.to === '0021';
      return told || lost(message, frame.sender) || more.drop?.(frame, receiver) === true;
    },
    onFrame(frame) {
      more.onFrame?.(frame);
      const message = frame.attempt > 1 ? undefined : messageIn(frame);
      if (message === undefined) return;
      if (isVerdict(frame)) rejects.push(message.body);
      if (typeOf(message.body) === TYPE.ADVERT && frame.sender === 'r1' && message.body[9] === 255)
        last.push(frame.start);
    },
  };
  const run = new Watched(scenario, hooks, vm);
  const left = run.of(events.EVENT_ATTACH, COMMAND, 'm1').find(({ args }) => args[0] === 0x12);
  return { run, rejects, last, leftAfter: left === undefined ? Infinity : left.micros / 1e6 - COMMAND };
}

describe.each(ENGINES)('a router that is removed, on %s', (vm) => {
  it('says so once, and is left at once by who was not told', () => {
    const { run, rejects, last, leftAfter } = watch(vm, () => false);
    console.log(`${vm}: m1 is with another router ${leftAfter.toFixed(1)} s after the command`);
    expect(rejects.map((body) => body[1])).toContain(REVOKED);
    expect(last).toHaveLength(1);
    expect(leftAfter).toBeLessThan(5);
    // Who says that there is no way through it is not asked to introduce anybody.
    expect(run.of(events.EVENT_RUN, COMMAND, 'm1').map(({ args }) => args[0])).toEqual([events.MODE_CENTRALISED]);
    const gone = run.of(events.EVENT_KEY_GONE, COMMAND, 'r1').map(({ args }) => args[0]);
    expect(gone.sort()).toEqual([0x01, 0x12, 0x21]);
    expect(run.of(events.EVENT_COMMIT, COMMAND).filter(({ args }) => args[0] === 0x11)).toEqual([]);
  });
});

it('takes longer to notice without its last word', () => {
  const { last, leftAfter } = watch(
    'v8',
    ({ body }, sender) => sender === 'r1' && typeOf(body) === TYPE.ADVERT && body[9] === 255,
  );
  console.log(`without it, after ${leftAfter.toFixed(1)} s`);
  expect(last).toHaveLength(1);
  expect(leftAfter).toBeGreaterThan(watch('v8', () => false).leftAfter);
});

it('goes on where the MAC of what it is told is wrong', () => {
  let bench: BenchControl;
  const { run, last } = watch('v8', () => false, {
    onStart: (control) => void (bench = control),
    drop: (frame) => frame.sender === 'base' && isVerdict(frame),
    onFrame(frame) {
      if (frame.sender !== 'base' || frame.attempt > 1 || !isVerdict(frame)) return;
      const forged = framed(frame.octets.subarray(0, -3), Uint8Array.of(frame.octets.at(-3)! ^ 1));
      bench.at(frame.end + 20_000, () => bench.inject({ x: 18, y: 7 }, forged));
    },
  });
  const refused = run.of(events.EVENT_REFUSED, COMMAND, 'r1').map(({ args }) => reasonName(args[0]));
  expect(refused).toContain('request-mac');
  expect(last).toEqual([]);
});
