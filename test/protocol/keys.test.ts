// SPDX-License-Identifier: Apache-2.0
// One who hears everything and knows the long-term keys derives every key for himself, with other libraries: what motes keep
// under their keys is what docs/protocol.md says, and no key and nonce serve twice, not across restarts either.
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import { readMhr, typeOf } from './frames.ts';
import { record } from './recording.ts';
import { Sniffer } from './sniffer.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** Two motes and a router lose their power while they are in use. */
function withRestarts(): Scenario {
  const roaming = loadScenario('roaming');
  const cut = (at: number, mote: string) => [
    { at, power: 'off' as const, mote },
    { at: at + 1, power: 'on' as const, mote },
  ];
  const schedule = [...cut(40, 'm1'), ...cut(70, 'm1'), ...cut(100, 'm2'), ...cut(130, 'r2'), ...cut(160, 'm1')];
  return { ...roaming, name: 'restarts', schedule };
}

const scenarios = [...['roaming', 'lossy', 'blackout', 'corridor'].map(loadScenario), withRestarts()];

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (name, scenario) => {
  const run = record(scenario);
  const sniffer = new Sniffer(scenario).hearAll(run.frames);
  const secured = run.frames.filter(({ octets }) => readMhr(octets)?.secured === true);
  const opened = run.frames.map(({ octets }) => sniffer.open(octets)).filter((one) => one !== undefined);

  it('has the link keys that its motes report', () => {
    const own = sniffer.pairs.map(({ link, index, node, router }) =>
      [hex(link), index, ...[node, router].sort()].join(' '),
    );
    const told = run.keys.map(({ key, index, motes }) => [key, index, ...motes].join(' '));
    console.log(`${name}: ${own.length} link keys and ${[...sniffer.sessions].length} sessions derived`);
    expect(own.length).toBeGreaterThan(5);
    expect(own.sort()).toEqual(told.sort());
  });

  it('hides what these keys open, every frame and every message', () => {
    const unread = secured.filter(({ octets }) => sniffer.open(octets) === undefined);
    expect(unread.map(({ sender, start }) => `${sender} at ${start}`)).toEqual([]);
    const sealed = opened.filter(
      ({ body, src, dst }) => body !== undefined && sniffer.seals(body, src, dst).length > 0,
    );
    const shut = sealed.filter(({ body, src, dst }) => sniffer.openAny(body!, src, dst) === undefined);
    console.log(`${name}: ${secured.length} secured frames and ${sealed.length} sealed messages opened`);
    expect(sealed.length).toBeGreaterThan(10);
    expect(shut).toEqual([]);
  });

  it('uses no key and nonce for two texts', () => {
    const used = new Map<string, string>();
    const twice: string[] = [];
    const note = (nonce: string, text: Uint8Array): void => {
      if ((used.get(nonce) ?? hex(text)) !== hex(text)) twice.push(nonce);
      used.set(nonce, hex(text));
    };
    for (const { key, mhr, src, dst, frame, body } of opened) {
      if (key !== undefined) note(`${hex(key.link)} ${src} ${mhr.counter}`, frame);
      const seal = body === undefined ? undefined : sniffer.openAny(body, src, dst)?.seal;
      if (seal !== undefined) note(`${hex(seal.key)} ${seal.sealer} ${seal.seq} ${typeOf(body!)}`, body!);
    }
    console.log(`${name}: ${used.size} nonces`);
    expect(used.size).toBeGreaterThan(100);
    expect(twice).toEqual([]);
  });

  it('counts frames of each key from 0 up, each direction by itself', () => {
    const last = new Map<string, number>();
    for (const { key, mhr, src, frame } of opened) {
      if (key === undefined) continue;
      const way = `${hex(key.link)} ${src}`;
      const before = last.get(way) ?? -1;
      // A retry of the chip is the same frame.
      if (mhr.counter !== before) expect(mhr.counter, hex(frame)).toBe(before + 1);
      last.set(way, mhr.counter);
    }
    // Several keys with the same router, each with counters of its own.
    expect(last.size).toBeGreaterThan(10);
  });
});
