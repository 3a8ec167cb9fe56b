// SPDX-License-Identifier: Apache-2.0
// Times things side by side: all take their turn in each round, so that what disturbs the machine disturbs all of them alike; what
// counts is each one's median.

export interface Patience {
  /** Times each thing is timed. */
  readonly rounds: number;
  /** How long one timing lasts at least. */
  readonly milliseconds: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

type Loop = (times: number) => void;

/** A loop in a function of its own, for V8 to compile for this work alone; what the work gives is kept, so that it has to be done. */
function loopOf(name: string, work: () => unknown): Loop {
  const source = `// ${name}
    let kept;
    return (times) => {
      for (let i = 0; i < times; i++) kept = work();
      return kept;
    };`;
  return (new Function('work', source) as (work: () => unknown) => Loop)(work);
}

/** Nanoseconds of processor time: of what others do meanwhile, it counts the least. */
function timed(loop: Loop, times: number): number {
  const start = process.cpuUsage();
  loop(times);
  const { user, system } = process.cpuUsage(start);
  return 1000 * (user + system);
}

/** @returns nanoseconds of each work, by name: the median of all rounds */
export function timeRounds(
  works: ReadonlyMap<string, () => unknown>,
  { rounds, milliseconds }: Patience,
): Map<string, number> {
  const jobs = [...works].map(([name, work]) => {
    const loop = loopOf(name, work);
    let times = 1;
    while (timed(loop, times) < milliseconds * 1e6) times *= 2;
    return { name, loop, times, found: [] as number[] };
  });
  for (let round = 0; round < rounds; round++) {
    for (const { loop, times, found } of jobs) found.push(timed(loop, times) / times);
  }
  return new Map(jobs.map(({ name, found }) => [name, median(found)]));
}
