// SPDX-License-Identifier: Apache-2.0
// A radio twin on a desk: no program, no air. What a data sheet says goes in by hand, and what comes out is looked at.

import type { Received } from '../../host/medium/chip.ts';
import type { Filter } from '../../host/medium/frame.ts';
import type { RadioTwin, Surroundings } from '../../host/twin/device.ts';

export interface Desk<Radio extends RadioTwin> {
  readonly radio: Radio;
  /** One access: octets out, octets back. Both are written in hexadecimal. */
  spi(out: string): string;
  wait(micros: number): void;
  /** A frame arrives at the receiver. */
  arrive(octets: Uint8Array, lqi: number): void;
  /** Frames handed to the medium. */
  readonly sent: Uint8Array[];
  filter: Filter | undefined;
  hearing: string;
  channel: number;
  resets: number;
  receiving: boolean;
  /** What bits of noise are taken from. */
  noise: number;
  readonly held: Received | undefined;
}

export function makeDesk<Radio extends RadioTwin>(make: (around: Surroundings) => Radio): Desk<Radio> {
  let now = 0;
  let held: Received | undefined;
  const around: Surroundings = {
    micros: () => now,
    later: (run) => run(),
    noise: (bits) => desk.noise & ((1 << bits) - 1),
    interruptChanged: () => {},
    medium: {
      setFilter: (filter) => void (desk.filter = filter),
      hear: (hearing) => void (desk.hearing = hearing),
      tune: (channel) => void (desk.channel = channel),
      send: (octets) => void desk.sent.push(octets),
      reset: () => void desk.resets++,
      get receiving() {
        return desk.receiving;
      },
      get held() {
        return held;
      },
      drain: () => void (held = undefined),
    },
  };
  const radio = make(around);
  const desk: Desk<Radio> = {
    radio,
    spi(out) {
      radio.select();
      const back = Buffer.from(out.replaceAll(' ', ''), 'hex').map((octet) => radio.exchange(octet));
      radio.release();
      return Buffer.from(back).toString('hex');
    },
    wait: (micros) => void (now += micros),
    arrive(octets, lqi) {
      held = { octets, lqi, label: undefined };
      radio.received();
    },
    sent: [],
    filter: undefined,
    hearing: 'all',
    channel: 0,
    resets: 0,
    receiving: false,
    noise: 0,
    get held() {
      return held;
    },
  };
  return desk;
}
