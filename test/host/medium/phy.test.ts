// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { walk } from '../../../host/medium/path.ts';
import { ACK_WAIT_MICROS, airtime, lqiOf, receivedDbm } from '../../../host/medium/phy.ts';
import { RADIO } from './rig.ts';

describe('the PHY', () => {
  it('takes 32 us an octet and six octets of preamble, SFD and PHR', () => {
    expect(airtime(127)).toBe(4256);
    expect(airtime(5)).toBe(352);
    // 250 kb/s: 127 octets of PSDU alone.
    expect((airtime(127) - airtime(0)) / 127).toBe(8e6 / 250_000);
  });

  it('waits 54 symbols for an acknowledgement', () => {
    expect(ACK_WAIT_MICROS).toBe(864);
  });

  it('loses 30 dB a decade beyond the reference at 1 m', () => {
    const at = (x: number): number => receivedDbm(RADIO, { x: 0, y: 0 }, { x, y: 0 });
    expect(at(0)).toBe(-40);
    expect(at(1)).toBe(-40);
    expect(at(10)).toBeCloseTo(-70);
    expect(at(100)).toBeCloseTo(-100);
    expect(receivedDbm(RADIO, { x: 0, y: 0 }, { x: 6, y: 8 }, 5)).toBeCloseTo(-65);
  });

  it('maps power to link quality', () => {
    expect([-120, -100, -60, -20, 0].map(lqiOf)).toEqual([0, 0, 128, 255, 255]);
  });
});

describe('a walk', () => {
  it('goes in straight lines between waypoints and stays at the last', () => {
    const at = walk({ x: 0, y: 0 }, [
      { at: 10, x: 0, y: 0 },
      { at: 20, x: 30, y: -40 },
    ]);
    expect(at(9e6)).toEqual({ x: 0, y: 0 });
    expect(at(15e6)).toEqual({ x: 15, y: -20 });
    expect(at(99e6)).toMatchObject({ x: 30, y: -40 });
  });
});
