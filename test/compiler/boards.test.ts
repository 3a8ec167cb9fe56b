// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boardNames, modulesOf, parseBoard, readBoard } from '../../compiler/boards.ts';

const cipher = { aes: 'fast', schedule: 'expanded' };
const good = { name: 'x', lua: 'lua51', ...cipher, driver: 'bench', roles: ['mote'], imageBytes: { mote: 5 } };

describe('board definitions', () => {
  it.each(boardNames())('%s is valid, and its driver and roles exist', (name) => {
    const board = readBoard(name);
    expect(existsSync(`board-defs/${board.driver}/index.ts`)).toBe(true);
    for (const role of board.roles) expect(existsSync(`firmware/roles/${role}.ts`)).toBe(true);
  });

  it('have a closed schema', () => {
    expect(modulesOf(parseBoard('x', JSON.stringify(good)))).toEqual([]);
    const refused = (change: object): string => {
      try {
        return JSON.stringify(parseBoard('x', JSON.stringify({ ...good, ...change })));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refused({ lua: 'lua52' })).toMatch(/board-defs\/x\.json: .*lua53.*lua51i.*at lua/s);
    expect(refused({ aes: 'quick' })).toMatch(/fast.*compact.*flash.*at aes/s);
    expect(refused({ aes: 'native' })).toMatch(/expected crypto among them.*at modules/s);
    expect(JSON.parse(refused({ aes: 'native', modules: ['crypto'] }))).toMatchObject({ aes: 'native' });
    expect(refused({ schedule: undefined })).toMatch(/expanded.*on-the-fly.*at schedule/s);
    expect(refused({ colour: 1 })).toMatch(/colour/);
    expect(refused({ imageBytes: {} })).toMatch(/expected a budget for mote.*at imageBytes/s);
    expect(refused({ roles: [] })).toMatch(/at roles/);
    expect(refused({ name: 'y' })).toMatch(/expected the name x, got y/);
  });

  it('have hardware where the driver needs it, whose pins can do what they are for', () => {
    const hardware = readBoard('nodemcu-esp8266-at86rf233').hardware!;
    const refused = (change: object, driver = 'nodemcu'): string => {
      try {
        return JSON.stringify(
          parseBoard('x', JSON.stringify({ ...good, driver, hardware: { ...hardware, ...change } })),
        );
      } catch (error) {
        return (error as Error).message;
      }
    };
    const pins = (change: object): string => refused({ pins: { ...hardware.pins, ...change } });
    expect(refused({})).toMatch(/^\{/);
    expect(refused({}, 'bench')).toMatch(/expected none for bench.*at hardware/s);
    expect(() => parseBoard('x', JSON.stringify({ ...good, driver: 'nodemcu' }))).toThrow(/expected hardware/);
    expect(refused({ colour: 1 })).toMatch(/colour/);
    expect(refused({ mcu: 'esp9' })).toMatch(/esp8266.*esp32.*at hardware\.mcu/s);
    expect(refused({ version2: 'maybe' })).toMatch(/yes.*no.*unknown.*at hardware\.version2/s);
    expect(refused({ maxPsdu: 128 })).toMatch(/127.*at hardware\.maxPsdu/s);
    expect(refused({ spiMegahertz: 20 })).toMatch(/10.*at hardware\.spiMegahertz/s);
    expect(pins({ interrupt: 0 })).toMatch(/expected a pin from 1 to 12.*at hardware\.pins\.interrupt/s);
    expect(pins({ select: 13 })).toMatch(/expected a pin from 0 to 12/);
    expect(pins({ reset: 8 })).toMatch(/expected a pin of its own, got that of select/);
    expect(pins({ clock: 3 })).toMatch(/expected 5, where HSPI has it/);
    expect(pins({ sleep: undefined })).toMatch(/expected the pin of SLP_TR/);
    expect(refused({ radio: 'mrf24j40' })).toMatch(/expected no such pin/);
  });

  it('that are no JSON or no file are named', () => {
    expect(() => parseBoard('x', '{')).toThrow(/board-defs\/x\.json/);
    expect(() => readBoard('nowhere')).toThrow(/board-defs\/nowhere\.json.*bench/);
  });
});
