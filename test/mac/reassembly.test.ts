// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Bytes } from '../../crypto-core/tables.ts';
import { fragmentCount, fragmentLength, fragmentStart } from '../../firmware/mac/fragment.ts';
import { findMpx, MPX_WORDS, putMpxFragment, putMpxFull } from '../../firmware/mac/mpx.ts';
import { BODY_LENGTH } from '../../firmware/room/router.ts';
import { reassemble, REASSEMBLY_TIME, reassemblyExpire } from '../../firmware/mac/reassembly.ts';
import * as refusals from '../../firmware/mac/refusals.ts';
import { bytes, extended, headerOf, hex, mhrOf, short, words, type Mhr } from './support.ts';

const refused = (reason: string): number => -(refusals as Record<string, number>)[`REFUSED_${reason}`];

/** One frame on its way: who sent it, and its MPX IE. */
interface Sent {
  from: Mhr;
  ie: Bytes;
  end: number;
}

const plain = mhrOf({ iePresent: 1, payloadIes: 1 });
const other = { ...plain, src: short(0x4321, 0x0003) };
const secured = { ...plain, level: 6, keyMode: 1, keyIndex: 1 };

/** A body as the frames that carry it. */
function split(body: Uint8Array, room: number, transaction: number, from: Mhr): Sent[] {
  const count = fragmentCount(body.length, room);
  return Array.from({ length: count }, (_, i) => {
    const ie = bytes('');
    const length = count === 1 ? body.length : fragmentLength(i, body.length, room);
    const at =
      count === 1 ? putMpxFull(ie, 0, body.length) : putMpxFragment(ie, 0, transaction, i, count, body.length, length);
    const start = count === 1 ? 0 : fragmentStart(i, room);
    (ie as unknown as Uint8Array).set(body.subarray(start, start + length), at);
    return { from, ie, end: at + length };
  });
}

const body = bytes('', BODY_LENGTH);

/** What becomes of a frame: a body in hexadecimal, 0, or a refusal. */
function take(sent: Sent, now = 0): string | number {
  const mpx = words(MPX_WORDS);
  expect(findMpx(sent.ie, 0, sent.end, mpx)).toBe(0);
  const result = reassemble(headerOf(sent.from), sent.ie, mpx, now, body);
  return result > 0 ? hex(body, 0, result) : result;
}

/** An MPX IE written by hand. */
const raw = (text: string, from = plain): Sent => ({ from, ie: bytes(text), end: text.replaceAll(' ', '').length / 2 });

const text = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const numbered = (length: number, first = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => first + i);
const abort = (transaction: number, from = plain): Sent =>
  raw(`0198 ${(6 + 8 * transaction).toString(16).padStart(2, '0')}`, from);

// Two visits a long time apart leave no message under way.
beforeEach(() => {
  reassemblyExpire(0);
  reassemblyExpire(0x40000000);
});

describe('reassembly', () => {
  it('gives every body back, whatever the room', () => {
    const bodies = fc.uint8Array({ minLength: 1, maxLength: BODY_LENGTH });
    fc.assert(
      fc.property(
        bodies,
        fc.integer({ min: 13, max: 107 }),
        fc.nat(31),
        fc.boolean(),
        (octets, room, transaction, safe) => {
          const frames = split(octets, room, transaction, safe ? secured : plain);
          const results = frames.map((sent) => take(sent));
          expect(results).toEqual([...frames.slice(1).map(() => 0), text(octets)]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps two messages apart, however they interleave, and ignores what a lost acknowledgement repeats', () => {
    const bodies = fc.tuple(
      fc.uint8Array({ minLength: 60, maxLength: BODY_LENGTH }),
      fc.uint8Array({ minLength: 60, maxLength: BODY_LENGTH }),
    );
    const pairs = fc.constantFrom(
      [plain, other],
      [plain, secured],
      [secured, { ...secured, keyIndex: 2 }],
      [secured, { ...secured, dst: short(0x4321, 0xffff) }],
      [plain, { ...plain, src: extended(0x4321, 0, 2) }],
      [plain, { ...plain, src: short(0x1111, 2) }],
    );
    fc.assert(
      fc.property(bodies, pairs, fc.nat(31), fc.array(fc.nat(2)), (two, [a, b], transaction, order) => {
        const queues = [split(two[0], 40, transaction, a), split(two[1], 40, transaction, b)];
        const results: (string | number)[] = [];
        const last: Sent[] = [];
        for (let i = 0; queues[0].length + queues[1].length > 0; i++) {
          const turn = order[i % (order.length + 1)] ?? i % 2;
          const which = turn === 2 ? i % 2 : turn;
          // The frame before once more; after the last fragment it is nobody's.
          if (turn === 2 && last[which] !== undefined) {
            const again = take(last[which]);
            expect(again).toBe(queues[which].length === 0 ? refused('FRAGMENT_ORDER') : 0);
          }
          const sent = queues[which].shift() ?? queues[1 - which].shift();
          if (sent === undefined) break;
          last[sent.from === a ? 0 : 1] = sent;
          const result = take(sent);
          if (result !== 0) results.push(result);
        }
        expect(results.sort()).toEqual([text(two[0]), text(two[1])].sort());
      }),
      { numRuns: 500 },
    );
  });

  it('ends a message whose fragment is missing', () => {
    const frames = split(numbered(100), 30, 4, plain);
    expect(frames.length).toBeGreaterThan(3);
    expect([take(frames[0]), take(frames[2]), take(frames[3])]).toEqual([
      0,
      refused('FRAGMENT_ORDER'),
      refused('FRAGMENT_ORDER'),
    ]);
  });

  it('begins anew with fragment 0, so that a reset sender is not mixed with its former self', () => {
    const before = split(numbered(100), 30, 4, plain);
    const after = split(numbered(90, 100), 30, 4, plain);
    take(before[0]);
    take(before[1]);
    expect(after.map((sent) => take(sent)).at(-1)).toBe(text(numbered(90, 100)));
  });

  it('refuses fragments that no first one announced', () => {
    expect(take(split(numbered(100), 30, 4, plain)[1])).toBe(refused('FRAGMENT_ORDER'));
  });

  it.each([
    ['another source', other],
    ['another PAN', { ...plain, src: short(0x1234, 2) }],
    ['a key', secured],
    ['an EUI-64', { ...plain, src: extended(0x4321, 0, 2) }],
  ])('does not continue a plain message from %s', (_, from) => {
    const frames = split(numbered(60), 40, 4, plain);
    take(frames[0]);
    expect(take({ ...frames[1], from })).toBe(refused('FRAGMENT_ORDER'));
    expect(
      frames
        .slice(1)
        .map((sent) => take(sent))
        .at(-1),
    ).toBe(text(numbered(60)));
  });

  it.each([
    ['no key', plain],
    ['another key index', { ...secured, keyIndex: 2 }],
    ['another level', { ...secured, level: 5 }],
    ['another key identifier mode', { ...secured, keyMode: 3 }],
    ['the group key', { ...secured, dst: short(0x4321, 0xffff) }],
  ])('does not continue a secured message under %s', (_, from) => {
    const frames = split(numbered(60), 40, 4, secured);
    take(frames[0]);
    expect(take({ ...frames[1], from })).toBe(refused('FRAGMENT_ORDER'));
    expect(
      frames
        .slice(1)
        .map((sent) => take(sent))
        .at(-1),
    ).toBe(text(numbered(60)));
  });

  it.each([
    ['high', extended(0x4321, 8, 2)],
    ['low', extended(0x4321, 7, 3)],
  ])('tells two EUI-64s apart by the %s word alone', (_, src) => {
    const frames = split(numbered(60), 40, 4, { ...plain, src: extended(0x4321, 7, 2) });
    take(frames[0]);
    expect(take({ ...frames[1], from: { ...plain, src } })).toBe(refused('FRAGMENT_ORDER'));
  });

  it('takes 224 octets and refuses 225', () => {
    expect(
      split(numbered(224), 100, 1, plain)
        .map((sent) => take(sent))
        .at(-1),
    ).toBe(text(numbered(224)));
    expect(take(raw('0c98 0a 00 e500 0100 ff acde48 5152'))).toBe(refused('MESSAGE_SIZE'));
    expect(take(raw('0c98 0a 00 ffff 0100 ff acde48 5152'))).toBe(refused('MESSAGE_SIZE'));
  });

  it.each([
    ['more in the first fragment than the total', ['0c98 0a 00 0500 0100 ff acde48 5152']],
    ['all of it in the first fragment', ['0c98 0a 00 0600 0100 ff acde48 5152']],
    ['a total smaller than the KMP header', ['0c98 0a 00 0300 0100 ff acde48 5152']],
    ['all of it before the last fragment', ['0c98 0a 00 0800 0100 ff acde48 5152', '0498 0a 01 5354']],
    ['more than the total', ['0c98 0a 00 0800 0100 ff acde48 5152', '0598 0c 01 535455']],
    ['less than the total', ['0c98 0a 00 0800 0100 ff acde48 5152', '0398 0c 01 53']],
  ])('refuses %s', (_, frames) => {
    const results = frames.map((ie) => take(raw(ie)));
    expect(results).toEqual([...frames.slice(1).map(() => 0), refused('FRAGMENT_SIZE')]);
    expect(take(raw('0398 0c 01 53'))).toBe(refused('FRAGMENT_ORDER'));
  });

  it('ends a message by an abort of its sender, and of nobody else', () => {
    const frames = split(numbered(60), 40, 4, plain);
    take(frames[0]);
    expect(take(abort(4, other))).toBe(0);
    expect(take(abort(5))).toBe(0);
    expect(take(abort(4, secured))).toBe(0);
    expect(take(abort(4))).toBe(refused('MESSAGE_ABORTED'));
    expect(take(frames[1])).toBe(refused('FRAGMENT_ORDER'));
  });

  it.each([0, 0x7fffffff - 1000])('gives a message 5 seconds, begun at %d ms', (start) => {
    const at = (delay: number): number => (start + delay) & 0x7fffffff;
    const frames = split(numbered(60), 40, 4, plain);
    take(frames[0], at(0));
    expect(take(frames[1], at(REASSEMBLY_TIME))).not.toBe(refused('FRAGMENT_LATE'));
    take(frames[0], at(0));
    expect(take(frames[1], at(REASSEMBLY_TIME + 1))).toBe(refused('FRAGMENT_LATE'));
    expect(take(frames[1], at(REASSEMBLY_TIME + 1))).toBe(refused('FRAGMENT_ORDER'));
  });

  it('counts the messages that time ended', () => {
    take(split(numbered(60), 40, 4, plain)[0], 100);
    take(split(numbered(60), 40, 4, other)[0], 3000);
    expect(reassemblyExpire(5100)).toBe(0);
    expect(reassemblyExpire(5101)).toBe(1);
    expect(reassemblyExpire(8001)).toBe(1);
    expect(reassemblyExpire(8001)).toBe(0);
  });

  describe('with both places taken', () => {
    const first = (from: Mhr, transaction = 4): Sent => split(numbered(60), 40, transaction, from)[0];
    const third = { ...plain, src: short(0x4321, 0x0004) };

    it('refuses a third plain message, until one expires', () => {
      expect([take(first(plain)), take(first(other)), take(first(third))]).toEqual([0, 0, refused('NO_SLOT')]);
      expect(take(first(third), 5001)).toBe(0);
    });

    it('lets a sender give up its own message for another', () => {
      expect([take(first(plain)), take(first(other)), take(first(plain, 5))]).toEqual([0, 0, 0]);
      const rest = split(numbered(60), 40, 5, plain).slice(1);
      expect(rest.map((sent) => take(sent)).at(-1)).toBe(text(numbered(60)));
    });

    it('displaces a plain message for a secured one, never the other way round', () => {
      const secure = (low: number): Mhr => ({ ...secured, src: short(0x4321, low) });
      expect([take(first(plain)), take(first(other))]).toEqual([0, 0]);
      expect([take(first(secure(5))), take(first(secure(6)))]).toEqual([0, 0]);
      expect([take(first(plain)), take(first(secure(7)))]).toEqual([refused('NO_SLOT'), refused('NO_SLOT')]);
    });
  });

  it('never gives a body that nobody sent, whatever is lost, repeated or swapped', () => {
    const run = fc.tuple(fc.integer({ min: 1, max: 224 }), fc.integer({ min: 13, max: 60 }), fc.nat(3), fc.nat(3));
    const senders = [plain, other, secured, { ...secured, keyIndex: 2 }];
    fc.assert(
      fc.property(
        fc.array(run, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 60 }),
        (runs, picks) => {
          // One body for each sender and transaction, so that a mix of two could be told from either.
          const bodies = new Map<string, string>();
          const frames = runs.flatMap(([length, room, who, transaction], i) => {
            const key = `${who} ${transaction}`;
            if (bodies.has(key)) return [];
            const octets = numbered(length, i * 61);
            bodies.set(key, text(octets));
            return split(octets, room, transaction, senders[who]);
          });
          const known = new Set(bodies.values());
          picks.forEach((pick, i) => {
            const result = take(frames[pick % frames.length], i * 100);
            if (typeof result === 'string') expect(known).toContain(result);
            else expect(result).toBeLessThanOrEqual(0);
          });
          reassemblyExpire(0x30000000);
        },
      ),
      { numRuns: 500 },
    );
  });
});
