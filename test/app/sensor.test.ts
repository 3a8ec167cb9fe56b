// SPDX-License-Identifier: Apache-2.0
// docs/application.md: its example is the file it names, and does what it says in real images on both engines.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileLua, type Compiled } from '../../compiler/compile-lua.ts';
import * as events from '../../firmware/events.ts';
import type { Report } from '../../host/bench/run.ts';
import { inRepository } from '../../host/root.ts';
import { openFengari } from '../../host/vm/fengari.ts';
import { vmFactory, type VmFactory } from '../../host/vm/open.ts';
import { openV8 } from '../../host/vm/v8.ts';
import { follow } from '../kemp/network.ts';
import { stand } from '../protocol/resets.ts';

const PAGE = readFileSync(inRepository('docs', 'application.md'), 'utf8');

let image: Compiled;
beforeAll(async () => {
  image = await compileLua({
    entry: 'test/app/image.ts',
    source: `import * as role from '../../firmware/roles/mote.ts';
      import { attach } from '../../board-defs/bench/index.ts';
      attach(role.start, role.receive, role.sent, role.alarm, role.posted, role.typed);
      export * from '../../board-defs/bench/index.ts';`,
    profile: 'lua53',
    app: 'sensor',
    role: 'mote',
  });
});

function open(vm: 'v8' | 'fengari'): VmFactory {
  const others = vmFactory(vm);
  const own = (): ReturnType<VmFactory> =>
    vm === 'v8' ? openV8(image.js, 'sensor.js') : openFengari(Buffer.from(image.lua), 'sensor.lua');
  return (role) => (role === 'mote' ? own() : others(role));
}

describe('the example of the page', () => {
  it('is the file that the page names', () => {
    const [, example] = /```ts\n([^]*?)```/.exec(PAGE)!;
    expect(readFileSync(inRepository('firmware/app/sensor.ts'), 'utf8')).toContain(example);
  });

  it.each(['v8', 'fengari'] as const)('reports its sensor, and takes the threshold of the page, on %s', (vm) => {
    const [, console] = /^> (down .*)$/m.exec(PAGE)!;
    const reports: Report[] = [];
    const lines: string[] = [];
    const scenario = stand({ durationSeconds: 60, schedule: [{ at: 30, console, mote: 'base' }] });
    follow(
      scenario,
      vm,
      { onReport: (report) => void reports.push(report), onConsole: (_, line) => void lines.push(line) },
      { open: open(vm) },
    );
    expect(lines).toEqual(['Done']);
    const values = reports
      .filter(({ event }) => event === events.EVENT_DATA_DELIVERED)
      .map(({ micros, args }) => ({
        at: micros / 1e6,
        octets: args[2],
        tag: args[3] >>> 24,
        value: (args[3] >>> 8) & 0xffff,
      }));
    // The bench's sensor rises by 7 a second.
    for (const { at, octets, tag, value } of values) {
      expect([octets, tag]).toEqual([3, 1]);
      expect(Math.abs(value - 7 * Math.floor(at))).toBeLessThanOrEqual(7);
    }
    const before = values.filter(({ at }) => at < 30);
    const after = values.filter(({ at }) => at > 31);
    expect(before.length).toBeGreaterThan(10);
    expect(after.length).toBe(2 + Math.floor((7 * 28) / 100) - 1);
    expect(after[1].value - after[0].value).toBeGreaterThanOrEqual(100);
  });
});
