// SPDX-License-Identifier: Apache-2.0
// The flash an image takes, against the budget of its board and role (imageBytes in board-defs/<board>.json).
import type { Image, Gate } from './image.ts';

/** Octets of stripped bytecode on a 32-bit machine; the header is 12 octets on 5.1, 30 on 5.3. */
export function imageSize({ functions, profile }: Pick<Image, 'functions' | 'profile'>): number {
  const header = profile.version === '5.1' ? 12 : 30;
  return functions.reduce((sum, { size }) => sum + size, header);
}

export const size: Gate = (image) => {
  const octets = imageSize(image);
  if (image.budget === undefined || octets <= image.budget) return [];
  return [
    `${image.name}: ${octets} octets of bytecode, ${octets - image.budget} more than the budget of ${image.budget} (imageBytes)`,
  ];
};
