// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { SENT_NO_ACK, SENT_NO_CHANNEL, SENT_OK } from '../../../host/medium/chip.ts';
import { withFcs } from '../../../host/medium/frame.ts';
import { airtime } from '../../../host/medium/phy.ts';
import { dataFrame, makeRig, PAN } from './rig.ts';

describe('a frame with acknowledgement', () => {
  it('is acknowledged 192 us after its end and reported when the acknowledgement is in', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    const b = rig.station('b', 2, 20);
    const octets = dataFrame({ to: 2, sequence: 77 });
    a.chip.send(octets, 'label');
    rig.clock.runUntil(100_000);

    const [frame, ack] = rig.frames;
    expect(rig.frames.length).toBe(2);
    expect(frame).toMatchObject({ sender: 'a', octets, attempt: 1, ack: false, label: 'label' });
    expect(frame.end - frame.start).toBe(airtime(40));
    expect(ack).toMatchObject({ sender: 'b', start: frame.end + 192, ack: true, label: 'label' });
    expect(ack.octets[2]).toBe(77);
    expect(b.received).toMatchObject([{ at: frame.end, octets, label: 'label' }]);
    expect(a.sent).toEqual([{ at: ack.end, status: SENT_OK }]);
  });

  it('is sent four times where nobody answers, each attempt after 864 us and a fresh back-off', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    a.chip.send(dataFrame({ to: 2 }), undefined);
    rig.clock.runUntil(1_000_000);
    expect(rig.frames.map((frame) => frame.attempt)).toEqual([1, 2, 3, 4]);
    for (let i = 1; i < 4; i++) {
      const pause = rig.frames[i].start - rig.frames[i - 1].end - 864 - 128 - 192;
      expect(pause % 320).toBe(0);
      expect(pause).toBeGreaterThanOrEqual(0);
      expect(pause).toBeLessThanOrEqual(7 * 320);
    }
    expect(a.sent).toEqual([{ at: rig.frames[3].end + 864, status: SENT_NO_ACK }]);
  });

  it.each([
    [1, { highestAcknowledged: 1 }, SENT_OK, 1],
    [2, { highestAcknowledged: 1 }, SENT_NO_ACK, 4],
    [2, { highestVersion: 1 }, SENT_NO_ACK, 0],
  ])('of version %i where the receiver has %o', (version, limits, status, times) => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    const b = rig.station('b', 2, 20);
    b.chip.setFilter({ pan: PAN, short: 2, euiHigh: 0, euiLow: 2, ...limits });
    const frame = dataFrame({ to: 2 }).subarray(0, -2);
    frame[1] = (frame[1] & ~0x30) | (version << 4);
    a.chip.send(withFcs(frame), undefined);
    rig.clock.runUntil(1_000_000);
    expect(a.sent).toMatchObject([{ status }]);
    expect(b.received.length).toBe(times);
  });

  it('reaches its receiver a second time where the acknowledgement is lost', () => {
    let acks = 0;
    const rig = makeRig(1, { drop: ({ ack }) => ack && acks++ === 0 });
    const a = rig.station('a', 1, 0);
    const b = rig.station('b', 2, 20);
    a.chip.send(dataFrame({ to: 2 }), undefined);
    rig.clock.runUntil(100_000);
    expect(b.received.length).toBe(2);
    expect(a.sent).toMatchObject([{ status: SENT_OK }]);
  });

  it('is not acknowledged, nor taken, while another one waits in the FIFO', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    const b = rig.station('b', 2, 20);
    b.deaf = true;
    a.onSent = () => {
      if (a.sent.length === 1) a.chip.send(dataFrame({ to: 2, sequence: 2 }), undefined);
    };
    a.chip.send(dataFrame({ to: 2, sequence: 1 }), undefined);
    rig.clock.runUntil(1_000_000);
    expect(a.sent.map(({ status }) => status)).toEqual([SENT_OK, SENT_NO_ACK]);
    expect(b.chip.drain()!.octets[2]).toBe(1);
    expect(b.chip.drain()).toBeUndefined();
    // Drained, it hears again.
    a.chip.send(dataFrame({ to: 2, sequence: 3 }), undefined);
    rig.clock.runUntil(2_000_000);
    expect(a.sent.at(-1)!.status).toBe(SENT_OK);
    expect(b.chip.drain()!.octets[2]).toBe(3);
  });

  it('is not acknowledged by those it is not for', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    const b = rig.station('b', 2, 20);
    a.chip.send(dataFrame({ to: 3 }), undefined);
    rig.clock.runUntil(100_000);
    expect(a.sent).toMatchObject([{ status: SENT_NO_ACK }]);
    expect(b.received).toEqual([]);
  });
});

describe('a frame without acknowledgement', () => {
  it('is over with its last octet, and a broadcast reaches everyone in range', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    const b = rig.station('b', 2, 30);
    const c = rig.station('c', 3, 60);
    const d = rig.station('d', 4, 70);
    a.chip.send(dataFrame({ to: 0xffff, ack: false }), undefined);
    rig.clock.runUntil(100_000);
    expect(a.sent).toEqual([{ at: rig.frames[0].end, status: SENT_OK }]);
    expect([b, c, d].map(({ received }) => received.length)).toEqual([1, 1, 0]);
    expect(b.received[0].lqi).toBeGreaterThan(c.received[0].lqi);
  });
});

describe('CSMA-CA', () => {
  it('backs off 0 to 7 units before the first attempt, all of them about equally often', () => {
    const counts = new Array<number>(8).fill(0);
    const rig = makeRig(5);
    const a = rig.station('a', 1, 0);
    let asked = 0;
    const again = (): void => {
      asked = rig.clock.now;
      a.chip.send(dataFrame({ to: 0xffff, ack: false }), undefined);
    };
    a.onSent = () => {
      const { start } = rig.frames.at(-1)!;
      counts[(start - asked - 128 - 192) / 320]++;
      if (rig.frames.length < 4000) again();
    };
    again();
    rig.clock.runUntil(60_000_000);
    // Binomial, n = 4,000, p = 1/8: standard deviation 21; five of them.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(105);
  });

  it('gives up after five looks at a channel that is never free', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    const noise = (): void => {
      const what = { sender: 'noise', octets: new Uint8Array(127), attempt: 1, ack: false, label: undefined };
      rig.clock.at(rig.air.transmit({ x: 5, y: 0 }, what).end, noise);
    };
    noise();
    a.chip.send(dataFrame({ to: 2 }), undefined);
    rig.clock.runUntil(100_000);
    expect(a.sent).toMatchObject([{ status: SENT_NO_CHANNEL }]);
    expect(rig.frames.every((frame) => frame.sender === 'noise')).toBe(true);
    // Five CCAs after back-offs of at most 7, 15, 31, 31, 31 units.
    expect(a.sent[0].at).toBeLessThanOrEqual(5 * 128 + 115 * 320);
  });

  it('does not mind a sender that it cannot hear', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    const noise = (): void => {
      const what = { sender: 'noise', octets: new Uint8Array(127), attempt: 1, ack: false, label: undefined };
      rig.clock.at(rig.air.transmit({ x: 100, y: 0 }, what).end, noise);
    };
    noise();
    a.chip.send(dataFrame({ to: 0xffff, ack: false }), undefined);
    rig.clock.runUntil(100_000);
    expect(a.sent).toMatchObject([{ status: SENT_OK }]);
  });

  it('keeps two senders in earshot of each other apart', () => {
    const rig = makeRig(3);
    const b = rig.station('b', 3, 0);
    for (const [name, short, x] of [
      ['a', 1, -20],
      ['c', 2, 20],
    ] as const) {
      const station = rig.station(name, short, x);
      const again = (): void => station.chip.send(dataFrame({ to: 3, from: short, length: 100 }), undefined);
      station.onSent = again;
      again();
    }
    rig.clock.runUntil(10_000_000);
    // What remains are two that looked within the same turnaround.
    const collisions = rig.count('b', 'collision');
    expect(b.received.length).toBeGreaterThan(1000);
    expect(collisions / b.received.length).toBeLessThan(0.25);
  });
});

describe('half duplex', () => {
  it('is deaf while it sends', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    a.chip.send(dataFrame({ to: 0xffff, ack: false, length: 127 }), undefined);
    rig.clock.runUntil(5_000);
    const own = rig.frames[0];
    expect(own.end).toBeGreaterThan(rig.clock.now);
    // Begins within its own frame and ends after it.
    const octets = dataFrame({ to: 1, ack: false, length: 100 });
    rig.air.transmit({ x: 10, y: 0 }, { sender: 'x', octets, attempt: 1, ack: false, label: undefined });
    rig.clock.runUntil(100_000);
    expect(rig.receptions.find((r) => r.transmission.sender === 'x')).toMatchObject({
      receiver: 'a',
      reception: 'deaf',
    });
    expect(a.received).toEqual([]);
  });
});

describe('power', () => {
  it('cut in mid-frame cuts the frame, and nothing of the old life follows', () => {
    const rig = makeRig();
    const a = rig.station('a', 1, 0);
    const b = rig.station('b', 2, 20);
    a.chip.send(dataFrame({ to: 2, length: 127 }), undefined);
    rig.clock.runUntil(4_000);
    expect(rig.frames.length).toBe(1);
    expect(rig.frames[0].end).toBeGreaterThan(4_000);
    a.chip.powerOff();
    a.chip.powerOn();
    rig.clock.runUntil(100_000);
    expect(rig.frames.length).toBe(1);
    expect(a.sent).toEqual([]);
    expect(b.received).toEqual([]);
  });
});
