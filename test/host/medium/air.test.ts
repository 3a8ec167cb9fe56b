// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Transmission } from '../../../host/medium/air.ts';
import { dataFrame, makeRig } from './rig.ts';
import type { Rig, Station } from './rig.ts';

/** Puts a broadcast on the air from x metres at a moment. */
function inject(rig: Rig, sender: string, x: number, at: number, length = 100): void {
  const octets = dataFrame({ to: 0xffff, ack: false, length });
  const what = { sender, octets, attempt: 1, ack: false, label: sender };
  rig.clock.at(at, () => void rig.air.transmit({ x, y: 0 }, what));
}

function labels(station: Station): unknown[] {
  return station.received.map(({ label }) => label);
}

describe('overlap at a receiver', () => {
  it('destroys two frames of like power', () => {
    const rig = makeRig();
    const b = rig.station('b', 2, 0);
    inject(rig, 'left', -30, 0);
    inject(rig, 'right', 31, 1000);
    rig.clock.runUntil(100_000);
    expect(labels(b)).toEqual([]);
    expect(rig.count('b', 'collision')).toBe(2);
  });

  it('leaves the one that is 3 dB above, whichever came first', () => {
    for (const [near, far] of [
      [0, 1000],
      [1000, 0],
    ] as const) {
      const rig = makeRig();
      const b = rig.station('b', 2, 0);
      inject(rig, 'near', -20, near);
      inject(rig, 'far', 30, far);
      rig.clock.runUntil(100_000);
      expect(labels(b)).toEqual(['near']);
    }
  });

  it('does not happen to frames that follow on each other', () => {
    const rig = makeRig();
    const b = rig.station('b', 2, 0);
    inject(rig, 'first', -30, 0);
    inject(rig, 'second', 30, (6 + 100) * 32);
    rig.clock.runUntil(100_000);
    expect(labels(b)).toEqual(['first', 'second']);
  });

  it('also comes from one too weak to be received', () => {
    const rig = makeRig();
    const b = rig.station('b', 2, 0);
    inject(rig, 'edge', 68, 0);
    inject(rig, 'beyond', -70, 1000);
    rig.clock.runUntil(100_000);
    expect(labels(b)).toEqual([]);
    expect(rig.receptions).toMatchObject([{ reception: 'collision' }]);
  });

  it('is frequent between hidden terminals, which CSMA-CA cannot keep apart', () => {
    // a and c, 120 m apart, do not hear each other; b in the middle hears both.
    const rig = makeRig(3);
    const b = rig.station('b', 3, 60);
    let sent = 0;
    for (const [name, short, x] of [
      ['a', 1, 0],
      ['c', 2, 120],
    ] as const) {
      const station = rig.station(name, short, x);
      const again = (): void => {
        sent++;
        station.chip.send(dataFrame({ to: 3, from: short, length: 100, ack: false }), undefined);
      };
      station.onSent = again;
      again();
    }
    rig.clock.runUntil(10_000_000);
    expect(sent).toBeGreaterThan(2000);
    expect(rig.count('b', 'collision') / sent).toBeGreaterThan(0.8);
    expect(b.received.length / sent).toBeLessThan(0.2);
  });
});

describe('loss', () => {
  function share(configure: (rig: Rig) => void, seed = 11): number {
    const rig = makeRig(seed);
    const b = rig.station('b', 2, 0);
    configure(rig);
    for (let i = 0; i < 5000; i++) inject(rig, 'a', 10, i * 5000, 40);
    rig.clock.runUntil(5000 * 5000);
    return 1 - b.received.length / 5000;
  }

  it('takes its share of the frames', () => {
    // Binomial, n = 5,000, p = 0.2: standard deviation 0.0057; five of them.
    const lost = share((rig) => (rig.air.lossProbability = 0.2));
    expect(Math.abs(lost - 0.2)).toBeLessThan(0.0285);
  });

  it('of one link replaces that of all', () => {
    const lost = share((rig) => {
      rig.air.lossProbability = 0.2;
      rig.air.setLinkLoss('b', 'a', 0.6);
    });
    expect(Math.abs(lost - 0.6)).toBeLessThan(0.035);
  });

  it('0 and 1 are exact', () => {
    expect(share(() => {})).toBe(0);
    expect(share((rig) => (rig.air.lossProbability = 1))).toBe(1);
  });
});

describe('a hook', () => {
  it('can keep frames from one receiver', () => {
    const rig = makeRig(1, { drop: (_, receiver) => receiver === 'b' });
    const b = rig.station('b', 2, 0);
    const c = rig.station('c', 3, 5);
    inject(rig, 'a', 10, 0);
    rig.clock.runUntil(10_000);
    expect([labels(b), labels(c)]).toEqual([[], ['a']]);
  });
});

describe('a moving mote', () => {
  it('hears only while it is in range', () => {
    const rig = makeRig();
    // 100 m away at 0 s, at the sender after 10 s, 100 m away again after 20 s.
    const waypoints = [
      { at: 10, x: 0, y: 0 },
      { at: 20, x: 100, y: 0 },
    ];
    const b = rig.station('b', 2, -100, waypoints);
    for (let second = 0; second < 20; second++) inject(rig, String(second), 0, second * 1e6);
    rig.clock.runUntil(20e6);
    // In range within 68 m: from 3.2 s to 16.8 s.
    expect(labels(b)).toEqual(Array.from({ length: 13 }, (_, i) => String(i + 4)));
    const quality = b.received.map(({ lqi }) => lqi);
    expect(Math.max(...quality)).toBe(quality[6]);
  });
});

describe('determinism', () => {
  function traffic(seed: number): string {
    const rig = makeRig(seed);
    rig.air.lossProbability = 0.1;
    const stations = [0, 1, 2, 3].map((i) => rig.station(`m${i}`, i, i * 30));
    stations.forEach((station, i) => {
      let sequence = 0;
      const again = (): void => {
        sequence = (sequence + 1) & 255;
        station.chip.send(dataFrame({ to: (i + 1) % 4, from: i, sequence, length: 30 + i }), undefined);
      };
      station.onSent = again;
      again();
    });
    rig.clock.runUntil(2_000_000);
    const line = ({ start, octets }: Transmission): string => `${start} ${Buffer.from(octets).toString('hex')}`;
    return rig.frames.map(line).join('\n');
  }

  it('gives one seed the same octets at the same times, and another seed others', () => {
    const first = traffic(1);
    expect(first.split('\n').length).toBeGreaterThan(500);
    expect(traffic(1)).toBe(first);
    expect(traffic(2)).not.toBe(first);
  });
});
