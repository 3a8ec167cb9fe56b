// SPDX-License-Identifier: Apache-2.0
// Chips on an air of their own, without motes: each one drains its FIFO at once unless told to be deaf.

import { Air } from '../../../host/medium/air.ts';
import type { AirHooks, Reception, Transmission } from '../../../host/medium/air.ts';
import { Chip } from '../../../host/medium/chip.ts';
import { Clock } from '../../../host/medium/clock.ts';
import { withFcs } from '../../../host/medium/frame.ts';
import { walk } from '../../../host/medium/path.ts';
import type { Waypoint } from '../../../host/medium/path.ts';
import { Prng } from '../../../host/medium/prng.ts';

export const PAN = 0xabcd;
/** 68 m of range: 40 dB at the first metre, 30 dB a decade, -95 dBm. */
export const RADIO = { txPowerDbm: 0, pathLossExponent: 3, referenceLossDb: 40, sensitivityDbm: -95 };

export interface DataFrame {
  to: number;
  from?: number;
  sequence?: number;
  ack?: boolean;
  pan?: number;
  /** Octets of the MPDU with FCS. */
  length?: number;
}

/** A data frame of version 1, short addresses, PAN ID compression. */
export function dataFrame({ to, from = 0, sequence = 1, ack = true, pan = PAN, length = 40 }: DataFrame): Uint8Array {
  const mpdu = new Uint8Array(length - 2);
  const header = [ack ? 0x61 : 0x41, 0x98, sequence, pan & 255, pan >> 8, to & 255, to >> 8, from & 255, from >> 8];
  mpdu.set(header);
  return withFcs(mpdu);
}

export interface Station {
  readonly chip: Chip;
  readonly received: { at: number; octets: Uint8Array; lqi: number; label: unknown }[];
  readonly sent: { at: number; status: number }[];
  /** Leaves frames in the FIFO while true. */
  deaf: boolean;
  /** Called when a frame left or failed. */
  onSent: () => void;
}

export interface Rig {
  readonly clock: Clock;
  readonly air: Air;
  readonly frames: Transmission[];
  readonly receptions: { transmission: Transmission; receiver: string; reception: Reception }[];
  /** Adds a chip that is on, with short address `short`, at x metres. */
  station(name: string, short: number, x: number, waypoints?: readonly Waypoint[]): Station;
  /** How often each thing became of frames (no acknowledgements) at a receiver. */
  count(receiver: string, reception: Reception): number;
}

export function makeRig(seed = 1, hooks: AirHooks = {}): Rig {
  const clock = new Clock();
  const frames: Transmission[] = [];
  const receptions: Rig['receptions'] = [];
  const record: AirHooks = {
    onFrame: (transmission) => frames.push(transmission),
    onReception: (transmission, receiver, reception) => receptions.push({ transmission, receiver, reception }),
  };
  const air = new Air(clock, RADIO, seed, [record, hooks]);
  return {
    clock,
    air,
    frames,
    receptions,
    station(name, short, x, waypoints = []) {
      const take = (): void => {
        if (station.deaf) return;
        const frame = chip.drain();
        if (frame !== undefined) station.received.push({ at: clock.now, ...frame });
      };
      const events = {
        frame: take,
        sent(status: number): void {
          station.sent.push({ at: clock.now, status });
          station.onSent();
        },
      };
      const chip = new Chip(name, clock, air, new Prng(seed, `csma ${name}`), walk({ x, y: 0 }, waypoints), events);
      const station: Station = { chip, received: [], sent: [], deaf: false, onSent: () => {} };
      chip.powerOn();
      chip.setFilter({ pan: PAN, short, euiHigh: 0xacde4800 | 0, euiLow: short });
      return station;
    },
    count: (receiver, reception) =>
      receptions.filter((r) => r.receiver === receiver && r.reception === reception && !r.transmission.ack).length,
  };
}
