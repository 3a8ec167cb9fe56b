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
    expect(refused({ schedule: undefined })).toMatch(/expanded.*on-the-fly.*at schedule/s);
    expect(refused({ colour: 1 })).toMatch(/colour/);
    expect(refused({ imageBytes: {} })).toMatch(/expected a budget for mote.*at imageBytes/s);
    expect(refused({ roles: [] })).toMatch(/at roles/);
    expect(refused({ name: 'y' })).toMatch(/expected the name x, got y/);
  });

  it('that are no JSON or no file are named', () => {
    expect(() => parseBoard('x', '{')).toThrow(/board-defs\/x\.json/);
    expect(() => readBoard('nowhere')).toThrow(/board-defs\/nowhere\.json.*bench/);
  });
});
