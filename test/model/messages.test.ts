// SPDX-License-Identifier: Apache-2.0
// The models speak of the messages that are on air: their description fits the layout table that the code is built from, the worked
// vectors of docs/protocol.md, and every octet that the compiled motes feed to their crypto.
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../host/scenario/load.ts';
import * as layout from '../../firmware/kemp/layout.ts';
import * as terms from '../../firmware/kemp/terms.ts';
import { documented } from '../kemp/document.ts';
import {
  DATA_CLEAR,
  derivations,
  maced,
  OCTETS,
  sealed,
  sealedData,
  subkeys,
  type Field,
  type Sealed,
} from './messages.ts';
import { lengthOf, split, splitDerivation, splitMac, splitSealed, type Values } from './octets.ts';
import { symbols } from './symbols.ts';
import { witness } from './witness.ts';

const constants = layout as unknown as Record<string, number | undefined>;
const labels = terms as unknown as Record<string, number | undefined>;

/** Where a field begins. */
const offset = (fields: readonly Field[], field: Field): number => lengthOf(fields.slice(0, fields.indexOf(field)));

describe('layout table', () => {
  const sealedTypes = Object.keys(constants)
    .flatMap((name) => /^([A-Z]+)_SEALED$/.exec(name)?.[1] ?? [])
    .filter((name) => constants[name] !== undefined);

  it('has every sealed message described, and none more', () => {
    const described = Object.keys(sealed).filter((name) => name !== 'REVOKED');
    for (const name of ['APPROVAL', 'NOTICE', 'ATTACHED', 'ACK']) expect(sealedTypes).toContain(name);
    expect(sealedTypes.filter((name) => !described.includes(name))).toEqual([]);
  });

  it.each(Object.entries(sealed).filter(([name]) => sealedTypes.includes(name) || constants[name] !== undefined))(
    '%s',
    (name, message: Sealed) => {
      const table = name === 'REVOKED' ? 'REVOKE' : name;
      const narrow = message.inner.filter((field) => field !== 'nShort');
      expect(constants[name]).toBe(message.type);
      expect(constants[`${table}_SEALED`]).toBe(lengthOf(message.clear));
      expect(constants[`${table}_INNER`] ?? 0).toBe(lengthOf(narrow));
      const named = { INDEX: 'index', SEQ: 'seq', R1: 'r1', NODE: 'nHandle', AUTHORITY: 'aHandle' } as const;
      for (const [suffix, field] of Object.entries(named)) {
        const at = message.clear.includes(field) ? offset(message.clear, field) : undefined;
        expect(constants[`${table}_${suffix}`], `${table}_${suffix}`).toBe(at);
      }
      const whole = constants[`${table}_OCTETS`];
      if (whole !== undefined) expect(whole).toBe(lengthOf(message.clear) + lengthOf(narrow) + layout.TAG_OCTETS);
    },
  );

  it('REQUEST and REJECT', () => {
    expect(layout.REQUEST).toBe(maced.REQUEST.type);
    const tail = [...maced.REQUEST.clear.slice(2), 'mac'] as const;
    expect(layout.TAIL_OCTETS).toBe(lengthOf(tail));
    expect([layout.TAIL_CTR, layout.TAIL_R0, layout.TAIL_MAC]).toEqual(tail.map((field) => offset(tail, field)));
    expect(layout.REJECT).toBe(maced.REJECT.type);
    const reject = [...maced.REJECT.clear, 'mac'] as const;
    expect(layout.REJECT_OCTETS).toBe(lengthOf(reject));
    expect([0, layout.REJECT_REASON, layout.REJECT_CTR, layout.REJECT_MAC]).toEqual(
      reject.map((f) => offset(reject, f)),
    );
    expect([layout.MAC_OCTETS, layout.TAG_OCTETS]).toEqual([OCTETS.mac, 8]);
  });

  it('sealed data', () => {
    const kinds = [layout.DATA_READING, layout.DATA_DOWN].map((kind) => kind + layout.DATA_SEALED);
    expect(kinds).toEqual(Object.values(sealedData).map(({ kind }) => kind));
    expect(layout.DATA_SEALED_HEAD).toBe(lengthOf(DATA_CLEAR));
  });

  it('labels', () => {
    const { request, derive, seal, link, session, data } = subkeys;
    const wanted = { REQUEST_MAC: request, DERIVE: derive, SEAL: seal, LINK: link, SESSION: session, DATA: data };
    for (const [name, label] of Object.entries(wanted)) expect(labels[`LABEL_${name}`], name).toBe(label);
  });
});

describe('worked vectors of docs/protocol.md', () => {
  const vectors = Object.entries(documented());
  const octets = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const widths = (text: string): number[] => (text === '' ? [] : text.split(' ').map((field) => field.length / 2));

  it('derivations, field by field', () => {
    const [, keys] = vectors.find(([, vector]) => 'pairwise, input' in vector)!;
    for (const [line, name] of [
      ['pairwise, input', 'pairwise'],
      ['session key, input', 'session'],
    ] as const) {
      expect(splitDerivation(octets(keys[line])).name).toBe(name);
      expect(widths(keys[line])).toEqual([1, ...derivations[name].fields.map((field) => OCTETS[field]), 2]);
    }
  });

  const withMac = vectors.filter(([, vector]) => 'MAC, input' in vector);
  it.each(withMac)('%s', (title, vector) => {
    const { name, routers } = splitMac(octets(vector['MAC, input']));
    expect(title.startsWith(name)).toBe(true);
    const fields = maced[name].mac.filter((field) => field !== 'routers');
    expect(widths(vector['MAC, input'])).toEqual([...fields.map((field) => OCTETS[field]), ...routers.map(() => 8)]);
  });

  const isSealed = (vector: Record<string, string>): boolean => octets(vector.nonce ?? '')[12] > 0x80;
  it.each(vectors.filter(([, vector]) => isSealed(vector)))('%s', (title, vector) => {
    const text = octets(vector.plaintext);
    const { name } = splitSealed(octets(vector.nonce), octets(vector['associated data']), text.length, text);
    expect(title.startsWith(name)).toBe(true);
    const { clear, ends, inner }: Sealed = sealed[name];
    expect(widths(vector['associated data'])).toEqual([...clear, ...ends].map((field) => OCTETS[field]));
    const written = text.length === lengthOf(inner) ? inner : inner.filter((field) => field !== 'nShort');
    expect(widths(vector.plaintext)).toEqual(written.map((field) => OCTETS[field]));
  });

  it.each(Object.entries(sealedData))('%s', (title, { kind, ends }) => {
    const vector = documented()[title];
    const associated = split(title, octets(vector['associated data']), [...DATA_CLEAR, ...ends]);
    expect(associated.head).toEqual(Buffer.of(kind));
    const nonce = [associated[ends[0]]!, associated.seq!, Buffer.of(0x80)];
    expect(octets(vector.nonce)).toEqual(Buffer.concat(nonce));
  });

  it('covers what is described', () => {
    const titles = vectors.map(([title]) => title).join('\n');
    for (const name of ['REQUEST', 'REJECT', 'APPROVAL', 'NOTICE', 'ATTACHED', 'ACK']) expect(titles).toContain(name);
  });

  it('CONFIRM: the sender in the nonce, the receiver in the header', () => {
    const confirm = documented().CONFIRM;
    expect(confirm.nonce.split(' ')[0]).toMatch(/0021$/);
    expect(confirm['associated data']).toContain('1100 2100'); // receiver, sender: little-endian
    expect(symbols().sealed.FRAME.bound).toEqual(['sender', 'receiver']);
  });
});

describe('what the compiled motes compute', () => {
  const scenarios = ['roaming', 'blackout'];
  const members = (name: string): Map<string, string> =>
    new Map(loadScenario(name).motes.map(({ eui64, role }) => [eui64.replaceAll(':', '').toLowerCase(), role]));

  it.each(scenarios)('%s: every input of every MAC, KDF and seal', { timeout: 120_000 }, (scenario) => {
    const roles = members(scenario);
    const roleOf = (values: Values, field: Field): string => {
      const role = roles.get(values[field]!.toString('hex'));
      if (role === undefined) throw new Error(`expected ${field} to be a node, got ${values[field]!.toString('hex')}`);
      return role;
    };
    const seen = new Map<string, number>();
    const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    /** Runs, as N and ctr name them: what all who take part must agree on. */
    const runs = new Map<string, Values>();
    const agree = (values: Values, fields: readonly Field[]): void => {
      const ctr = values.ctr ?? split('ctr', Buffer.from(values.nsCtr!), ['ctr']).ctr!;
      const name = `${values.N!.toString('hex')} ${ctr.readUInt32BE() & 0x7fffffff}`;
      const run = runs.get(name) ?? {};
      for (const field of fields) {
        run[field] ??= values[field]!;
        expect(values[field], `${field} of run ${name}`).toEqual(run[field]);
      }
      runs.set(name, run);
    };
    const pairwise = new Map<string, Set<number>>();

    for (const { mote, kind, nonce, data, textLength, text } of witness(scenario)) {
      if (kind === 'cmac' && data[0] === 1) {
        const { name, values } = splitDerivation(data);
        if (name === 'subkey') {
          expect(Object.values(subkeys)).toContain(values.label![0] >>> 4);
          continue;
        }
        count(name);
        const mode = values.label![0] & 15;
        if (mode !== 3) expect(roleOf(values, 'N')).not.toBe('base');
        if (name === 'pairwise') {
          expect(roleOf(values, 'R')).not.toBe('mote');
          if (mode === 3) expect(values.A).toEqual(values.R);
          else expect(roleOf(values, 'A') === 'base').toBe(mode === 0);
          agree(values, ['A', 'r0', 'r1']);
          const input = data.toString('hex');
          pairwise.set(input, (pairwise.get(input) ?? new Set()).add(mote));
        }
      } else if (kind === 'cmac') {
        const { name, values, routers } = splitMac(data);
        count(name);
        expect(roleOf(values, 'N')).not.toBe('base');
        if (name === 'REQUEST') {
          agree(values, ['A', 'r0']);
          expect(routers.map((eui) => roles.get(eui.toString('hex')))).not.toContain('mote');
        }
      } else if (nonce[12] >= 0x80) {
        const { name, values } = splitSealed(nonce, data, textLength, text);
        count(`${name} ${kind}`);
        for (const field of sealed[name].ends) roleOf(values, field);
        if (name === 'APPROVAL' && text !== undefined) agree(values, ['A', 'r1']);
        if (name === 'ATTACHED' && text !== undefined) agree(values, ['A']);
      } else {
        count('FRAME');
        expect(roles.has(nonce.subarray(0, 8).toString('hex'))).toBe(true);
      }
    }
    const both = ['APPROVAL', 'NOTICE', 'ATTACHED', 'ACK'].flatMap((name) => [`${name} seal`, `${name} open`]);
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['pairwise', 'session', 'REQUEST', 'FRAME', ...both]));
    // Who makes K_NR and who derives it feed the very same octets to the KDF.
    const twice = [...pairwise.values()].filter((motes) => motes.size > 1).length;
    expect(twice).toBeGreaterThan(pairwise.size * 0.8);
  });
});
