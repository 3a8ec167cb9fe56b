// SPDX-License-Identifier: Apache-2.0
// Records in flash (docs/storage.md): the power fails at every single change of a life, and files are found in every bad state.

import { beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import {
  ANSWERS,
  COUNTER_WORDS,
  IDENTITY_WORDS,
  MARK_WORDS,
  MARKS,
  MAX_NODES,
  NODE_WORDS,
  RECORD_ANSWER,
  RECORD_COUNTER,
  RECORD_IDENTITY,
  RECORD_MARKS,
  RECORD_NODE,
  RECORD_REGISTRY,
  REGISTRY_WORDS,
} from '../../firmware/records.ts';
import { Prng } from '../../host/medium/prng.ts';
import { inRepository } from '../../host/root.ts';
import { LOG_FILES, logOf, readLog, readLogs } from '../../host/storage/log.ts';
import { Files } from '../../host/twin/nodemcu.ts';
import { logDriver, PowerCut, TearableFiles, TEARS } from './log-driver.ts';
import type { Boot, Driver } from './log-driver.ts';

const BOARDS = ['nodemcu-esp8266-mrf24j40', 'nodemcu-esp32-mrf24j40'];
const [A] = LOG_FILES;
/** board-defs/nodemcu/entropy.ts, firmware/kemp/answers.ts. */
const SEED_RECORD = 0;
const SEED_WORDS = 4;
const ANSWER_WORDS = 27;
/** firmware/kemp/identity.ts: values of ctr reserved by one write. */
const RESERVE = 16;
const MARKS_WORDS = MARK_WORDS * MARKS + 2;
const identity = Int32Array.from({ length: IDENTITY_WORDS }, (_, i) => (i * 0x9e3779b1) | 0);
const provisioned = (): string => logOf(new Map([[RECORD_IDENTITY, identity]]));

const randomOf = (seed: number): (() => number) => {
  const prng = new Prng(seed, 'storage');
  return () => prng.bits(30) / 2 ** 30;
};

/** What a mote does with its records, as firmware/kemp/identity.ts and marks.ts do; and what must hold whenever it starts. */
class Mote {
  /** Highest value of ctr used in all its lives. */
  used = 0;
  marks: number[] | undefined;
  pending: number[] | undefined;
  #driver!: Driver;
  #next = 0;
  #stored = 0;

  copy(): Mote {
    return Object.assign(new Mote(), { used: this.used, marks: this.marks, pending: this.pending });
  }

  start(driver: Driver): void {
    this.#driver = driver;
    expect(driver.read(RECORD_IDENTITY, IDENTITY_WORDS)).toEqual([...identity]);
    this.#stored = driver.read(RECORD_COUNTER, COUNTER_WORDS)?.[0] ?? 0;
    this.#next = this.#stored;
    const marks = driver.read(RECORD_MARKS, MARKS_WORDS);
    const known = [this.marks, this.pending].map(String);
    expect(known).toContain(String(marks));
    this.marks = marks;
    this.pending = undefined;
  }

  run(): void {
    const value = this.#next + 1;
    if (value >= this.#stored) {
      this.#stored = value + RESERVE;
      expect(this.#driver.write(RECORD_COUNTER, [this.#stored])).toBe(true);
    }
    this.#next = value;
    expect(value).toBeGreaterThan(this.used);
    this.used = value;
  }

  mark(value: number): void {
    this.pending = Array.from({ length: MARKS_WORDS }, (_, i) => value + i);
    expect(this.#driver.write(RECORD_MARKS, this.pending)).toBe(true);
    this.marks = this.pending;
  }
}

describe.each(BOARDS)('%s', (board) => {
  let boot: Boot;
  beforeAll(async () => {
    boot = await logDriver(board, 'mote');
  });

  const opened = (content: readonly (string | undefined)[], engine?: 'v8' | 'fengari') => {
    const files = new Files(() => {});
    LOG_FILES.forEach((name, i) => content[i] !== undefined && files.content.set(name, content[i]));
    return { files, driver: boot(files, engine) };
  };

  it.each(['v8', 'fengari'] as const)('keeps the latest of each record in both files on %s', (engine) => {
    const { files, driver } = opened([provisioned()], engine);
    const latest = new Map([[RECORD_IDENTITY, [...identity]]]);
    for (let i = 0; i < 150; i++) {
      const record = 2 + (i % 5);
      const words = Array.from({ length: 1 + ((i * 7) % 64) }, (_, k) => (i * 1000 + k) | 0);
      expect(driver.write(record, words)).toBe(true);
      latest.set(record, words);
      for (const name of LOG_FILES)
        expect(files.content.get(name)!.length).toBeLessThan(16 * (64 + 2 * (1 + 7 + 5 * 17) + 17));
    }
    for (const one of [driver, boot(files, engine)]) {
      for (const [record, words] of latest) expect(one.read(record, words.length)).toEqual(words);
      expect(one.read(7, 1)).toBeUndefined();
      expect(one.read(2, 65)).toBeUndefined();
    }
    for (const name of LOG_FILES) {
      const log = readLog(files.content.get(name)!);
      expect(log.whole).toBe(true);
      expect(new Map([...log.records].map(([record, words]) => [record, [...words]]))).toEqual(latest);
    }
  });

  it(
    'loses no key, no record and no counter by a cut of the power at any change of a life',
    { timeout: 300_000 },
    () => {
      const random = randomOf(1);
      const life = new TearableFiles(random);
      life.put(A, provisioned());
      const mote = new Mote();
      let changes = 0;
      let cuts = 0;
      const restart = (files: TearableFiles, before: Mote): void => {
        const after = before.copy();
        after.start(boot(files));
        after.run();
        after.mark(changes);
        after.start(boot(files));
        after.run();
        cuts++;
      };
      /** The power fails here, in every way; and once more at each change that the start after it makes. */
      life.onChange = () => {
        changes++;
        for (const tear of TEARS) {
          const files = new TearableFiles(random, life);
          files.tear(tear);
          const found = new TearableFiles(random, files);
          let mending = 0;
          files.onChange = () => void mending++;
          restart(files, mote);
          if (changes % 4 !== 0) continue;
          for (let again = 1; again <= Math.min(mending, 12); again++) {
            const second = new TearableFiles(random, found);
            let left = again;
            second.onChange = () => {
              left--;
              if (left > 0) return;
              second.onChange = () => {};
              second.tear(TEARS[(changes + again) % TEARS.length]!);
              throw new PowerCut();
            };
            const cut = mote.copy();
            try {
              cut.start(boot(second));
              cut.run();
              cut.mark(changes);
            } catch (error) {
              if (!(error instanceof PowerCut)) throw error;
            }
            second.onChange = () => {};
            restart(second, cut);
          }
        }
      };
      mote.start(boot(life));
      for (let i = 0; i < 20 * RESERVE; i++) {
        mote.run();
        if (i % 40 === 7) mote.mark(i * 100);
      }
      // Both files were made anew on the way.
      expect(changes).toBeGreaterThan(150);
      expect(cuts).toBeGreaterThan(1500);
    },
  );

  it('holds over 100,000 starts with the power cut at random', { timeout: 300_000 }, () => {
    const random = randomOf(2);
    const files = new TearableFiles(random);
    files.put(A, provisioned());
    const mote = new Mote();
    const starts = board === BOARDS[0] ? 60_000 : 40_000;
    for (let i = 0; i < starts; i++) {
      let left = 1 + Math.floor(random() ** 2 * 60);
      files.onChange = () => {
        left--;
        if (left > 0) return;
        files.onChange = () => {};
        files.tear(TEARS[Math.floor(random() * TEARS.length)]!);
        throw new PowerCut();
      };
      try {
        mote.start(boot(files, i % 1000 === 0 ? 'fengari' : 'v8'));
        for (let runs = Math.floor(random() * 3 * RESERVE); runs > 0; runs--) mote.run();
        if (random() < 0.3) mote.mark(i);
      } catch (error) {
        if (!(error instanceof PowerCut || (error as Error).cause instanceof PowerCut)) throw error;
      }
    }
    files.onChange = () => {};
    mote.start(boot(files));
    // A start spends two reservations at most.
    expect(mote.used).toBeLessThan(starts * 4 * RESERVE);
  });

  describe('finds', () => {
    const used = (): string => {
      const { files, driver } = opened([provisioned()]);
      for (let i = 1; i <= 9; i++) driver.write(RECORD_COUNTER, [i * RESERVE]);
      return files.content.get(A)!;
    };
    const changed = (content: string, at: number): string =>
      content.slice(0, at) + String.fromCharCode(content.charCodeAt(at) ^ 4) + content.slice(at + 1);
    const bad: readonly (readonly [string, (content: string) => string | undefined, RegExp])[] = [
      ['no file', () => undefined, /is missing/],
      ['an empty file', () => '', /is cut short/],
      ['a file that ends in a record', (content) => content.slice(0, -5), /is cut short/],
      ['a file that ends after a record', (content) => content.slice(0, -16), /lacks what was written last/],
      ['a wrong bit in the key', (content) => changed(content, 50), /is damaged/],
      ['a wrong bit in the last counter', (content) => changed(content, content.length - 8), /is damaged/],
      ['a wrong bit in the header', (content) => changed(content, 10), /is damaged/],
      ['a file of something else', () => 'print("hello")\n'.repeat(30), /is no file of ours/],
      ['an erased file', (content) => '\xff'.repeat(content.length), /is no file of ours/],
      ['zeros', (content) => '\0'.repeat(content.length), /is no file of ours/],
      ['another version', (content) => otherVersion(content), /is of another version/],
      [
        'records of another role',
        () =>
          logOf(
            new Map([
              [1, identity],
              [16, Int32Array.of(5)],
            ]),
          ),
        /is of another role/,
      ],
    ];

    function otherVersion(content: string): string {
      const octets = Buffer.from(content, 'latin1');
      octets.writeInt32BE(2, 4);
      const head = [0, 1, 2].map((i) => octets.readInt32BE(4 * i));
      octets.writeInt32BE(checkOf(head), 12);
      return octets.toString('latin1');
    }

    it.each(bad)('%s, says so, and goes on with the other file', (_name, spoil, said) => {
      const good = used();
      for (const which of [0, 1]) {
        const content: (string | undefined)[] = [good, good];
        content[which] = spoil(good);
        const { files, driver } = opened(content);
        expect(driver.said).toMatch(said);
        expect(driver.said).toContain(LOG_FILES[which]);
        expect(driver.said).toMatch(/made anew from the other one/);
        expect(driver.said).toMatch(new RegExp(`^@28 ${which} `));
        expect(driver.read(RECORD_IDENTITY, IDENTITY_WORDS)).toEqual([...identity]);
        expect(driver.read(RECORD_COUNTER, 1)).toEqual([9 * RESERVE]);
        for (const name of LOG_FILES)
          expect(readLog(files.content.get(name)!)).toMatchObject({ whole: true, sequence: 10 });
        expect(boot(files).said).toBe('');
      }
    });

    it.each(bad.filter(([name]) => name !== 'a file that ends after a record' && name !== 'no file'))(
      '%s twice: says so, reads nothing, and leaves it as it is',
      (_name, spoil, said) => {
        const content = [spoil(used()), spoil(used())];
        const { files, driver } = opened(content);
        expect(driver.said).toMatch(said);
        expect(driver.said).toMatch(/no whole copy is left/);
        expect(driver.read(RECORD_IDENTITY, IDENTITY_WORDS)).toBeUndefined();
        expect(driver.write(RECORD_COUNTER, [RESERVE])).toBe(false);
        expect(LOG_FILES.map((name) => files.content.get(name))).toEqual(content);
      },
    );

    it('files from before there was a log', () => {
      const files = new Files(() => {});
      files.content.set('kemp.1', 'x');
      const driver = boot(files);
      expect(driver.said).toMatch(/is of another version/);
      expect(driver.write(RECORD_COUNTER, [RESERVE])).toBe(false);
    });

    it('nothing where nothing was provisioned, and writes nothing', () => {
      const { files, driver } = opened([]);
      expect(driver.said).toBe('');
      expect(driver.read(RECORD_IDENTITY, IDENTITY_WORDS)).toBeUndefined();
      expect(driver.write(RECORD_COUNTER, [RESERVE])).toBe(true);
      expect(files.content.size).toBe(0);
    });

    it('a file that rotted since the start: it is made anew before the other is, and nothing comes of it', () => {
      for (const which of [0, 1]) {
        const { files, driver } = opened([used(), used()]);
        const name = LOG_FILES[which]!;
        files.content.set(name, changed(files.content.get(name)!, 50));
        for (let i = 10; i < 200; i++) expect(driver.write(RECORD_COUNTER, [i * RESERVE])).toBe(true);
        // The first one is made anew first, from the second.
        expect(driver.said).toMatch(which === 0 ? /^$/ : /kemp.b is damaged: made anew/);
        for (const one of LOG_FILES) expect(readLog(files.content.get(one)!).whole).toBe(true);
        expect(boot(files).read(RECORD_COUNTER, 1)).toEqual([199 * RESERVE]);
      }
    });

    it('a full file system: says so and stores nothing more', () => {
      const { files, driver } = opened([used(), used()]);
      files.faults = { change() {}, room: 2 * used().length + 40 };
      const stored = [1, 2, 3].map((i) => driver.write(RECORD_COUNTER, [1000 * i]));
      expect(stored).toEqual([true, false, false]);
      expect(driver.said).toMatch(/cannot be written/);
      // What was stored is there, what was not may not be.
      expect(boot(files).read(RECORD_COUNTER, 1)).toEqual([1000]);
    });
  });
});

function checkOf(words: readonly number[]): number {
  let check = 0x4b454d50;
  for (const word of words) {
    check ^= word;
    check ^= check << 13;
    check ^= check >>> 17;
    check ^= check << 5;
  }
  return check;
}

it('the check value finds every two wrong bits of the longest record', () => {
  // It is linear: what two bits change is the sum of what each changes, and no two are alike.
  const seen = new Set<number>([0]);
  const flipped = new Int32Array(67);
  for (let bit = 0; bit < 32 * 67; bit++) {
    flipped[bit >> 5] = 1 << (bit & 31);
    seen.add(checkOf([...flipped]) ^ checkOf(new Array<number>(67).fill(0)));
    flipped[bit >> 5] = 0;
  }
  expect(seen.size).toBe(1 + 32 * 67);
});

it('what provisioning writes is what is read, and of two files the later one counts', () => {
  const [older, later] = [1, 2].map(
    (value) =>
      new Map([
        [1, identity],
        [2, Int32Array.of(value)],
      ]),
  );
  expect(readLogs([logOf(older!), logOf(later!, 9)])).toMatchObject({ sequence: 9, whole: true });
  expect(readLogs([logOf(older!), logOf(later!, 9)])!.records.get(2)).toEqual(Int32Array.of(2));
  expect(readLogs([logOf(older!), logOf(later!, 9).slice(1)])!.records.get(2)).toEqual(Int32Array.of(1));
  expect(readLogs([undefined, 'x'])).toBeUndefined();
});

it('docs/storage.md gives the sizes that a log has', () => {
  const page = readFileSync(inRepository('docs/storage.md'), 'utf8');
  const zeros = (counts: readonly (readonly [number, number])[]): number =>
    logOf(new Map(counts.map(([record, count]) => [record, new Int32Array(count)]))).length;
  const all = [
    [SEED_RECORD, SEED_WORDS],
    [RECORD_IDENTITY, IDENTITY_WORDS],
  ] as const;
  const mote = zeros([...all, [RECORD_COUNTER, COUNTER_WORDS], [RECORD_MARKS, MARKS_WORDS]]);
  const nodes = Array.from({ length: MAX_NODES }, (_, i) => [RECORD_NODE + i, NODE_WORDS] as const);
  const answers = Array.from({ length: ANSWERS }, (_, i) => [RECORD_ANSWER + i, ANSWER_WORDS] as const);
  const base = zeros([...all, [RECORD_REGISTRY, REGISTRY_WORDS], ...answers, ...nodes]);
  for (const size of [mote, base, 16 * 64 + 2 * mote]) expect(page).toContain(`${size.toLocaleString('en')}`);
});
