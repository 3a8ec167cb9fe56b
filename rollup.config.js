// SPDX-License-Identifier: Apache-2.0
// Makes the images: dist/<board>/<role>.lua and dist/crypto-core/<profile>.lua. The compiler is built first (npm run build:tools).
// `rollup -c --configBoards bench,bench-lua51` makes the images of these boards alone.
import { boardNames } from './dist/compiler/boards.js';
import { boardImages, cryptoCore } from './dist/compiler/images.js';

/** @param {{ configBoards?: string }} args */
export default function config({ configBoards }) {
  if (configBoards === undefined) return [...boardNames().flatMap(boardImages), ...cryptoCore()];
  const known = boardNames();
  return configBoards.split(',').flatMap((name) => {
    if (!known.includes(name)) throw new Error(`--configBoards: expected boards of ${known.join(', ')}, got ${name}`);
    return boardImages(name);
  });
}
