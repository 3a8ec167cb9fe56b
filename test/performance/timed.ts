// SPDX-License-Identifier: Apache-2.0
// The tables of what the clock says: true for one machine on one day, and there only in relation to one another.
import { nameOf, SOFTWARE } from '../crypto-core/ciphers.ts';
import { CLOCKED, FASTEST, timeLua } from './clocked.ts';
import { NOBLE, OURS, peers, SEALERS } from './peers.ts';
import { timeRounds, type Patience } from './rounds.ts';
import { short, type Figures } from './table.ts';
import type { Vm } from '../tools.ts';

/** How slow a block may be beside noble's, and how much slower others have to be at sealing. */
const BLOCK_LIMIT = 1.25;
const SEAL_LIMIT = 2.5;

/** Ways of doing AES in the machines of Lua. */
export async function luaTimes(patience: Patience, told: (vm: Vm) => void): Promise<Figures> {
  const others = SOFTWARE.map(nameOf).filter((name) => name !== FASTEST);
  const times = await timeLua(patience, told);
  return {
    title: 'Lua machines: microseconds of `fast`, `expanded`; and times as long for a seal by the others',
    head: ['profile', 'machine', 'block', 'seal', 'seal and open', 'seal 127', ...others],
    left: 2,
    rows: times.map(({ profile, vm, micros }) => {
      const fastest = micros.get(FASTEST)!;
      const ratios = others.map((name) => (micros.get(name)!.seal / fastest.seal).toFixed(2));
      return [profile, vm, ...CLOCKED.map((work) => short(fastest[work])), ...ratios];
    }),
  };
}

/** crypto-core on V8 and its peers. */
export async function peerTimes(patience: Patience): Promise<Figures> {
  const message = await peers(20, 64);
  const frame = await peers(27, 90);
  const works = [message.block, message.seal, message.open, frame.seal, frame.open];
  const columns = works.map((work) => timeRounds(work, patience));
  const ratio = (column: number, name: string): number => columns[column]!.get(name)! / columns[column]!.get(OURS)!;
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const cell = (name: string, column: number): string =>
    columns[column]!.has(name) ? ratio(column, name).toFixed(2) : '–';
  const verdict = (holds: boolean): string => (holds ? 'holds' : 'does not hold');

  const block = 1 / ratio(0, NOBLE);
  const seals = SEALERS.map((name) => ({ name, times: ratio(1, name) }));
  return {
    title: 'V8: times as long as crypto-core',
    head: ['', 'block', 'seal', 'open', 'seal 127', 'open 127'],
    left: 1,
    rows: [
      [`${OURS}, nanoseconds`, ...columns.map((column) => short(column.get(OURS)!))],
      ...names.map((name) => [name, ...columns.map((_, column) => cell(name, column))]),
    ],
    notes: [
      `A block takes at most ${BLOCK_LIMIT} times as long as that of ${NOBLE}: ${block.toFixed(2)}, ${verdict(block <= BLOCK_LIMIT)}.`,
      ...seals.map(
        ({ name, times }) =>
          `${name} takes at least ${SEAL_LIMIT} times as long for a seal: ${times.toFixed(2)}, ${verdict(times >= SEAL_LIMIT)}.`,
      ),
    ],
  };
}
