// SPDX-License-Identifier: Apache-2.0
// `entropy COUNT`: words of the two sources that random numbers are mixed of (entropy.ts beside this folder), as they are.

import { randomWord } from '#mcu';
import { radioNoise } from '#radio';
import { done, endRow, numbers, putWord } from './lines.ts';
import { goOn } from './turns.ts';

export function nextWords(): void {
  if (numbers[0] <= 0) {
    done();
    return;
  }
  numbers[0] -= 1;
  putWord('hardware', randomWord());
  putWord('noise', radioNoise());
  endRow();
  goOn(nextWords);
}
