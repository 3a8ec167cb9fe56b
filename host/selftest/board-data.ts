// SPDX-License-Identifier: Apache-2.0
// What a measurement puts into board-defs/<board>.json, and what stands there.

import type { Definition } from './definition.ts';
import { hasSpi, hasNative, version2Of } from './judge.ts';
import type { Alone, Way } from './measure.ts';

export interface BoardField {
  /** As it stands in the file, such as "hardware.version2". */
  readonly field: string;
  readonly is: string | number;
  readonly measured: string | number;
}

/** To which a time is rounded up. */
const TENTH = 0.1;

/**
 * @param alone what each board of this kind measured. @param ways those to boards of this kind.
 * @returns every field that was measured.
 */
export function boardFields(
  { aes, hardware }: Definition,
  alone: readonly Alone[],
  ways: readonly Way[],
): BoardField[] {
  const slowest = Math.max(...alone.map((one) => one.aes.blockMillis));
  const fields: BoardField[] = [];
  const add = (field: string, is: string | number, measured: string | number): void =>
    void fields.push({ field, is, measured });
  if (aes === 'native') add('aes', aes, alone.every((one) => hasNative(one.aes)) ? aes : 'compact');
  if (Number.isFinite(slowest) && slowest > 0)
    add('hardware.aesMillis', hardware.aesMillis, Number((Math.ceil(slowest / TENTH - 1e-6) * TENTH).toFixed(1)));
  const spi = alone.every((one) => hasSpi(one.spi));
  add('hardware.spiMegahertz', hardware.spiMegahertz, spi ? hardware.spiMegahertz : hardware.spiMegahertz / 2);
  if (ways.some(({ plain }) => plain.heard > 0)) add('hardware.maxPsdu', hardware.maxPsdu, hardware.maxPsdu);
  const answers = ways.map(version2Of).filter(({ known }) => known);
  if (answers.length > 0) {
    const all = answers.flatMap(({ received, acknowledged }) => [received, acknowledged]);
    const answer = all.includes('no') ? 'no' : all.includes('unknown') ? 'unknown' : 'yes';
    add('hardware.version2', hardware.version2, answer);
  }
  return fields;
}
