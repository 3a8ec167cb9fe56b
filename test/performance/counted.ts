// SPDX-License-Identifier: Apache-2.0
// The tables of what can be counted: the same on every machine and every day.
import { CIPHERS, nameOf } from '../crypto-core/ciphers.ts';
import { COUNTED_ON, measure, WORK, type Effort, type Measured, type Work } from './measure.ts';
import { thousands, whole, type Figures } from './table.ts';
import type { Profile } from '../tools.ts';

/** Figures of others, made once: VM instructions and, with a dagger, RV32 instructions that were counted, not modelled. */
interface Reference {
  readonly name: string;
  readonly figures: Partial<Record<Profile, Partial<Record<Work, string>>>>;
}

const REFERENCES: readonly Reference[] = [
  {
    name: 'written by hand in Lua',
    figures: {
      lua53: { block: '643 (36.0k†)', seal: '8,834 (494k†)' },
      lua51: { block: '804 (201k to 232k†)', seal: '11,141 (2,800k†)' },
      lua51i: { block: '804 (71.0k†)', seal: '11,141' },
    },
  },
  {
    name: 'LiterMC/lua-crypto, our CCM',
    figures: {
      lua53: { block: '3,077', seal: '38,042 (2,199k†)' },
      lua51: { block: '2,506', seal: '31,493 (4,074k†)' },
      lua51i: { block: '2,506', seal: '31,493 (2,721k†)' },
    },
  },
];

const HEAD = [
  'aes',
  'schedule',
  'block',
  'seal',
  'open',
  'seal 127',
  'open 127',
  '× least',
  'RAM',
  'tables',
  'bytecode',
  'allocated',
];

function effort({ instructions, cost, calls }: Effort): string {
  if (calls !== undefined) return `${whole(instructions)} + ${calls} C`;
  return cost === undefined ? whole(instructions) : `${whole(instructions)} (${thousands(cost)})`;
}

const optional = (octets: number | undefined): string => (octets === undefined ? '–' : whole(octets));

/** What decides between ways of doing AES: the cost of a seal on the device, or VM instructions where there is none. */
function decisive({ work: { seal } }: Measured): number | undefined {
  return seal.calls === undefined ? (seal.cost ?? seal.instructions) : undefined;
}

export interface Counted {
  readonly figures: Figures;
  /** The way of doing AES that costs least (`nameOf`), of those that can be compared. */
  readonly least: string;
}

/** Measures all ways of doing AES on a profile, whose machine must be at hand. */
export async function countProfile(profile: Profile): Promise<Counted> {
  const measured: Measured[] = [];
  for (const cipher of CIPHERS) measured.push(await measure(profile, cipher));
  const least = Math.min(...measured.map((found) => decisive(found) ?? Infinity));
  const timesLeast = (cost: number | undefined): string => (cost === undefined ? '–' : (cost / least).toFixed(2));
  const rows = measured.map((found, i) => [
    CIPHERS[i]!.aes,
    CIPHERS[i]!.schedule,
    ...WORK.map((name) => effort(found.work[name])),
    timesLeast(decisive(found)),
    optional(found.ram),
    optional(found.tables),
    whole(found.bytecode),
    found.work.seal.calls === undefined ? whole(found.allocated) : `${whole(found.allocated)} a frame`,
  ]);
  const references = REFERENCES.flatMap(({ name, figures }) => {
    const known = figures[profile];
    return known ? [[name, '', ...WORK.map((work) => known[work] ?? ''), '', '', '', '', '']] : [];
  });
  return {
    figures: {
      title: `${profile}, counted on ${COUNTED_ON[profile]}`,
      head: HEAD,
      left: 2,
      rows: [...rows, ...references],
    },
    least: nameOf(CIPHERS[measured.findIndex((found) => decisive(found) === least)]!),
  };
}
