// SPDX-License-Identifier: Apache-2.0
// docs/protocol.md is true: its vectors are what OpenSSL makes of them, and all that compiled motes send follows its layouts.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { EVENT_ATTACHED, EVENT_COMMIT } from '../../firmware/events.ts';
import { inRepository } from '../../host/root.ts';
import type { Scenario } from '../../host/scenario/schema.ts';
import { cmac, fcs, octets } from './crypto.ts';
import { documented, HEADINGS, PAGE, tables } from './document.ts';
import { Follower } from './follow.ts';
import type { Seen } from './follow.ts';
import { extended, follow, keyed, kinds, membersOf, returning } from './network.ts';
import { outsider, outsiders } from './outsider.ts';
import { vectors } from './vectors.ts';

const SOURCES = ['board-defs', 'compiler', 'crypto-core', 'firmware', 'host'];

describe('the page', () => {
  it('has every section that a source names', () => {
    const files = SOURCES.flatMap((folder) =>
      readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(ts|md)$/.test(file))
        .map((file) => readFileSync(inRepository(folder, file), 'utf8')),
    );
    const named = files.flatMap((text) => [...text.matchAll(/protocol\.md "([^"]+)"/g)].map(([, heading]) => heading));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((heading) => !HEADINGS.includes(heading))).toEqual([]);
  });

  it('links to sections that it has', () => {
    const anchors = HEADINGS.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...PAGE.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
  });
});

describe('worked vectors', () => {
  it('come from the primitives of the standards', () => {
    type Example = { key: string; message: string; tag: string };
    const examples = JSON.parse(readFileSync(inRepository('test/vectors/sp800_38b_cmac128.json'), 'utf8')) as Example[];
    expect(examples.length).toBeGreaterThan(3);
    for (const { key, message, tag } of examples) expect(cmac(octets(key), octets(message)).toString('hex')).toBe(tag);
  });

  it('are what the page says', () => {
    expect(documented()).toEqual(vectors());
  });
});

/** Lengths that a table gives: fixed, any number of times ("each"), or all that is left (empty). */
interface Row {
  readonly offset: number | undefined;
  readonly octets: number | undefined;
  readonly each: boolean;
}

/** @param wide take the second of "2 / 8". */
function rowsOf(heading: string, wide: boolean): Row[] {
  const pick = (cell: string): number | undefined => {
    const numbers = cell.match(/\d+/g);
    return numbers === null ? undefined : Number(wide ? numbers.at(-1) : numbers[0]);
  };
  return tables(heading)[0].map(([offset, size]) => ({
    offset: pick(offset),
    octets: pick(size),
    each: size.endsWith('each'),
  }));
}

/** Walks the fields of a body along the rows. @returns the fields that no row takes. */
function walk(rows: readonly Row[], fields: readonly number[]): readonly number[] {
  let at = 0;
  let rest = fields;
  for (const { offset, octets: size, each } of rows) {
    if (offset !== undefined) expect(at).toBe(offset);
    const count = size === undefined ? rest.length : each ? rest.findIndex((length) => length !== size) : 1;
    const taken = rest.slice(0, count < 0 ? rest.length : count);
    if (size !== undefined) for (const length of taken) expect(length).toBe(size);
    at += taken.reduce((sum, length) => sum + length, 0);
    rest = rest.slice(taken.length);
  }
  return rest;
}

describe('tables of messages', () => {
  const lengths = (value: string): number[] => value.split(' ').map((field) => field.length / 2);

  it.each([
    ['ADVERT', 'ADVERT', 'body'],
    ['SOLICIT', 'SOLICIT', 'body'],
    ['REQUEST', 'REQUEST, centralised', 'body'],
    ['REQUEST', 'REQUEST, for two routers', 'body'],
    ['REQUEST', 'REQUEST, extended addressing', 'body'],
    ['REQUEST', 'REQUEST, forwarded', 'body'],
    ['APPROVAL', 'APPROVAL, predictive', 'body'],
    ['NOTICE', 'NOTICE, centralised', 'body'],
    ['REJECT', 'REJECT, by the authority', 'body'],
    ['ATTACHED', 'ATTACHED', 'body'],
    ['ACK', 'ACK', 'body'],
    ['REVOKE', 'REVOKE', 'body'],
    ['REVOKED', 'REVOKED', 'body'],
    ['ROUTE', 'ROUTE', 'body'],
    ['GROUP', 'GROUP', 'body'],
    ['ECHO', 'ECHO', 'body'],
    ['UP', 'REQUEST, relayed', 'body'],
    ['UP', 'REVOKED, relayed', 'body of UP'],
    ['UP', 'ROUTE', 'body of UP'],
    ['DOWN', 'REVOKE, relayed', 'body of DOWN'],
    ['UP', 'ATTACHED, relayed', 'body of UP'],
    ['DOWN', 'ACK, relayed', 'body of DOWN'],
  ])('%s: offsets and octets of the vector %s', (heading, title, name) => {
    expect(walk(rowsOf(heading, title.includes('extended')), lengths(documented()[title][name]))).toEqual([]);
  });

  it.each([
    ['APPROVAL', 'APPROVAL, centralised'],
    ['NOTICE', 'NOTICE, predictive'],
    ['NOTICE', 'NOTICE, refresh'],
  ])('%s: octets of the plaintext', (heading, title) => {
    const octetsOf = tables(heading)[1].map(([size]) => Number(size));
    expect(lengths(documented()[title].plaintext)).toEqual(octetsOf);
  });
});

const CENTRALISED = [
  'ADVERT',
  'REQUEST centralised',
  'UP with REQUEST',
  'APPROVAL centralised',
  'DOWN with APPROVAL centralised',
  'NOTICE centralised',
  'CONFIRM',
  'CONFIRM answered',
  'ATTACHED centralised',
  'UP with ATTACHED centralised',
  'ACK centralised',
  'DOWN with ACK centralised',
  'reading',
  'relayed reading',
];
const PREDICTIVE = [
  'REQUEST predictive',
  'APPROVAL predictive',
  'NOTICE predictive',
  'ATTACHED predictive',
  'UP with ATTACHED predictive',
  'ACK predictive',
  'DOWN with ACK predictive',
];
const REACTIVE = [
  'REQUEST reactive',
  'REQUEST reactive, forwarded',
  'APPROVAL reactive',
  'NOTICE reactive',
  'ATTACHED reactive',
  'ACK reactive',
];
const REFRESH = [
  ...CENTRALISED.filter((kind) => !/DOWN|UP with ATTACHED/.test(kind)),
  ...['SOLICIT', 'REQUEST refresh', 'NOTICE refresh'],
];
const REVOKED = ['REVOKE removed', 'DOWN with REVOKE removed', 'REVOKED removed', 'GROUP', 'REJECT'];
/** Later in that scenario: a router is revoked, and those behind it are reached around it, or come back another way. */
const AROUND = ['UP with REVOKED removed', 'UP with ROUTE', 'ECHO asked'];

describe('motes on air', () => {
  const roaming = keyed('roaming');
  const blackout = keyed('blackout');
  const refresh = keyed('refresh');
  const revoked = keyed('revoked');
  const lacks = (seen: readonly Seen[], wanted: readonly string[]): string[] =>
    wanted.filter((kind) => !seen.some((one) => one.kind === kind));

  it.each(['v8', 'fengari'] as const)(
    'roaming on %s: centralised and predictive, and every key as it is logged',
    (vm) => {
      const { follower, logged } = follow({ ...roaming, durationSeconds: vm === 'v8' ? 240 : 70 }, vm);
      expect(
        lacks(follower.seen, [...CENTRALISED, ...PREDICTIVE.filter((kind) => vm === 'v8' || !/UP|DOWN/.test(kind))]),
      ).toEqual([]);
      expect([...logged].sort()).toEqual(follower.linkKeys().sort());
      expect(follower.seen.every(({ short, frames }) => short && frames === 1)).toBe(true);
    },
  );

  it.each(['v8', 'fengari'] as const)('blackout on %s: reactive, and keys that are gone', (vm) => {
    const { follower, logged } = follow(blackout, vm);
    const more = ['REJECT', 'REQUEST centralised for 2 routers', 'UP with REQUEST and its list'];
    expect(lacks(follower.seen, [...CENTRALISED, ...REACTIVE, ...more])).toEqual([]);
    expect(logged.filter((key) => !follower.linkKeys().includes(key))).toEqual([]);
  });

  it.each(['v8', 'fengari'] as const)(
    'refresh on %s: keys that follow each other, and every one as it is logged',
    (vm) => {
      const { follower, logged, result } = follow({ ...refresh, durationSeconds: vm === 'v8' ? 480 : 75 }, vm);
      expect(lacks(follower.seen, REFRESH)).toEqual([]);
      expect(result.runs.filter(({ outcome }) => outcome !== 'established')).toEqual([]);
      expect([...logged].sort()).toEqual(follower.linkKeys().sort());
    },
  );

  it.each(['v8', 'fengari'] as const)(
    'revoked on %s: those who hold a key are told until they say it is gone',
    (vm) => {
      const { follower, logged } = follow({ ...revoked, durationSeconds: vm === 'v8' ? 240 : 110 }, vm);
      expect(lacks(follower.seen, [...REVOKED, ...(vm === 'v8' ? AROUND : [])])).toEqual([]);
      expect(logged.filter((key) => !follower.linkKeys().includes(key))).toEqual([]);
    },
  );

  it('a router that goes back to the base station: its ROUTE is acknowledged, once', () => {
    const routes = [...kinds(follow(returning()).follower)].filter(([kind]) => kind.includes('ROUTE'));
    expect(routes).toEqual([
      ['ACK of ROUTE', 1],
      ['ROUTE', 1],
    ]);
  });

  it('revoked, with keys of others burnt: the chain behind a captured router is told, too', () => {
    const schedule = revoked.schedule.map((change) =>
      'console' in change ? { ...change, at: 100, console: 'revoke 0012 compromised' } : change,
    );
    const { follower } = follow({ ...revoked, schedule: schedule.slice(0, 1), durationSeconds: 130 });
    expect(lacks(follower.seen, ['REVOKE compromised', 'REVOKED compromised', 'REVOKE chain'])).toEqual([]);
  });

  it('without short addresses: the same messages', () => {
    for (const [scenario, wanted] of [
      [extended(roaming), [...CENTRALISED, ...PREDICTIVE]],
      [extended(blackout), [...CENTRALISED, ...REACTIVE]],
      [extended(refresh), REFRESH],
      [extended(revoked), [...REVOKED, ...AROUND.filter((kind) => !/REJECT/.test(kind))]],
    ] as const) {
      const { follower } = follow(scenario);
      expect(lacks(follower.seen, wanted)).toEqual([]);
      expect(follower.seen.some(({ short }) => short)).toBe(false);
    }
  });

  it('where routers alone have short addresses: the same messages', () => {
    const some = (scenario: Scenario): Scenario => ({
      ...scenario,
      motes: scenario.motes.map((mote) => (mote.role === 'mote' ? { ...mote, short: undefined } : mote)),
    });
    expect(lacks(follow(some(roaming)).follower.seen, [...CENTRALISED, ...PREDICTIVE])).toEqual([]);
    expect(lacks(follow(some(blackout)).follower.seen, [...CENTRALISED, ...REACTIVE])).toEqual([]);
  });

  it('in frames of 80 octets: the same messages, in fragments', () => {
    const { follower } = follow({ ...roaming, maxPsdu: 80 });
    expect(lacks(follower.seen, [...CENTRALISED, ...PREDICTIVE])).toEqual([]);
    expect(new Set(follower.seen.filter(({ frames }) => frames > 1).map(({ kind }) => kind))).toEqual(
      new Set(['DOWN with APPROVAL centralised']),
    );
  });

  it('a lossy air: repeats are the same octets, and no nonce serves twice', () => {
    let repeats = 0;
    for (const seed of [1, 2, 3]) {
      const { follower } = follow({ ...keyed('lossy'), seed });
      expect(lacks(follower.seen, [...CENTRALISED, ...PREDICTIVE])).toEqual([]);
      const count = kinds(follower);
      repeats += count.get('NOTICE predictive')! - count.get('REQUEST predictive')!;
    }
    expect(repeats).toBeGreaterThan(0);
  });

  it.each([
    { scenario: { ...roaming, durationSeconds: 70 }, types: 12 },
    { scenario: { ...refresh, durationSeconds: 70 }, types: 12 },
    { scenario: { ...revoked, durationSeconds: 101 }, types: 18 },
  ])('and a frame of $scenario.name with any octet changed is none of theirs', ({ scenario, types }) => {
    const follower = new Follower(membersOf(scenario), 0xabcd, 127);
    const met = new Set<string>();
    const take = (frame: Buffer): void => {
      const before = follower.seen.length;
      // Hints (broadcasts, and a REJECT without MAC) and the sequence number of a plain frame are nobody's word.
      const isReject = (frame[0] & 8) === 0 && frame[18] >> 4 === 6 && frame.length === 18 + 6 + 2;
      const type =
        isReject || frame.readUInt16LE(5) === 0xffff ? 'hint' : `${frame.length} ${frame[0]} ${frame[18] >> 4}`;
      if (type !== 'hint' && !met.has(type)) {
        for (let at = 0; at < frame.length - 2; at++) {
          const changed = Buffer.from(frame);
          changed[at] ^= 0xff;
          fcs(changed.subarray(0, -2)).copy(changed, frame.length - 2);
          if (at !== 2 || (frame[0] & 8) !== 0) expect(() => follower.take(changed), `octet ${at}`).toThrow();
        }
      }
      expect(follower.seen.length).toBe(before);
      met.add(type);
      follower.take(frame);
    };
    follow(scenario, 'v8', {
      onFrame({ ack, attempt, octets: frame }) {
        if (!ack && attempt === 1) take(Buffer.from(frame));
      },
    });
    expect(met.size).toBeGreaterThan(types);
  });
});

describe('a node made from the page alone', () => {
  const reports: string[] = [];
  const { hooks, heard } = outsider();
  let seen: readonly Seen[] = [];
  beforeAll(() => {
    const { follower } = follow(outsiders(), 'v8', {
      ...hooks,
      onReport({ mote, event, args: [node, second] }) {
        if (event === EVENT_COMMIT) reports.push(`${mote} committed ${node & 255}, ctr ${second}`);
        if (event === EVENT_ATTACHED) reports.push(`${mote} knows ${node & 255} at ${second & 255}`);
      },
    });
    seen = follower.seen;
  });

  it('is told by B, with a MAC, that its router cannot be reached', () => {
    expect(heard).toContain('REJECT 5');
    for (const kind of ['DOWN with REJECT with MAC', 'REJECT with MAC']) {
      expect(
        seen.some((one) => one.kind === kind),
        kind,
      ).toBe(true);
    }
  });

  it('gets a key with the other one, and proves it', () => {
    expect(heard).toContain('NOTICE');
    expect(heard).toContain('answer');
    expect(reports).toContain('r1 committed 41, ctr 2');
    expect(reports).toContain('base knows 41 at 17');
  });
});
