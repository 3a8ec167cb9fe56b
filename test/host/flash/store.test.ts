// SPDX-License-Identifier: Apache-2.0
// The Lua flash store: one image for both slots, erased before it is written. What a cut leaves empty is loaded again.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PowerCut } from '../../../host/twin/repl/board.ts';
import { inFlashStore } from '../../../host/flash/target.ts';
import { copyOf, firmware, flashed } from './rig.ts';

const LUAC = fileURLToPath(new URL('luac.mjs', import.meta.url));
const BUILD = { family: 'esp8266', lfsRoom: 100_000 } as const;
const old = await inFlashStore(firmware('old'), LUAC);
const next = await inFlashStore(firmware('new'), LUAC);

describe('an image for the flash store', () => {
  it('is made by luac.cross, with the id by which the loader knows it', () => {
    const text = Buffer.from(next.content).toString('latin1');
    expect(text).toContain(`return "${next.id}"`);
    expect(next.kind).toBe('lfs');
  });

  it('says what went wrong with luac.cross', async () => {
    await expect(inFlashStore(firmware('x'), '/nowhere/luac.cross')).rejects.toThrow(
      'expected an image of /nowhere/luac.cross -f',
    );
  });

  it('is loaded once and then runs; back and forth', { timeout: 60_000 }, async () => {
    const rig = await flashed(BUILD, old);
    expect(rig.boot()).toBe('old');
    expect(await rig.flash(next)).toMatchObject({ slot: 'b' });
    expect(rig.boot()).toBe('new');
    expect(await rig.flash(old)).toMatchObject({ slot: 'a' });
    expect(rig.boot()).toBe('old');
    // From source, too.
    expect(await rig.flash(firmware('third'))).toMatchObject({ slot: 'b' });
    expect(rig.boot()).toBe('third');
  });

  it('goes back to the old one if the new one does not start', { timeout: 60_000 }, async () => {
    const rig = await flashed(BUILD, old);
    const broken = await inFlashStore({ ...next, content: Buffer.from('print("[new]") error("no radio")') }, LUAC);
    expect(((await rig.flash(broken)) as Error).message).toContain('slot b does not start: ');
    rig.pass(5);
    expect(rig.boot()).toBe('old');
  });

  it('goes back if the store is too small for it', { timeout: 60_000 }, async () => {
    const rig = await flashed({ family: 'esp8266', lfsRoom: old.content.length + 50 }, old);
    const large = await inFlashStore(firmware('new', 2000), LUAC);
    expect(((await rig.flash(large)) as Error).message).toContain('LFS Image too big');
    rig.pass(5);
    expect(rig.boot()).toBe('old');
  });

  it('is cut at every change of flash, while it is loaded too', { timeout: 120_000 }, async () => {
    const installed = await flashed(BUILD, old);
    let total = 0;
    const smooth = copyOf(installed);
    smooth.twin.files.onChange = () => void total++;
    expect(await smooth.flash(next)).toMatchObject({ slot: 'b' });
    for (let at = 0; at < total; at++) {
      const rig = copyOf(installed);
      let left = at;
      let cut = false;
      rig.twin.files.onChange = () => {
        if (left-- > 0) return;
        if (!cut) rig.twin.powerOff();
        cut = true;
        throw new PowerCut();
      };
      const session = rig.plug();
      const { flashMote } = await import('../../../host/flash/flash.ts');
      await rig.settle(
        session.enter().then(() => flashMote(session, next)),
        () => cut,
      );
      rig.twin.files.onChange = () => undefined;
      expect(['old', 'new']).toContain(rig.boot(8));
    }
  });
});
