// SPDX-License-Identifier: Apache-2.0
// Frames that broke something once, each in a file of its own: changes to a frame of a recorded run, which is then sealed anew.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadScenario } from '../../host/scenario/load.ts';
import { unwrapUp } from './forger.ts';
import { readMhr } from './frames.ts';
import { record } from './recording.ts';
import { authentic } from './siege.ts';
import { Sniffer } from './sniffer.ts';
import type { Opened } from './sniffer.ts';
import { reasonsOf, Stage } from './stage.ts';

const FOLDER = new URL('seeds/', import.meta.url);

const change = z.strictObject({
  counter: z.int().optional().describe('frame counter'),
  seq: z.int().optional().describe('sequence number of the sealed message'),
  innerHead: z.string().length(2).optional().describe('head octet of the message inside UP, in hex'),
  refused: z.string().describe('why it must be refused'),
});
const seedSchema = z.strictObject({
  broke: z.string().describe('what happened'),
  scenario: z.string(),
  target: z.string().describe('the mote that gets the frames'),
  before: z.string().describe('kind of the frame in the record that is changed, and that comes after them as it was'),
  nth: z.int().default(-1).describe('which of that kind; negative from the end'),
  frames: z.array(change).min(1),
  nextCounter: z.int().optional().describe('frame counter of that frame, where the others have used its own up'),
});

function changed(
  sniffer: Sniffer,
  { src, dst, body, key, mhr, payload }: Opened,
  what: z.output<typeof change>,
): Uint8Array {
  let text = body;
  if (text !== undefined && what.seq !== undefined) {
    const { seal, inner } = sniffer.openAny(text, src, dst)!;
    const anew = Sniffer.withSequence(text.subarray(0, seal.clear), seal, what.seq);
    text = sniffer.sealMessage(anew.clear, inner, anew.seal);
  }
  if (text !== undefined && what.innerHead !== undefined) {
    text = Buffer.from(text);
    text[unwrapUp(text)!.envelope.length] = parseInt(what.innerHead, 16);
  }
  if (key === undefined) return sniffer.plainFrame(src, dst, text!);
  return sniffer.linkFrame(
    key,
    src,
    what.counter ?? mhr.counter,
    text === undefined ? { data: payload } : { body: text },
  );
}

describe('a frame that broke something', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  const roaming = record({ ...loadScenario('roaming'), durationSeconds: 75 });

  it.each(files)('%s does so no more', (file) => {
    const seed = seedSchema.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')));
    expect(seed.scenario).toBe('roaming');
    const stage = new Stage(roaming, seed.target);
    const instant = stage.instant(seed.before, seed.nth);
    const { opened, octets: was, lqi } = stage.coming(instant);
    const driven = stage.at(instant);
    for (const what of seed.frames) {
      const octets = changed(stage.sniffer, opened, what);
      expect(readMhr(octets)?.secured).toBe(opened.mhr.secured);
      const outcome = driven.hear({ octets, lqi });
      expect(reasonsOf(outcome)).toEqual([what.refused]);
      expect(authentic(outcome)).toEqual([]);
    }
    const { nextCounter } = seed;
    const octets =
      nextCounter === undefined ? was : changed(stage.sniffer, opened, { counter: nextCounter, refused: '' });
    const after = driven.hear({ octets, lqi });
    expect(reasonsOf(after)).toEqual([]);
    expect(authentic(after)).toEqual(authentic(stage.at(instant).hear({ octets, lqi })));
  });
});
