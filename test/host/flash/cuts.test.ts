// SPDX-License-Identifier: Apache-2.0
// A thousand uploads that do not go well: cut at every change of flash and at random octets, reset meanwhile, over a cable that
// drops octets and says them twice. Whatever happens, the mote runs the old firmware or the new one, never neither.
import { beforeAll, describe, expect, it } from 'vitest';
import { flashMote } from '../../../host/flash/flash.ts';
import { RunFailure } from '../../../host/errors.ts';
import { Prng } from '../../../host/medium/prng.ts';
import { PowerCut } from '../../../host/twin/repl/board.ts';
import type { Family } from '../../../host/twin/repl/console.ts';
import { copyOf, firmware, flashed } from './rig.ts';
import type { Rig } from './rig.ts';

const FAMILIES: readonly Family[] = ['esp8266', 'esp32'];
const RUNS = { octet: 370, reset: 60, noise: 40 };
let runs = 0;

describe.each(FAMILIES)('an upload to an %s', (family) => {
  const old = firmware('old', 700, family);
  const next = firmware('new', 1100, family);
  let installed: Rig;
  /** Changes of flash, and octets to the mote, in an upload that goes well. */
  const smooth = { changes: 0, octets: 0 };

  function random(seed: number): (n: number) => number {
    const prng = new Prng(seed, 'cuts');
    return (n) => prng.next() % (n + 1);
  }

  beforeAll(async () => {
    installed = await flashed({ family }, old);
    const rig = copyOf(installed);
    rig.twin.files.onChange = () => void smooth.changes++;
    const toMote = (octet: number): number[] => {
      smooth.octets++;
      return [octet];
    };
    expect(await rig.flash(next, {}, { toMote })).toMatchObject({ unchanged: false, id: next.id });
    expect(rig.boot()).toBe('new');
  }, 60_000);

  it('runs the old firmware until then', () => {
    expect(copyOf(installed).boot()).toBe('old');
    expect(smooth.changes).toBeGreaterThan(15);
  });

  it('is cut at every change of flash, before and within it', { timeout: 600_000 }, async () => {
    const seen = new Set<string | undefined>();
    for (let at = 0; at < smooth.changes; at++) {
      for (const within of [false, true]) {
        runs++;
        const rig = copyOf(installed, random(at));
        let changes = 0;
        let cut = false;
        const off = (): never => {
          cut = true;
          rig.twin.powerOff();
          throw new PowerCut();
        };
        rig.twin.files.onChange = () => {
          if (!within && changes++ === at) off();
        };
        rig.twin.files.onChanged = () => {
          if (within && changes++ === at) off();
        };
        const session = rig.plug();

        await rig.settle(
          session.enter().then(() => flashMote(session, next)),
          () => cut,
        );
        expect(cut).toBe(true);
        const boots = [rig.boot(), rig.boot()];
        expect(['old', 'new']).toContain(boots[0]);
        expect(boots[1]).toBe(boots[0]);
        seen.add(boots[0]);
        // What was begun is gone on with.
        if (at % 3 === 0) {
          expect(await rig.flash(next)).toMatchObject({ id: next.id });
          expect(rig.boot()).toBe('new');
        }
      }
    }
    expect(seen).toEqual(new Set(['old', 'new']));
  });

  it('is cut at random octets', { timeout: 600_000 }, async () => {
    for (let run = 0; run < RUNS.octet; run++) {
      runs++;
      const draw = random(1000 + run);
      const rig = copyOf(installed, draw);
      let left = draw(smooth.octets - 1);
      const toMote = (octet: number): number[] => (left-- > 0 ? [octet] : []);
      const session = rig.plug({ toMote });
      await rig.settle(
        session.enter().then(() => flashMote(session, next)),
        () => left < 0,
      );
      expect(['old', 'new']).toContain(rig.boot());
    }
  });

  it('goes on after a reset at random octets', { timeout: 600_000 }, async () => {
    for (let run = 0; run < RUNS.reset; run++) {
      runs++;
      const draw = random(2000 + run);
      const rig = copyOf(installed, draw);
      let left = draw(smooth.octets - 1);
      const toMote = (octet: number): number[] => {
        if (left-- === 0) rig.twin.reset();
        return [octet];
      };
      expect(await rig.flash(next, {}, { toMote, resetOnOpen: run % 2 === 0 })).toMatchObject({ id: next.id });
      expect(rig.boot()).toBe('new');
    }
  });

  it('comes through a cable that drops octets and says them twice', { timeout: 600_000 }, async () => {
    let good = 0;
    for (let run = 0; run < RUNS.noise; run++) {
      runs++;
      const draw = random(3000 + run);
      const rig = copyOf(installed, draw);
      const rate = [400, 1000, 4000][run % 3];
      const noise = (octet: number): number[] => {
        const luck = draw(rate - 1);
        return luck === 0 ? [] : luck === 1 ? [octet, octet] : [octet];
      };
      const result = await rig.flash(next, {}, { toMote: noise, fromMote: noise });
      const runsNow = rig.boot();
      if (result instanceof Error) {
        expect(result).toBeInstanceOf(RunFailure);
        expect(result.message).toMatch(/^twin: .*: ./);
        expect(['old', 'new']).toContain(runsNow);
      } else {
        good++;
        expect(runsNow).toBe('new');
      }
    }
    expect(good).toBeGreaterThan(RUNS.noise / 2);
  });
});

it('was a thousand runs', () => {
  console.log(`${runs} uploads`);
  expect(runs).toBeGreaterThanOrEqual(1000);
});
