// SPDX-License-Identifier: Apache-2.0
// The images as built (npm run build): each loads in the machines of its board's profile and has the face of its driver.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { boardNames, modulesOf, readBoard } from '../../compiler/boards.ts';
import { openImage, passGates } from '../../compiler/gates/index.ts';
import { imageNames } from '../../compiler/images.ts';
import { PROFILES } from '../../compiler/profiles.ts';
import { describeOn, runLua } from '../tools.ts';

for (const board of boardNames().map(readBoard)) {
  describeOn(board.lua, `images of ${board.name}`, (vm) => {
    // Those of a real board ask for its hardware while they load: test/board-defs/.
    it.each(board.hardware === undefined ? board.roles : [])(`%s loads on ${vm}`, (role) => {
      const lua = readFileSync(`dist/${board.name}/${role}.lua`, 'utf8');
      const script = `local image = assert((loadstring or load)([==[${lua}]==]))() print(type(image.step), type(image.memory[image.inbox]))`;
      expect(runLua(vm, { script })).toBe('function\tnumber\n');
    });

    it.each(imageNames(board))('%s passes the gates', (role) => {
      const name = `${board.name}/${role}`;
      const lua = readFileSync(`dist/${name}.lua`, 'utf8');
      const options = { globals: modulesOf(board), budget: board.imageBytes[role] };
      const map = JSON.parse(readFileSync(`dist/${name}.lua.map`, 'utf8'));
      passGates(openImage(name, lua, map, PROFILES[board.lua], options));
    });
  });
}
