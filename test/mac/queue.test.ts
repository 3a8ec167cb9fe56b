// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../crypto-core/tables.ts';
import { QUEUE_FRAMES, queueLqi, queuePut, queueTake } from '../../firmware/mac/queue.ts';
import { bytes, hex } from './support.ts';

/** Takes the oldest frame. */
function take(): { frame: string; lqi: number } | undefined {
  const frame = bytes('ee'.repeat(128));
  const length = queueTake(frame);
  expect(hex(frame, length, 128)).toBe('ee'.repeat(128 - length));
  return length === 0 ? undefined : { frame: hex(frame, 0, length), lqi: queueLqi() };
}

describe('the receive queue', () => {
  it('holds three frames, first in first out, and drops the newest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 127 }), fc.nat(255)))),
        (events) => {
          while (take() !== undefined);
          const model: { frame: string; lqi: number }[] = [];
          for (const event of events) {
            if (event === null) {
              expect(take()).toEqual(model.shift());
            } else {
              const [frame, lqi] = event;
              const fits = model.length < QUEUE_FRAMES;
              expect(queuePut(frame as unknown as Bytes, frame.length, lqi)).toBe(fits);
              if (fits) model.push({ frame: Buffer.from(frame).toString('hex'), lqi });
            }
          }
        },
      ),
    );
  });

  it('takes no frame of a length that no radio gives', () => {
    while (take() !== undefined);
    for (const length of [0, -1, 128]) expect(queuePut(bytes('', 200), length, 1)).toBe(false);
    expect(take()).toBeUndefined();
  });
});
