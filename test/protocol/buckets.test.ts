// SPDX-License-Identifier: Apache-2.0
// What strangers can make a router relay at one moment (docs/protocol.md "Limits"); the clock of a driven image stands still.
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../host/scenario/load.ts';
import { head, TYPE } from './frames.ts';
import { record } from './recording.ts';
import { reasonsOf, Stage } from './stage.ts';

const recording = record({ ...loadScenario('roaming'), durationSeconds: 60 });

describe.each(['v8', 'fengari'] as const)('a router, on %s', (vm) => {
  const stage = new Stage(recording, 'r1', vm);
  const { sniffer } = stage;
  const tail = Buffer.alloc(20, 7);
  const heard = (octets: Uint8Array) => ({ octets, lqi: 150 });
  const request = heard(
    sniffer.plainFrame(
      'm2',
      'r1',
      Buffer.concat([Uint8Array.of(head(TYPE.REQUEST, 0)), Buffer.from('0011', 'hex'), tail]),
    ),
  );
  const [child] = sniffer.keysOf('r3', 'r1');
  const up = (counter: number) =>
    heard(
      sniffer.linkFrame(child!, 'r3', counter, {
        body: Buffer.concat([Uint8Array.of(head(TYPE.UP, 0), 0), Buffer.from('0013', 'hex'), Buffer.alloc(23, 0x74)]),
      }),
    );

  it('relays 20 REQUESTs that nobody has vouched for, and 60 messages of its children beside them', () => {
    const driven = stage.at(stage.instant('ADVERT', -1));
    const strangers = Array.from({ length: 30 }, () => driven.hear(request));
    expect(strangers.map(reasonsOf).filter(([reason]) => reason === undefined)).toHaveLength(20);
    expect(strangers.slice(20).map(reasonsOf)).toEqual(Array.from({ length: 10 }, () => ['bucket']));
    expect(strangers.reduce((sum, { sends }) => sum + sends.length, 0)).toBe(20);
    const children = Array.from({ length: 70 }, (_, i) => driven.hear(up(5000 + i)));
    expect(children.filter(({ sends }) => sends.length === 1)).toHaveLength(60);
    expect(children.slice(60).map(reasonsOf)).toEqual(Array.from({ length: 10 }, () => ['bucket']));
    // Each refusal is counted by its reason, and the console says so.
    expect(driven.refusals()).toEqual(driven.refused);
  });
});

describe('DOWN', () => {
  it('is taken from above alone', () => {
    const stage = new Stage(recording, 'r1');
    const { sniffer } = stage;
    const driven = stage.at(stage.instant('ADVERT', -1));
    const body = Buffer.concat([
      Uint8Array.of(head(TYPE.DOWN, 0), 1),
      Buffer.from('0022', 'hex'),
      Buffer.alloc(14, 0x64),
    ]);
    const from = (src: string) => {
      const [key] = sniffer.keysOf(src, 'r1');
      return driven.hear({ octets: sniffer.linkFrame(key!, src, 5000, { body }), lqi: 150 });
    };
    const [above, below] = [from('base'), from('r3')];
    expect([reasonsOf(above), above.sends.length]).toEqual([[], 1]);
    expect([reasonsOf(below), below.sends.length]).toEqual([['route'], 0]);
  });
});
