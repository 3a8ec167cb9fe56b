// SPDX-License-Identifier: Apache-2.0
// False ADVERTs can make routers follow each other in a circle. Each finds out by itself, and soon (protocol.md "Discovery").
import { expect, it } from 'vitest';
import * as events from '../../firmware/events.ts';
import { head, TYPE } from './frames.ts';
import { mote, network } from './networks.ts';
import { Sniffer } from './sniffer.ts';
import { Watched } from './watched.ts';

const FLOOD = { from: 60, to: 90 };
const MICROS = 1e6;

function advert(eui: Buffer, rank: number): Buffer {
  return Buffer.concat([Uint8Array.of(head(TYPE.ADVERT, 0)), eui, Uint8Array.of(rank, 0x15, 0x7f, 0, 0)]);
}

it('a circle of routers that false ADVERTs have made ends in seconds', () => {
  // r1 is in earshot of the base station; r2 and r3 are not, and all three hear each other.
  const motes = [
    mote('base', 'base', '01', 0),
    mote('r1', 'router', '11', 40),
    mote('r2', 'router', '12', 75, 10),
    mote('r3', 'router', '13', 75, -10),
  ];
  const scenario = network('circle', 240, motes);
  const sniffer = new Sniffer(scenario);
  const run = new Watched(scenario, {
    onStart(bench) {
      const far = sniffer.plainFrame('base', '', advert(sniffer.eui('base'), 20));
      const near = ['r2', 'r3'].map((name) => sniffer.plainFrame(name, '', advert(sniffer.eui(name), 0)));
      for (let at = FLOOD.from * MICROS; at < FLOOD.to * MICROS; at += 200e3) {
        bench.at(at, () => bench.inject({ x: 41, y: 0 }, far));
        near.forEach((frame, i) => bench.at(at + (i + 1) * 50e3, () => bench.inject({ x: 60, y: 0 }, frame)));
      }
    },
  });
  for (const r of run.reports) if ([5,6,13].includes(r.event)) console.log((r.micros/1e6).toFixed(1), r.mote, {5:'attach',6:'detach',13:'rank'}[r.event], r.args.slice(0,2).map((x)=>x.toString(16)).join(' '));
  expect(run.failures).toEqual([]);
});
