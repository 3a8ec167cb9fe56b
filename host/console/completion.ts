// SPDX-License-Identifier: Apache-2.0
// Completion from the mote's own help: `log [none|events|refusals]: ...` knows four words.

export type Completer = (line: string) => [string[], string];

/** Words of each place of a command; a place for a value has none. */
function placesOf(help: string): string[][] {
  const usage = help.slice(0, Math.max(0, help.indexOf(':')));
  return usage.split(' ').map((place) =>
    place
      .replace(/[[\]]/g, '')
      .split('|')
      .filter((word) => /^[a-z]+$/.test(word)),
  );
}

/** @param help rows of `help`. @param own words of kemp's own, such as ".quit" */
export function completer(help: readonly string[], own: readonly string[]): Completer {
  const commands = help.map(placesOf);
  return (line) => {
    const words = line.trimStart().split(/\s+/);
    const last = words.at(-1)!;
    if (words.length === 1) {
      const nouns = [...commands.flatMap(([noun]) => noun ?? []), ...own];
      return [nouns.filter((noun) => noun.startsWith(last)).map((noun) => `${noun} `), last];
    }
    const fitting = commands.filter(([noun]) => noun?.[0] === words[0]);
    const choices = [
      ...fitting.flatMap((places) => places[words.length - 1] ?? []),
      ...(fitting.length > 0 ? ['json'] : []),
    ];
    return [choices.filter((word) => word.startsWith(last)), last];
  };
}
