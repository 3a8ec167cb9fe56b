// SPDX-License-Identifier: Apache-2.0
// A hundred thousand boots: no number is given twice, flash is written seldom, and what is reserved ahead does not eat the space of
// 31 bits up. The counters' own modules run here, on storage as the bench has it; a boot forgets all but that.
import { beforeAll, describe, expect, it } from 'vitest';
import { clearOutbox, outbox } from '../../board-defs/bench/outbox.ts';
import { OUT_STORE } from '../../board-defs/bench/abi.ts';
import { writeRecord } from '../../board-defs/bench/storage.ts';
import type { Words } from '../../crypto-core/tables.ts';
import * as records from '../../firmware/records.ts';
import { counterLeft, loadIdentity, nextCounter, resumeCounter } from '../../firmware/kemp/identity.ts';
import * as registry from '../../firmware/kemp/registry.ts';
import { beginTask, endTask, onPosted } from '../../firmware/link/task.ts';
import { Prng } from '../../host/medium/prng.ts';

const BOOTS = 100_000;
const LAST = 2 ** 31 - 1;
const words = (values: Int32Array): Words => values as unknown as Words;

function provision(): void {
  const identity = new Int32Array(records.IDENTITY_WORDS);
  identity[records.IDENTITY_VERSION] = records.RECORDS_VERSION;
  identity[records.IDENTITY_CHANNEL] = 11;
  const node = new Int32Array(records.NODE_WORDS);
  node[records.NODE_VERSION] = records.RECORDS_VERSION;
  node.set([1, 2, 3], records.NODE_EUI);
  node.fill(1, records.NODE_SEQUENCE_OUT, records.NODE_SEQUENCE_IN + 1);
  node.fill(1, records.NODE_DATA_OUT, records.NODE_DATA_IN + 1);
  const store = (record: number, content: Int32Array): void =>
    void writeRecord(record, words(content), 0, content.length);
  store(records.RECORD_IDENTITY, identity);
  store(records.RECORD_COUNTER, Int32Array.of(0));
  store(records.RECORD_REGISTRY, Int32Array.of(records.RECORDS_VERSION, 1));
  store(records.RECORD_NODE, node);
}

/** Power comes back: all that is not in flash is lost. */
function bootRegistry(): void {
  empty();
  let loaded = false;
  beginTask(0, 0);
  registry.loadRegistry(() => {
    loaded = true;
    endTask();
  });
  for (let turn = 0; !loaded && turn < 10; turn++) onPosted();
  if (!loaded) throw new Error('expected the registry to load');
}

/** Empties the outbox, also of what no longer counts. */
function empty(): void {
  clearOutbox();
  outbox[0] = 0;
}

const stored = (): number => (outbox[0] === OUT_STORE ? 1 : 0);

describe.each([0, 1, 20])('a hundred thousand boots with at most %i numbers each', (most) => {
  const prng = new Prng(most + 1, 'boots');
  const some = (): number => prng.next() % (most + 1);

  beforeAll(provision);

  /** @param boot forgets. @param take the next number. */
  function count(boot: () => void, take: () => number): { given: number; last: number; writes: number } {
    let [given, last, writes] = [0, 0, 0];
    for (let i = 0; i < BOOTS; i++) {
      boot();
      for (let left = some(); left > 0; left--) {
        empty();
        const number = take();
        if (number <= last) throw new Error(`boot ${i}: expected a number above ${last}, got ${number}`);
        last = number;
        given++;
        writes += stored();
      }
    }
    return { given, last, writes };
  }

  function expectThrift({ given, last, writes }: ReturnType<typeof count>, first: number): void {
    console.log(
      `${given} numbers in ${BOOTS} boots reach ${last}, ${((100 * last) / LAST).toFixed(3)} %, in ${writes} writes`,
    );
    // A boot that gives none costs none; another one leaves 16 unused at most.
    expect(last).toBeLessThanOrEqual(first + given + 16 * Math.min(given, BOOTS));
    expect(last).toBeLessThan(LAST / 500);
    expect(writes).toBeLessThanOrEqual(Math.min(given, BOOTS + given / 16));
  }

  it('give no value of ctr twice', () => {
    expectThrift(
      count(() => void loadIdentity(), nextCounter),
      1,
    );
  });

  it('give no sequence number of the base station twice', () => {
    expectThrift(
      count(bootRegistry, () => registry.nextSequence(0)),
      1,
    );
    expectThrift(
      count(bootRegistry, () => registry.nextDataNumber(0)),
      1,
    );
  });

  it('lose nothing of what is reserved where a sleep was the cause', () => {
    const before = nextCounter();
    let left = counterLeft();
    const asleep = count(
      () => {
        loadIdentity();
        resumeCounter(left);
      },
      () => {
        const value = nextCounter();
        left = counterLeft();
        return value - before;
      },
    );
    expect(asleep.last).toBe(asleep.given);
    expect(asleep.writes).toBeLessThanOrEqual(Math.ceil(asleep.given / 16));
  });
});
